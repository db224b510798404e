// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
)

// answerEvent is the name of the first server-sent event of a watch; the others are called as their effect.
const answerEvent = "answer"

// longestLag is how many changes may wait for a reader before it is cut off.
const longestLag = 10_000

// changes carries what a watch tells from its process to the goroutine that writes. It is bounded, so that a reader that stands still costs little.
type changes struct {
	ready chan struct{} // a token, sent by put if there is room for it; one is enough
	mu    struct {
		sync.Mutex
		list []registry.Notice
		n    int
		over bool
	}
}

// put adds a notice. It never blocks.
func (c *changes) put(n registry.Notice) {
	c.mu.Lock()
	if c.mu.n += len(n.Changes); c.mu.n > longestLag || n.Err != nil {
		c.mu.over, c.mu.list = true, nil
	}
	if !c.mu.over {
		c.mu.list = append(c.mu.list, n)
	}
	c.mu.Unlock()
	select {
	case c.ready <- struct{}{}:
	default:
	}
}

func (c *changes) take() (list []registry.Notice, over bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list, c.mu.list, c.mu.n = c.mu.list, nil, 0
	return list, c.mu.over
}

// observer is the process of one watch. It has the registry's notices, and ends when the reader has gone.
type observer struct {
	registry *registry.Registry
	query    query.Query
	changes  *changes
	page     index.Page
}

// Init subscribes; an error is the reader's answer.
func (o *observer) Init(ctx *actors.Context[registry.Notice]) (err error) {
	_, o.page, err = registry.Subscribe(ctx, o.registry, o.query, registry.WatchOptions{}, func(n registry.Notice) registry.Notice { return n })
	return err
}

// Receive passes a notice on.
func (o *observer) Receive(_ *actors.Context[registry.Notice], n registry.Notice) error {
	o.changes.put(n)
	return nil
}

func (v *agentViews) watch(w http.ResponseWriter, r *http.Request) error {
	q, err := asked(r)
	if err != nil {
		return err
	}
	o := &observer{registry: v.o.Registry, query: q, changes: &changes{ready: make(chan struct{}, 1)}}
	ref, err := actors.Spawn(v.o.System, "", func() actors.Behavior[registry.Notice] { return o }, actors.Kind("agent watch"))
	if err != nil {
		return agentProblem(err)
	}
	defer ref.PID().Stop()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := &stream{w: w, c: http.NewResponseController(w)}
	if !sayJSON(out, o.page.Version, answerEvent, answerOf(o.page)) {
		return nil // the reader has gone
	}
	alive := time.NewTicker(v.o.Heartbeat)
	defer alive.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-alive.C:
			if !ref.PID().Alive() || !out.say(": alive\n\n") {
				return nil
			}
		case <-o.changes.ready:
			list, over := o.changes.take()
			for _, n := range list {
				if !sayNotice(out, n) {
					return nil
				}
			}
			if over {
				return nil // the reader asks again
			}
		}
	}
}

// sayNotice writes the changes of a notice.
func sayNotice(out *stream, n registry.Notice) bool {
	for i, c := range n.Changes {
		row := c.After
		if row == nil {
			row = c.Before
		}
		if !sayJSON(out, c.Version, c.Effect.String(), AgentChange{c.Version, rowOf(row), n.Gap && i == 0}) {
			return false
		}
	}
	return true
}

// sayJSON writes one server-sent event.
func sayJSON(out *stream, id uint64, name string, v any) bool {
	data, err := json.Marshal(v)
	return err == nil && out.say(fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", id, name, data))
}
