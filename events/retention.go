// SPDX-License-Identifier: Apache-2.0

package events

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"mabeam.dev/actors/fault"
)

// UpkeepPrefix begins the names of bookmarks that do not hold retention back: those of the store's own upkeep.
const UpkeepPrefix = "upkeep/"

// Class says for how long the events of some streams are kept. Of several limits the one that removes most counts; a class without a limit keeps everything.
type Class struct {
	Name string
	// Prefixes are the beginnings of the names of its streams; "" means all streams.
	Prefixes []string
	// MaxAge is how old an event may become; 0 means that age does not count.
	MaxAge time.Duration
	// MaxEvents is how many events of one stream are kept, MaxBytes how large they may be together; 0 means that this does not count.
	MaxEvents uint64
	MaxBytes  int64
	// Unowned tells that nobody rebuilds a state from these streams, as with records for people. Without it only what a snapshot covers is removed.
	Unowned bool
	// Forced removes events even if a bookmark or a snapshot still needs them. Whoever reads there then gets ErrCompacted.
	Forced bool
}

// Retention says what may be removed. A stream belongs to the first class that names it; a stream of no class is kept for ever, so the zero Retention removes nothing.
type Retention struct {
	Classes []Class
	// Hold keeps everything from this position on, whatever the classes say; 0 holds nothing.
	Hold Position
}

// Validate checks the classes and returns every problem, joined, each a [*ClassError].
func (r Retention) Validate() error {
	var problems []error
	seen := make(map[string]bool)
	for _, c := range r.Classes {
		add := func(reason string) { problems = append(problems, &ClassError{Class: c.Name, Reason: reason}) }
		switch {
		case c.Name == "":
			add("name missing")
		case seen[c.Name]:
			add("named twice")
		}
		seen[c.Name] = true
		if len(c.Prefixes) == 0 {
			add("no prefixes, so it has no streams")
		}
		if c.MaxAge < 0 || c.MaxBytes < 0 {
			add("a limit is negative")
		}
	}
	return errors.Join(problems...)
}

// ClassError is one problem of a retention class.
type ClassError struct {
	Class string // its name
	// Reason says what is wrong with it.
	Reason string
}

// Error names class and reason.
func (e *ClassError) Error() string {
	return fmt.Sprintf("events: retention class %q: %s", e.Class, e.Reason)
}

// FaultCode is E1404.
func (*ClassError) FaultCode() fault.Code { return 1404 }

// Is matches [ErrInvalid].
func (e *ClassError) Is(target error) bool { return target == ErrInvalid }

// ClassOf gives the class of a stream, and false if it is kept for ever.
func (r Retention) ClassOf(s Stream) (Class, bool) {
	for _, c := range r.Classes {
		for _, p := range c.Prefixes {
			if strings.HasPrefix(string(s), p) {
				return c, c.MaxAge > 0 || c.MaxEvents > 0 || c.MaxBytes > 0
			}
		}
	}
	return Class{}, false
}

// bounds are versions of one stream: of the first event that is not too old, not beyond the size, behind the slowest bookmark, and held. 0 means that there is none.
type bounds struct{ young, light, unread, held Version }

// Guard names what kept a stream from being cut as far as its class asks.
type Guard string

// The guards; the empty one kept nothing.
const (
	GuardSnapshot Guard = "snapshot"
	GuardBookmark Guard = "bookmark"
	GuardHold     Guard = "hold"
)

// cut decides: the version of the first event of the stream that stays, and what kept it from being a higher one.
func (c Class) cut(i StreamInfo, b bounds) (before Version, guard Guard) {
	before = max(i.First, b.young, b.light)
	if kept := uint64(i.Last) - uint64(i.First) + 1; c.MaxEvents > 0 && kept > c.MaxEvents {
		before = max(before, i.Last-Version(c.MaxEvents)+1)
	}
	limit := func(to Version, g Guard) {
		if to = max(to, i.First); to < before {
			before, guard = to, g
		}
	}
	if !c.Forced {
		if !c.Unowned {
			limit(i.Snapshot+1, GuardSnapshot)
		}
		if b.unread != 0 {
			limit(b.unread, GuardBookmark)
		}
	}
	if b.held != 0 {
		limit(b.held, GuardHold)
	}
	return before, guard
}
