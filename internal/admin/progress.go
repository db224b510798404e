// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
)

// TaskEvent is one step in the life of a task, the data of a server-sent event; its state is the event's name, and its position the event's id.
type TaskEvent struct {
	ID       string `json:"id"`                // of the task
	State    string `json:"state"`             // from then on
	Attempt  int    `json:"attempt,omitempty"` // number in its series, from 1
	Agent    string `json:"agent,omitempty"`   // that the step is about
	End      string `json:"end,omitempty"`     // how the attempt ended
	Reason   string `json:"reason,omitempty"`  // why it ended, or the task
	At       string `json:"at,omitempty"`      // when, RFC 3339
	Position uint64 `json:"position"`          // in the queue's journal, up to which this is so
	Missed   bool   `json:"missed,omitempty"`  // steps before this one are left out, because the reader was slow
}

// step is what the watch of a task gives.
type step struct {
	notice work.Notice
	err    error
}

// follow streams the life of a task until its outcome.
func (t *tasks) follow(w http.ResponseWriter, r *http.Request) error {
	q, err := t.queue(r)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	id := r.PathValue("id")
	steps := make(chan step) // sent and closed by the goroutine below
	go func() {              // ends with ctx, at the latest when follow returns
		defer close(steps)
		for n, err := range q.Queue.Watch(ctx, id) {
			select {
			case steps <- step{n, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	first, open := <-steps
	if !open {
		return ctx.Err()
	}
	if first.err != nil {
		return first.err
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	alive := time.NewTicker(t.o.Heartbeat)
	defer alive.Stop()
	for s := first; ; {
		if s.err != nil {
			return nil // the reader asks again when the stream has ended without an outcome
		}
		if err := write(w, out, id, s.notice); err != nil || s.notice.State.Final() {
			return nil // the reader has gone, or has everything
		}
		for waiting := true; waiting; {
			select {
			case s, open = <-steps:
				if !open {
					return nil
				}
				waiting = false
			case <-alive.C:
				if _, err := fmt.Fprint(w, ": alive\n\n"); err != nil || out.Flush() != nil {
					return nil // the reader has gone
				}
			}
		}
	}
}

func write(w http.ResponseWriter, out *http.ResponseController, id string, n work.Notice) error {
	e := TaskEvent{
		ID: id, State: n.State.String(), Attempt: n.Attempt, Agent: n.Agent, End: n.End, Reason: n.Reason, At: instant(plan.At(n.At)), Position: n.Version,
		Missed: n.Missed,
	}
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", e.Position, e.State, data); err != nil {
		return err
	}
	return out.Flush()
}
