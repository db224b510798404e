// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"mabeam.dev/events"
)

// DeadPrefix begins the names of the streams of events that consumers have given up: that of a consumer is DeadPrefix and its name.
const DeadPrefix = "dead/"

// Spec describes a consumer. All but the name may be left out.
type Spec struct {
	// Name is the name of the consumer, of its bookmark in the store and of its process.
	Name string
	// Query selects the events as for a [Feed]. Events of dead streams are given only to a consumer that names such a stream.
	Query events.Query
	// From is the first position that a consumer without a bookmark reads; 0 means the whole history, [Now] what is appended after its first start.
	From events.Position
	// Page is how many events are in hand at once, and so how many are given again at most after a crash; 0 means 64. The place is kept once for
	// each page.
	Page int
	// Retry says what happens to an event whose handler fails.
	Retry Retry
	// Halt makes the consumer halt at an event that is out of attempts, where it would give it up and go on.
	Halt bool
}

// Retry is how often an event is given to a handler that fails, and at which distance.
type Retry struct {
	// Attempts is how often in all; 0 means 5.
	Attempts int
	// Initial is the first pause, which doubles with each attempt up to Max; 0 means 100 ms and 30 s.
	Initial, Max time.Duration
}

func (s Spec) withDefaults() Spec {
	if s.Page == 0 {
		s.Page = 64
	}
	if s.Retry.Attempts == 0 {
		s.Retry.Attempts = 5
	}
	if s.Retry.Initial == 0 {
		s.Retry.Initial = 100 * time.Millisecond
	}
	if s.Retry.Max == 0 {
		s.Retry.Max = max(30*time.Second, s.Retry.Initial)
	}
	return s
}

// Validate reports every problem, joined, each a [*SpecError] or an [*events.QueryError]. The zero values are valid, apart from the name.
func (s Spec) Validate() error {
	var problems []error
	add := func(field, reason string) {
		problems = append(problems, &SpecError{Name: s.Name, Field: field, Reason: reason})
	}
	if err := (events.Bookmark{Name: DeadPrefix + s.Name}).Validate(); err != nil || s.Name == "" {
		add("name", fmt.Sprintf("1 to %d bytes of text without control characters", events.MaxName-len(DeadPrefix)))
	}
	if strings.HasPrefix(s.Name, events.UpkeepPrefix) {
		add("name", "begins as those of the store's own upkeep, which do not hold retention back")
	}
	if s.Page < 0 || s.Page > events.MaxPage {
		add("page", fmt.Sprintf("%d, at most %d", s.Page, events.MaxPage))
	}
	if s.Retry.Attempts < 0 || s.Retry.Initial < 0 || s.Retry.Max < 0 {
		add("retry", "a negative number")
	}
	if s.Retry.Max != 0 && s.Retry.Max < s.Retry.Initial {
		add("retry", "the longest pause is shorter than the first")
	}
	if strings.HasPrefix(string(s.Query.Stream), DeadPrefix) && !s.Halt {
		// What it gives up could come back to it, by way of others, for ever.
		add("halt", "a consumer of a dead stream must halt when it fails")
	}
	if _, err := NewFeed(nil, s.Query); err != nil {
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// selects reports whether an event that the query selects is for the handler: what consumers have given up must not travel between them in a circle.
func (s Spec) selects(e events.Event) bool {
	return s.Query.Stream != "" || !strings.HasPrefix(string(e.Stream), DeadPrefix)
}

// deadStream is where the consumer writes what it gives up.
func (s Spec) deadStream() events.Stream { return events.Stream(DeadPrefix + s.Name) }

// pause is the distance between attempt n, counted from 1, and the next: first, doubled with each attempt, and longest in the end.
func pause(n int, first, longest time.Duration) time.Duration {
	d := first
	for ; n > 1 && d < longest; n-- {
		d *= 2
	}
	return min(d, longest)
}
