// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"mabeam.dev/events"
	"mabeam.dev/events/follow"
)

// The names of the server-sent events of a tail.
const (
	tailEvent   = "event"
	tailRemoved = "removed"
)

// Removed is the data of the server-sent event "removed": what lies before First is gone, and was not given.
type Removed struct {
	First events.Position `json:"first"` // the first position that may still be there
}

// tailed is one answer of the journal to a tail.
type tailed struct {
	batch follow.Batch
	err   error
}

// longestWrite is how long a reader of a stream may leave what it was sent untaken.
const longestWrite = 30 * time.Second

// tail streams selected events: those that are there, as far as they are asked for, and then each one when it is durable.
func (v *eventViews) tail(w http.ResponseWriter, r *http.Request) error {
	feed, first, after, err := v.begin(r)
	if err != nil {
		return eventProblem(err)
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	answers := make(chan tailed) // sent by the goroutine below
	go func() {                  // ends with ctx, at the latest when tail returns, or after an error
		for at := after; ; {
			b, err := feed.Await(ctx, v.o.System, at, readPage)
			var gone *events.CompactedError
			select {
			case answers <- tailed{b, err}:
			case <-ctx.Done():
				return
			}
			switch {
			case errors.As(err, &gone):
				at = gone.First - 1
			case err != nil:
				return
			default:
				at = b.Through
			}
		}
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := &stream{w: w, c: http.NewResponseController(w)}
	if !out.send(first...) {
		return nil // the reader has gone
	}
	alive := time.NewTicker(v.o.Heartbeat)
	defer alive.Stop()
	for {
		ok := true
		select {
		case a := <-answers:
			var gone *events.CompactedError
			switch {
			case errors.As(a.err, &gone):
				ok = out.removed(gone.First)
			case a.err != nil:
				return nil // the reader asks again, and is told what is wrong
			default:
				ok = out.send(a.batch.Events...)
			}
		case <-alive.C:
			ok = out.say(": alive\n\n")
		case <-ctx.Done():
			ok = false
		}
		if !ok {
			return nil
		}
	}
}

// begin reads what a tail is to start with, and where it goes on.
func (v *eventViews) begin(r *http.Request) (feed follow.Feed, first []events.Event, after events.Position, err error) {
	values := r.URL.Query()
	p := parameters{values: values}
	last := p.number("last", 0, 0, longestEvents)
	if err := errors.Join(p.problems...); err != nil {
		return feed, nil, 0, err
	}
	q, err := ParseEventQuery(values, v.o.Catalog)
	if err != nil {
		return feed, nil, 0, err
	}
	from := q.From
	if id := r.Header.Get("Last-Event-ID"); id != "" && from == 0 { // how a browser goes on where it was cut off
		p := parameters{values: url.Values{"Last-Event-ID": {id}}}
		if from = p.position("Last-Event-ID") + 1; len(p.problems) > 0 {
			return feed, nil, 0, errors.Join(p.problems...)
		}
	}
	q.From = 0
	if feed, err = follow.NewFeed(v.o.Journal, q.Query); err != nil {
		return feed, nil, 0, err
	}
	head, err := v.o.Journal.Head(r.Context())
	switch {
	case err != nil:
		return feed, nil, 0, err
	case from > head+1:
		return feed, nil, 0, refuse(http.StatusConflict, CodeBeyond, "position %d is behind the end of the log, %d: it is of another journal", from, head)
	case from > 0:
		return feed, nil, from - 1, nil
	case last == 0:
		return feed, nil, head, nil
	}
	q.Limit, q.Descending, q.AllowScan, q.To = last, true, true, head
	page, err := v.o.Journal.Query(r.Context(), q.Query)
	slices.Reverse(page.Events)
	return feed, page.Events, head, err
}

// stream writes server-sent events. Its methods report false when the reader has gone.
type stream struct {
	w http.ResponseWriter
	c *http.ResponseController
}

func (s *stream) say(text string) bool {
	_ = s.c.SetWriteDeadline(time.Now().Add(longestWrite)) // not every connection has one; those of a node have
	if _, err := fmt.Fprint(s.w, text); err != nil {
		return false
	}
	return s.c.Flush() == nil
}

func (s *stream) send(list ...events.Event) bool {
	for _, e := range list {
		line, err := events.Line(e)
		if err != nil || !s.say(fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", e.Position, tailEvent, line)) {
			return false
		}
	}
	return len(list) > 0 || s.c.Flush() == nil
}

func (s *stream) removed(first events.Position) bool {
	data, err := json.Marshal(Removed{first})
	return err == nil && s.say(fmt.Sprintf("event: %s\ndata: %s\n\n", tailRemoved, data))
}

// export streams JSON lines. What goes wrong after the beginning cuts the export, which shows, because its last line is missing.
func (v *eventViews) export(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	q, err := ParseEventQuery(values, v.o.Catalog)
	if err != nil {
		return eventProblem(err)
	}
	from := v.o.Journal.Replay(r.Context(), 0)
	if len(values) > 0 {
		q.Limit = readPage
		if _, err := ExplainOf(q); err != nil {
			return eventProblem(err)
		}
		from = events.Select(r.Context(), v.o.Journal, q.Query)
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	if _, err := events.Export(w, from); err != nil {
		panic(http.ErrAbortHandler) // the server's way of cutting the answer off
	}
	return nil
}
