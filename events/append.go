// SPDX-License-Identifier: Apache-2.0

package events

import (
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxName is the longest stream, type or agent name in bytes.
	MaxName = 255
	// MaxData is the largest data of one event in bytes.
	MaxData = 1 << 20
	// MaxMetadata is the largest metadata of one event in bytes, counted as JSON.
	MaxMetadata = 4 << 10
	// MaxEvents is the largest number of events in one append.
	MaxEvents = 4096
	// MaxAppend is the largest append in bytes, all its events together.
	MaxAppend = 16 << 20
)

// Append is one request: all its events enter the stream next to each other, or none of them does.
type Append struct {
	Stream Stream
	Expect Expect
	Events []New
}

// Appended says where the events of an append are. For a repeated append it gives the original places.
type Appended struct {
	// First and Last are the positions of the first and the last event of the append.
	First, Last Position
	// Version is the stream's version after the last event of the append.
	Version Version
	// Repeated tells that nothing was written, because every event of the append was stored before with the same content.
	Repeated bool
}

// Outcome is what became of one append of a group: either Err is nil and Appended is valid, or nothing of the append was stored.
type Outcome struct {
	Appended
	Err error
}

// Size is what the append counts against limits, in bytes.
func (a Append) Size() int {
	sum := len(a.Stream)
	for i := range a.Events {
		sum += a.Events[i].size()
	}
	return sum
}

// Validate checks the form of the append and returns every problem, joined, each a [*FieldError].
func (a Append) Validate() error {
	v := validation{stream: a.Stream}
	v.name("stream", string(a.Stream))
	if a.Expect < Exists {
		v.add("expect", a.Expect.String())
	}
	if n := len(a.Events); n == 0 {
		v.add("events", "none given")
	} else if n > MaxEvents {
		v.add("events", fmt.Sprintf("%d events, at most %d", n, MaxEvents))
	}
	if n := a.Size(); n > MaxAppend {
		v.add("events", fmt.Sprintf("%d bytes together, at most %d", n, MaxAppend))
	}
	var seen map[ID]int // most appends hold one event and need none
	if len(a.Events) > 1 {
		seen = make(map[ID]int, len(a.Events))
	}
	for i := range a.Events {
		e := &a.Events[i]
		at := fmt.Sprintf("events[%d].", i)
		if e.ID.IsZero() {
			v.add(at+"id", "missing")
		} else if j, twice := seen[e.ID]; twice {
			v.add(at+"id", fmt.Sprintf("same as events[%d].id", j))
		} else if seen != nil {
			seen[e.ID] = i
		}
		v.event(at, e)
	}
	return errors.Join(v.problems...)
}

// validation collects the problems of one call.
type validation struct {
	stream   Stream
	wrap     func(field, reason string) error // nil makes a FieldError
	problems []error
}

func (v *validation) add(field, reason string) {
	if v.wrap != nil {
		v.problems = append(v.problems, v.wrap(field, reason))
		return
	}
	v.problems = append(v.problems, &FieldError{Stream: v.stream, Field: field, Reason: reason})
}

func (v *validation) name(field, s string) {
	switch {
	case s == "":
		v.add(field, "missing")
	case len(s) > MaxName:
		v.add(field, fmt.Sprintf("%d bytes, at most %d", len(s), MaxName))
	case !utf8.ValidString(s):
		v.add(field, "not UTF-8")
	default:
		for _, r := range s {
			if unicode.IsControl(r) {
				v.add(field, "holds a control character")
				return
			}
		}
	}
}

func (v *validation) event(at string, e *New) {
	v.name(at+"type", e.Type)
	if e.Agent != "" {
		v.name(at+"agent", e.Agent)
	}
	v.context(at+"context", e.Context)
	if n := len(e.Data); n > MaxData {
		v.add(at+"data", fmt.Sprintf("%d bytes, at most %d", n, MaxData))
	}
	if len(e.Metadata) == 0 {
		return
	}
	for k, s := range e.Metadata {
		if !utf8.ValidString(k) || !utf8.ValidString(s) {
			v.add(at+"metadata", "not UTF-8")
			return
		}
	}
	if n := len(EncodeMetadata(e.Metadata)); n > MaxMetadata {
		v.add(at+"metadata", fmt.Sprintf("%d bytes as JSON, at most %d", n, MaxMetadata))
	}
}
