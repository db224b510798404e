// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"

	"mabeam.dev/actors"
	"mabeam.dev/market/integrity"
)

// watchMessage says that it is time.
type watchMessage struct{}

// watch reads the sources for a monitor, and acts on what it finds. Its process owns no state: cursors, findings and what became of them are the
// monitor's, and everything that it does elsewhere has the finding's id as its key.
type watch struct {
	n       *Integrity
	m       *monitor
	sources []Source
	idle    map[string]stretch // of each stream, what is behind the cursor and says nothing
}

// stretch is a part of a stream.
type stretch struct{ from, to uint64 }

func newWatch(n *Integrity, m *monitor) *watch {
	w := &watch{n: n, m: m, idle: map[string]stretch{}}
	for _, make := range n.o.Sources {
		s := make()
		if some, ok := s.(interface{ serves(Detector) bool }); ok && !some.serves(m.group) {
			continue // it has nothing for this monitor
		}
		w.sources = append(w.sources, s)
	}
	return w
}

// Init looks at once, and then from time to time.
func (w *watch) Init(ctx *actors.Context[watchMessage]) error {
	ctx.Every(w.n.o.Tick, watchMessage{})
	ctx.Self().Tell(watchMessage{})
	return nil
}

// Receive reads and acts. What fails is tried again with the next tick.
func (w *watch) Receive(ctx *actors.Context[watchMessage], _ watchMessage) error {
	limit, stop := ctx.WithTimeout(10 * w.n.o.Tick)
	defer stop()
	for _, s := range w.sources {
		if err := w.read(limit, s); err != nil {
			break
		}
	}
	if err := w.act(limit); err != nil {
		return nil //nolint:nilerr // somebody is down: with the next tick
	}
	return nil
}

// errEnough ends a read when there is enough for one command.
var errEnough = errors.New("enough")

// read brings what is new in a source to the monitor, a part at a time. Versions are not parted.
func (w *watch) read(ctx context.Context, s Source) error {
	a, err := w.m.ask(ctx, monitorCommand{ask: func(k *monitorKeeper) monitorAnswer { return monitorAnswer{cursor: k.cursors[s.Stream()]} }})
	for err == nil {
		seen := &monitorSeen{Stream: s.Stream(), From: a.cursor, To: a.cursor}
		from := a.cursor
		if idle := w.idle[s.Stream()]; idle.from == from {
			from = max(from, idle.to)
		}
		seen.To = from
		err = s.Observe(ctx, from, func(version uint64, o *Observation) error {
			if version != seen.To && len(seen.All) >= BatchLimit {
				return errEnough
			}
			if seen.To = version; o != nil && w.m.group.wants(o) {
				seen.All = append(seen.All, *o)
			}
			return nil
		})
		more := errors.Is(err, errEnough)
		if err != nil && !more {
			return err
		}
		if len(seen.All) == 0 && seen.To-seen.From < 10_000 {
			w.idle[s.Stream()] = stretch{seen.From, seen.To} // the cursor alone is not worth writing down
			return nil
		}
		if a, err = w.m.ask(ctx, monitorCommand{seen: seen}); err == nil && !more {
			return nil
		}
	}
	return err
}

// act does what open findings ask for: a case and a hold for the severe ones, and the end of both when it is decided.
func (w *watch) act(ctx context.Context) error {
	if w.n.o.Stakes == nil {
		return nil
	}
	a, err := w.m.ask(ctx, monitorCommand{ask: func(k *monitorKeeper) monitorAnswer {
		var open []Raised
		for _, r := range k.raised {
			if r.Open && (r.Case || r.Finding.Severity >= integrity.Hold) {
				open = append(open, r)
			}
		}
		return monitorAnswer{raised: open}
	}})
	if err != nil {
		return err
	}
	for _, r := range a.raised {
		is, err := w.n.accuse(ctx, w.m, &r)
		if err != nil {
			return err
		}
		over := is.State == integrity.Final || is.State == integrity.Overturned
		if err := w.hold(ctx, &r, !over); err != nil {
			return err
		}
		if over {
			if _, err := w.m.ask(ctx, monitorCommand{mark: &monitorMark{ID: r.ID, Closed: true, Guilty: is.Guilty}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// hold keeps what the accused of a severe finding are to be paid, or lets it go when no other finding keeps it.
func (w *watch) hold(ctx context.Context, r *Raised, keep bool) error {
	if r.Finding.Severity < integrity.Hold {
		return nil
	}
	accused := append([]string{r.Finding.Beneficiary}, r.Finding.Subjects...)
	for _, who := range accused {
		if who == "" {
			continue
		}
		if !keep && w.n.keeps(who, r.ID) {
			continue
		}
		if d := w.n.o.Deals; d != nil {
			if err := review(ctx, d, who, keep); err != nil {
				return err
			}
		}
		if x := w.n.o.Exchange; x != nil {
			if err := review(ctx, x, who, keep); err != nil {
				return err
			}
		}
	}
	return nil
}

// payer is what can be asked to pay somebody nothing for now.
type payer interface {
	HoldBack(ctx context.Context, who string) error
	Release(ctx context.Context, who string) error
}

func review(ctx context.Context, p payer, who string, keep bool) error {
	if keep {
		return p.HoldBack(ctx, who)
	}
	return p.Release(ctx, who)
}

// keeps reports whether another finding holds what somebody is to be paid.
func (n *Integrity) keeps(who, but string) bool {
	for _, r := range n.Findings() {
		if r.ID != but && r.Open && r.Finding.Severity >= integrity.Hold && r.concerns(who) {
			return true
		}
	}
	return false
}
