// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"errors"
	"math"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/events"
)

// Now, as the place to begin, means behind the last event there is when one begins.
const Now events.Position = math.MaxUint64

// stride is how many positions may go by without a selected event before the reader is told how far the log has come.
const stride = 1024

// Feed is a selection of a journal's events, in order, that goes on as they are appended. It has no state: whoever reads keeps the position of what was read last.
// It may be used from any goroutine.
type Feed struct {
	journal *events.Journal
	query   events.Query
}

// Batch is one answer of a feed.
type Batch struct {
	// Events are the next selected ones, in the order of their positions. There are none if a long part of the log held nothing that is selected: then only
	// Through has moved.
	Events []events.Event
	// Through is the position up to which everything selected has been given: the next question's after.
	Through events.Position
}

// NewFeed makes a feed of the events that the query selects by stream, agent, types, correlation and causation. Its other conditions belong to a page and not to a
// feed, and are refused; the error joins all problems, each an [*events.QueryError].
func NewFeed(j *events.Journal, q events.Query) (Feed, error) {
	problems := []error{q.Validate()}
	refuse := func(field string, set bool) {
		if set {
			problems = append(problems, &events.QueryError{Field: field, Reason: "not for a feed"})
		}
	}
	refuse("from", q.From != 0)
	refuse("to", q.To != 0)
	refuse("since", !q.Since.IsZero())
	refuse("until", !q.Until.IsZero())
	refuse("descending", q.Descending)
	refuse("limit", q.Limit != 0)
	refuse("cursor", q.Cursor != "")
	q.AllowScan, q.Complete = true, true // a feed reads on from a place, which is a walk along the log by its nature
	return Feed{j, q}, errors.Join(problems...)
}

// Next waits until the feed has something behind the position after, and gives up to n events of it; n < 1 means [events.DefaultPage], and more than
// [events.MaxPage] that. The errors are *events.CompactedError if retention has removed something behind after, those of a read, those of
// [events.Journal.WaitHead] while there is nothing to give, and the cause of ctx. After an error Through is how far the log had been looked through.
func (f Feed) Next(ctx context.Context, after events.Position, n int) (Batch, error) {
	if after == Now {
		head, err := f.journal.Head(ctx)
		if err != nil {
			return Batch{Through: Now}, err
		}
		after = head
	}
	q, at := f.query, after
	if q.Limit = min(n, events.MaxPage); n < 1 {
		q.Limit = events.DefaultPage
	}
	for {
		q.From = at + 1
		page, err := f.journal.Query(ctx, q)
		if err != nil {
			return Batch{Through: at}, err
		}
		at = max(at, page.Through)
		if len(page.Events) > 0 || at-after >= stride {
			return Batch{Events: page.Events, Through: at}, nil
		}
		// The journal compares with the head that this page saw, so what was appended since is no reason to wait.
		if _, err := f.journal.WaitHead(ctx, max(at, page.Head)); err != nil {
			return Batch{Through: at}, err
		}
	}
}

// The pauses of who waits for the journal to come back, or for the store to take writes again: the first and the longest.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = 5 * time.Second
)

// Ask is [Feed.Next] for a process, which is not held up: the answer becomes the message that then makes, in a later turn. One question is answered once, so n is
// the credit that the process gives; it asks again, after the answer's Through, when it is ready for more. While the journal is away it waits, and the errors are the others of Next. then
// runs outside of the process's turns and must only make the message.
func Ask[N any](c *actors.Context[N], f Feed, after events.Position, n int, then func(Batch, error) N) {
	sys := c.System()
	c.Go(func(ctx context.Context) N { return then(f.Await(ctx, sys, after, n)) })
}

// Await is Next that outlasts restarts of the journal: while the journal is away it waits on the clock of sys, so the errors are the others of Next.
func (f Feed) Await(ctx context.Context, sys *actors.System, after events.Position, n int) (Batch, error) {
	for try := 1; ; try++ {
		b, err := f.Next(ctx, after, n)
		if err == nil || !isAway(err) || ctx.Err() != nil {
			return b, err
		}
		after = b.Through
		if sys.Sleep(ctx, pause(try, firstPause, longestPause)) != nil {
			return b, err
		}
	}
}

// isAway reports whether an error only says that the journal's process is not there at the moment.
func isAway(err error) bool {
	var died *actors.CallError
	return errors.Is(err, actors.ErrNoProc) || errors.As(err, &died)
}
