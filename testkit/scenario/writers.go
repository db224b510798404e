// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
)

// crew is all writers. They take turns, as everything in a simulation, so they share it.
type crew struct {
	engine *engine
	size   int // writers with a number below live on
	broken int
}

func writers(e *engine, c *Command) (string, error) {
	if e.registries == nil {
		return "", errNoRegistries
	}
	n, err := strconv.Atoi(c.Args[0].Text)
	if err != nil {
		return "", err
	}
	w := e.registries.writers
	from := w.size
	w.size = n
	for i := from; i < n; i++ {
		_, err := actors.Spawn(e.node.System(), fmt.Sprint("writer-", i+1), func() actors.Behavior[struct{}] {
			return &writer{crew: w, no: i, book: e.registries.migration.Book()}
		})
		if err != nil {
			return "", err
		}
	}
	return "", nil
}

// writer writes about three agents of its own, and knows how they are.
type writer struct {
	*crew
	no     int
	book   registry.Book
	agents [3]mine
}

// mine is one agent as its writer knows it.
type mine struct {
	pid    actors.PID
	there  bool
	unsure bool // the last write may have been done or not
	health query.Status
}

// Init begins at once.
func (w *writer) Init(c *actors.Context[struct{}]) error {
	c.After(time.Millisecond, struct{}{})
	return nil
}

// Receive makes one write, looks at what became of it, and goes on a little later.
func (w *writer) Receive(c *actors.Context[struct{}], _ struct{}) error {
	if w.no >= w.size {
		return actors.Stop
	}
	i := c.Rand().IntN(len(w.agents))
	a := &w.agents[i]
	id := registry.ID{Name: fmt.Sprintf("writer-%d.%d", w.no+1, i+1)}
	var err error
	switch {
	case !a.there || a.unsure:
		err = w.register(c, id, a)
	case c.Rand().IntN(4) == 0:
		if err = w.book.Unregister(c, id); err == nil {
			a.there = false
		}
	case c.Rand().IntN(4) == 0:
		a.pid.Kill()
		a.there = false
	default:
		h := query.Status(c.Rand().IntN(3))
		if _, err = w.book.Update(c, id, 0, registry.Patch{Health: index.Known(index.Health{Status: h})}); err == nil {
			a.health = h
		}
	}
	a.unsure = err != nil
	if err != nil && !errors.Is(err, registry.ErrUnavailable) {
		w.broken++
	}
	w.look(id, a)
	c.After(time.Duration(1+c.Rand().IntN(5))*time.Millisecond, struct{}{})
	return nil
}

// register registers the agent with a new process, in the place of one that may be there.
func (w *writer) register(c *actors.Context[struct{}], id registry.ID, a *mine) error {
	if a.unsure {
		if err := w.book.Unregister(c, id); err != nil {
			return err
		}
	}
	pid, err := idler(c.System(), "")
	if err != nil {
		return err
	}
	a.pid, a.health = pid, query.Healthy
	_, err = w.book.Register(c, agentRow(id.Name, pid))
	a.there = err == nil
	return err
}

// look says whether readers see what is known for sure.
func (w *writer) look(id registry.ID, a *mine) {
	row, found := w.book.Lookup(id)
	switch {
	case a.unsure, !a.there && !found:
	case !a.there:
		if a.pid.Alive() || row.Handle != index.Handle(a.pid) { // of a dead one the registry hears in its own time
			w.broken++
		}
	case !found, row.Handle != index.Handle(a.pid), row.Health.Status != a.health:
		w.broken++
	}
}
