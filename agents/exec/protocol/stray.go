// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"fmt"
	"strconv"

	"mabeam.dev/actors/fault"
)

// StrayKind says why an answer is not delivered.
type StrayKind int

// The kinds of stray.
const (
	UnknownTask  StrayKind = iota // the program was never given the task, or too long ago
	Duplicate                     // the task was answered before
	WrongAttempt                  // the answer names another attempt than the one it holds
)

// String names the kind for logs and metric labels.
func (k StrayKind) String() string {
	switch k {
	case UnknownTask:
		return "unknown_task"
	case Duplicate:
		return "duplicate"
	case WrongAttempt:
		return "wrong_attempt"
	}
	return "stray_" + strconv.Itoa(int(k))
}

// Stray is a result, error or progress line that belongs to no task the program holds.
type Stray struct {
	Kind    StrayKind // what is wrong with the answer
	ID      string    // as the program wrote it
	Attempt int       // as the program wrote it; 0 = not echoed
	Type    string    // "result", "error" or "progress"
}

// Error tells the line's type, id and kind. The id is cut: it is the program's word.
func (s *Stray) Error() string {
	return fmt.Sprintf("protocol: %s for task %s: %s", s.Type, quoteHead([]byte(s.ID)), s.Kind)
}

// FaultCode is E3338.
func (*Stray) FaultCode() fault.Code { return 3338 }

// historySize is how many answered ids are remembered to tell a duplicate from an unknown id, and a late
// answer from both. An older duplicate is reported as unknown; it is dropped either way.
const historySize = 256

// history is a ring of the ids answered last.
type history struct {
	ring []answered
	next int
}

type answered struct {
	id       string
	unwanted bool
}

func (h *history) add(id string, unwanted bool) {
	if len(h.ring) < historySize {
		h.ring = append(h.ring, answered{id, unwanted})
		return
	}
	h.ring[h.next] = answered{id, unwanted}
	h.next = (h.next + 1) % historySize
}

// find looks from the newest to the oldest, as an id may come again with another attempt.
func (h *history) find(id string) (known, unwanted bool) {
	n := len(h.ring)
	for i := range n {
		if a := h.ring[(h.next+n-1-i)%n]; a.id == id {
			return true, a.unwanted
		}
	}
	return false, false
}
