// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// Entry is one living agent.
type Entry struct {
	Spec Spec
	Ref  actors.Ref[Message]
	PID  actors.PID
}

// Change is one step in the life of the directory, told to watchers in order and without a gap.
type Change struct {
	// Joined is true for an agent that came, false for one that went.
	Joined bool
	Entry  Entry
	// Reason is why it went.
	Reason actors.Reason
}

// Directory knows the living agents. The handle reaches whoever runs under its name, so it survives restarts of the process.
type Directory struct {
	ref    actors.Ref[dirMessage]
	roster *roster // nil without a Sweep; set before the agents start
}

// dirMessage is what the directory's process takes.
type dirMessage interface{ directory() }

type (
	join struct{ entry Entry }
	left actors.Down
	list struct{ reply actors.Reply[[]Entry] }
	find struct {
		id    string
		reply actors.Reply[Entry]
	}
	watch struct {
		who  actors.PID
		tell func(Change)
	}
	unwatch actors.Down
)

func (join) directory()    {}
func (left) directory()    {}
func (list) directory()    {}
func (find) directory()    {}
func (watch) directory()   {}
func (unwatch) directory() {}

// NewDirectory returns the handle of the directory with this name, whether or not it runs yet, and the child that runs it.
func NewDirectory(sys *actors.System, name string) (*Directory, supervision.Child) {
	d := &Directory{ref: actors.Named[dirMessage](sys, name)}
	return d, supervision.Child{ID: name, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		ref, err := actors.SpawnLink(in, name, newDirectory, actors.Kind("directory"), actors.OnFull(actors.Unbounded))
		return ref.PID(), err
	}}
}

// Join enters an agent: to be called in the Init of an agent's behaviour. s is what it has turned out to be, which may be more than its spec
// said. A nil directory takes nobody.
func (d *Directory) Join(ctx *actors.Context[Message], s Spec) {
	if s.vitals != nil {
		s.vitals.learned(ctx.Self(), s)
	}
	if d != nil {
		d.ref.From(ctx).Tell(join{Entry{Spec: s, Ref: ctx.Self(), PID: ctx.PID()}})
	}
}

// List returns the living agents in the order of their ids.
func (d *Directory) List(ctx context.Context) ([]Entry, error) {
	return actors.Call(ctx, d.ref, func(r actors.Reply[[]Entry]) dirMessage { return list{r} })
}

// Lookup returns the living agent with an id, or actors.ErrNoProc.
func (d *Directory) Lookup(ctx context.Context, id string) (Entry, error) {
	return actors.Call(ctx, d.ref, func(r actors.Reply[Entry]) dirMessage { return find{id, r} })
}

// Watch makes the agents that are there now and then every change arrive as messages of the watching process. It ends with that
// process.
func Watch[M any](ctx *actors.Context[M], d *Directory, notice func(Change) M) {
	self := ctx.Self().From(ctx)
	d.ref.From(ctx).Tell(watch{who: ctx.PID(), tell: func(c Change) { self.Tell(notice(c)) }})
}

// directory is the process. It owns the table.
type directory struct {
	byID     map[string]Entry
	byPID    map[actors.PID]string
	watchers []watch
}

func newDirectory() actors.Behavior[dirMessage] {
	return &directory{byID: map[string]Entry{}, byPID: map[actors.PID]string{}}
}

// Receive handles one message.
func (d *directory) Receive(ctx *actors.Context[dirMessage], m dirMessage) error {
	switch m := m.(type) {
	case join:
		d.join(ctx, m.entry)
	case left:
		d.left(m)
	case list:
		m.reply.Send(d.list())
	case find:
		if e, ok := d.byID[m.id]; ok {
			m.reply.Send(e)
		} else {
			m.reply.Fail(fmt.Errorf("agents: look up %q: no such agent: %w", m.id, actors.ErrNoProc))
		}
	case watch:
		d.watchers = append(d.watchers, m)
		ctx.Monitor(m.who, func(down actors.Down) dirMessage { return unwatch(down) })
		for _, e := range d.list() {
			m.tell(Change{Joined: true, Entry: e})
		}
	case unwatch:
		d.watchers = slices.DeleteFunc(d.watchers, func(w watch) bool { return w.who == m.PID })
	default:
		return &actors.UnknownMessageError{Message: m}
	}
	return nil
}

// join enters an agent. A new life under the same id takes the place of the old one, whose death may be told later.
func (d *directory) join(ctx *actors.Context[dirMessage], e Entry) {
	if old, ok := d.byID[e.Spec.ID]; ok {
		delete(d.byPID, old.PID)
		why, _ := old.PID.Reason()
		d.tell(Change{Entry: old, Reason: why})
	}
	d.byID[e.Spec.ID] = e
	d.byPID[e.PID] = e.Spec.ID
	ctx.Monitor(e.PID, func(down actors.Down) dirMessage { return left(down) })
	d.tell(Change{Joined: true, Entry: e})
}

func (d *directory) left(m left) {
	id, ok := d.byPID[m.PID]
	if !ok {
		return
	}
	e := d.byID[id]
	delete(d.byPID, m.PID)
	delete(d.byID, id)
	d.tell(Change{Entry: e, Reason: m.Reason})
}

func (d *directory) tell(c Change) {
	for _, w := range d.watchers {
		w.tell(c)
	}
}

func (d *directory) list() []Entry {
	out := make([]Entry, 0, len(d.byID))
	for _, e := range d.byID {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Spec.ID, b.Spec.ID) })
	return out
}

// Inspect shows the ids.
func (d *directory) Inspect() any {
	ids := make([]string, 0, len(d.byID))
	for _, e := range d.list() {
		ids = append(ids, e.Spec.ID)
	}
	return ids
}
