// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision/dynamic"
)

// openerMessage is what the opener takes.
type openerMessage interface{ opener() }

type (
	// structural changes which variables there are; keep is the one that is to have a process afterwards, drop the one that is to have none.
	structural struct {
		run        func(b *book, now time.Time) (answer, error)
		keep, drop string
		reply      actors.Reply[answer]
	}
	// adapters has the processes of adapters started and stopped that are to be, or not.
	adapters struct{ reply actors.Reply[answer] }
	// fill is the opener's own: every variable is to have a process.
	fill struct{}
)

func (structural) opener() {}
func (adapters) opener()   {}
func (fill) opener()       {}

// opener starts and stops the processes of variables. It owns nothing: what there is to be is what the committer has.
type opener struct{ s *Space }

// Init starts what is missing in the next turn.
func (o *opener) Init(ctx *actors.Context[openerMessage]) error {
	ctx.Continue(fill{})
	return nil
}

// Receive handles one message; it blocks until the committer and the supervisor have answered.
func (o *opener) Receive(ctx *actors.Context[openerMessage], msg openerMessage) error {
	switch m := msg.(type) {
	case structural:
		got, err := actors.CallForever(ctx, o.s.committer, func(reply actors.Reply[answer]) committerMessage { return order{m.run, reply} })
		if err == nil && m.keep != "" {
			err = o.start(ctx, m.keep)
		}
		if err == nil && m.drop != "" {
			o.stop(ctx, m.drop)
		}
		if err != nil {
			var died *actors.CallError
			if errors.As(err, &died) || away(err) {
				err = fmt.Errorf("cognitive: space %q: %w: %w", o.s.o.Name, ErrRestarted, err)
			}
			m.reply.Fail(err)
			return nil
		}
		m.reply.Send(got)
		return nil
	case adapters:
		if err := o.adapt(ctx); err != nil {
			m.reply.Fail(err)
			return nil
		}
		m.reply.Send(answer{})
		return nil
	case fill:
		return o.fill(ctx)
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
}

// fill starts the processes of all variables that have none. The committer answers when it has read the journal.
func (o *opener) fill(ctx *actors.Context[openerMessage]) error {
	_, err := actors.CallForever(ctx, o.s.committer, func(reply actors.Reply[answer]) committerMessage {
		return order{func(*book, time.Time) (answer, error) { return answer{}, nil }, reply}
	})
	var died *actors.CallError
	switch {
	case errors.As(err, &died) || away(err):
		return nil // it is started again, and this process with it
	case errors.Is(err, ErrStopped):
		return nil // the journal cannot be understood
	case err != nil:
		return err
	}
	for e := range o.s.root.Load().all() {
		if err := o.start(ctx, e.def.name); err != nil {
			return err
		}
	}
	return o.adapt(ctx)
}

// adapt starts and stops the processes of adapters until they are those that the handle has.
func (o *opener) adapt(ctx *actors.Context[openerMessage]) error {
	sup, err := dynamic.Of(o.s.sys.WhereIs(o.s.o.Name + ".adapters"))
	if err != nil {
		return err
	}
	o.s.mu.Lock()
	all := maps.Clone(o.s.mu.adapters)
	o.s.mu.Unlock()
	if was := o.s.adapting.Load(); was != nil {
		for _, name := range slices.Sorted(maps.Keys(*was)) {
			c := (*was)[name]
			if pid := c.pid.Load(); all[name] != c && pid != nil {
				_ = sup.TerminateChild(ctx, *pid) // it has ended otherwise
			}
		}
	}
	o.s.adapting.Store(&all)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c := all[name]
		if name != c.name || child(c.pid.Load(), sup) {
			continue
		}
		if _, err := sup.StartChild(ctx, o.s.adapterWorker(c)); err != nil {
			return err
		}
	}
	return nil
}

// child reports whether a process lives below a supervisor. One that is left of an earlier supervisor may live on for a moment: it is about to hear of that end.
func child(pid *actors.PID, sup *dynamic.Supervisor) bool {
	return pid != nil && pid.Alive() && pid.Parent() == sup.PID()
}

// start starts the process of a variable, if it has none.
func (o *opener) start(ctx *actors.Context[openerMessage], name string) error {
	sup, err := o.variables(ctx)
	if err != nil {
		return err
	}
	if child(o.s.cell(name).pid.Load(), sup) {
		return nil
	}
	_, err = sup.StartChild(ctx, o.s.worker(name))
	return err
}

func (o *opener) stop(ctx *actors.Context[openerMessage], name string) {
	sup, err := o.variables(ctx)
	if pid := o.s.cell(name).pid.Load(); err == nil && pid != nil {
		_ = sup.TerminateChild(ctx, *pid) // it has ended otherwise
	}
	o.s.cells.Delete(name)
}

// variables finds the supervisor of the variables' processes: an elder sibling.
func (o *opener) variables(ctx *actors.Context[openerMessage]) (*dynamic.Supervisor, error) {
	return dynamic.Of(o.s.sys.WhereIs(o.s.o.Name + ".variables"))
}
