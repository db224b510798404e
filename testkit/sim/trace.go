// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"hash/fnv"
	"reflect"
	"strings"
	"time"

	"mabeam.dev/internal/kernel"
)

// Trace is what happened in a run, in order. It keeps the newest steps, and a hash over all of them.
type Trace struct {
	ring  []Step
	first int // of the ring
	n     uint64
	hash  uint64
}

// Step is one entry of a trace: a callback of a process, or something done to it.
type Step struct {
	N       uint64        // from 1
	At      time.Duration // virtual time since Birth
	Process string        // path and incarnation
	What    string        // Init, Receive, Terminate, the fault, or note
	Message string        // type of the message, or text of the note; empty if there is none
}

// kept is how many steps a trace remembers.
const kept = 4096

// String renders the step as one line.
func (s Step) String() string {
	line := fmt.Sprintf("%6d %14s %s %s", s.N, s.At, s.Process, s.What)
	if s.Message != "" {
		line += " " + s.Message
	}
	return line
}

// add appends a step.
func (t *Trace) add(at time.Duration, p *kernel.Proc, what string, msg any) {
	s := Step{At: at, Process: label(p), What: what}
	if msg != nil {
		s.Message = reflect.TypeOf(msg).String()
	}
	t.append(s)
}

func (t *Trace) append(s Step) {
	t.n++
	s.N = t.n
	h := fnv.New64a()
	fmt.Fprintf(h, "%x %d %s %s %s", t.hash, s.At, s.Process, s.What, s.Message)
	t.hash = h.Sum64()
	if len(t.ring) < kept {
		t.ring = append(t.ring, s)
		return
	}
	t.ring[t.first] = s
	t.first = (t.first + 1) % kept
}

func label(p *kernel.Proc) string {
	if p == nil {
		return "driver"
	}
	return p.String()
}

// Len returns the number of steps, forgotten ones included.
func (t *Trace) Len() uint64 { return t.n }

// Hash returns a number that two runs share only if every step of theirs is the same.
func (t *Trace) Hash() uint64 { return t.hash }

// Last returns the newest n steps, oldest first, as far as they are remembered.
func (t *Trace) Last(n int) []Step {
	n = min(n, len(t.ring))
	out := make([]Step, 0, n)
	for i := len(t.ring) - n; i < len(t.ring); i++ {
		out = append(out, t.ring[(t.first+i)%len(t.ring)])
	}
	return out
}

// String renders the steps that are remembered, a line each.
func (t *Trace) String() string {
	var b strings.Builder
	for _, s := range t.Last(kept) {
		b.WriteString(s.String())
		b.WriteByte('\n')
	}
	return b.String()
}
