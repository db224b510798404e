// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"slices"
	"time"

	"mabeam.dev/cognitive/kind"
	"mabeam.dev/telemetry"
)

// errand is a composite that is computed outside of the commit. One runs at a time; what changes meanwhile is looked at when it is back.
type errand struct{ again bool }

// outside is the result of an errand.
type outside struct {
	name  string
	def   *definition
	value kind.Value
	err   error
}

// outside marks a composite whose inputs have changed, and has it computed.
func (b *book) outside(v *variable) {
	e := *v.now
	e.flags |= Stale
	v.now = &e
	b.touch(v)
	if !slices.Contains(b.async, v.def.name) {
		b.async = append(b.async, v.def.name)
	}
}

// send begins the errands that are due, with the inputs that everybody sees now.
func (a *committer) send() {
	due := a.b.async
	a.b.async = nil
	for _, name := range due {
		if e := a.away[name]; e != nil {
			e.again = true
			continue
		}
		v, err := a.b.find(name)
		if err != nil || v.def.composite.Func == nil {
			continue
		}
		in := make([]kind.Value, len(v.def.composite.Inputs))
		for i, input := range v.def.composite.Inputs {
			if x, err := a.b.find(input); err == nil {
				in[i] = x.now.value
			}
		}
		if a.away == nil {
			a.away = map[string]*errand{}
		}
		a.away[name] = &errand{}
		d := v.def
		a.ctx.Go(func(context.Context) committerMessage { // it ends with the function; an ordered stop waits for it
			value, err := guarded(d.composite.Func, in)
			if err == nil {
				value, err = d.kind.Normal(value)
			}
			return outside{d.name, d, value, err}
		})
	}
}

// came takes a result in, as a commit of its own. It is of older inputs than those that there are if the composite is due again: then it stays Stale.
func (a *committer) came(m outside) {
	e := a.away[m.name]
	delete(a.away, m.name)
	if e == nil {
		return
	}
	again := e.again
	if m.err != nil {
		telemetry.Emit(a.ctx.Events(), CompositeFailed{Of{a.s.o.Name, m.name}, m.err})
	}
	a.take(order{run: func(b *book, now time.Time) (answer, error) {
		v, err := b.find(m.name)
		if err != nil {
			return answer{}, nil //nolint:nilerr // it was removed meanwhile
		}
		switch {
		case v.def != m.def: // it is computed otherwise now
			again = true
		case m.err != nil:
			b.degrade(v, m.err)
		case v.now.value.Equal(m.value):
			b.mend(v)
		default:
			c := &Commit{Variable: m.name, Value: m.value, Cause: ByComputing, At: now}
			b.commit(v, c, b.version.next())
			b.version = c.Space
			b.recompute(now, c.Space, []string{m.name})
		}
		if again {
			b.outside(v)
		}
		return answer{}, nil
	}})
}
