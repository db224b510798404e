// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/stake"
	"mabeam.dev/supervision"
)

// IntegrityOptions set up the monitors of a market. Name, Stream and Journal must be set.
type IntegrityOptions struct {
	// Name is that of the supervisor of the monitors; findings are named after it.
	Name string
	// Stream begins the names of their streams, one for each group.
	Stream  string
	Journal Journal
	// Snapshots, if it is set, shortens recoveries; SnapshotEvery is how many observations lie between two, 0 means 10,000.
	Snapshots     Snapshots
	SnapshotEvery int
	// Sources are where they learn what was settled: Auctions, Payments, Services, Books, or others.
	Sources []func() Source
	// Rules are what they look for. They are no part of the state: other rules find other things from then on.
	Rules IntegrityRules
	// Stakes, if it is set, gets a case for each finding that is severe enough to hold settlements; Deals and Exchange, where they are set, hold what
	// the accused are to be paid for deals, and by auctions, until the case is decided.
	Stakes   *Stakes
	Deals    *Deals
	Exchange *Exchange
	// Throttle is for how long the subjects of a finding are to be slowed down; 0 means an hour.
	Throttle time.Duration
	// Tick is how often sources are read; 0 means 1 s.
	Tick time.Duration
}

// Integrity is the handle of the monitors. They read what is settled by cursors, so that a restart neither misses nor counts anything twice; what they
// find is a reason to look. Nobody loses anything by a statistic alone: a warning is told, a throttle ends by itself, and a hold lasts until a case is
// decided by somebody who is no party. Every finding can be contested. It outlives restarts and may be used from any goroutine.
type Integrity struct {
	o     IntegrityOptions
	parts []*monitor
}

// monitor is one group: a process that finds, and a watch that reads for it and acts.
type monitor struct {
	*desk[monitorCommand, monitorAnswer]
	group  Detector
	raised atomic.Pointer[[]Raised]
}

// NewIntegrity makes the handle, or returns everything that is missing. A supervisor starts the monitors from Child.
func NewIntegrity(o IntegrityOptions) (*Integrity, error) {
	o.Rules.defaults()
	if o.Tick <= 0 {
		o.Tick = time.Second
	}
	if o.Throttle <= 0 {
		o.Throttle = time.Hour
	}
	var problems []error
	if len(o.Sources) == 0 {
		problems = append(problems, fmt.Errorf("market: integrity %q: no sources", o.Name))
	}
	if o.Deals != nil && o.Stakes == nil {
		problems = append(problems, fmt.Errorf("market: integrity %q: deals would be held, and no stakes: nobody could decide", o.Name))
	}
	if o.Exchange != nil && o.Stakes == nil {
		problems = append(problems, fmt.Errorf("market: integrity %q: auctions would be held, and no stakes: nobody could decide", o.Name))
	}
	n := &Integrity{o: o}
	d := deskOptions{name: o.Name, stream: o.Stream, family: "market.integrity", journal: o.Journal, ticks: o.Tick, snapshots: o.Snapshots, every: snapshotEvery(o.SnapshotEvery)}
	problems = append(problems, d.validate())
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	for _, g := range detectors {
		m := &monitor{group: g}
		d.name, d.stream = o.Name+"/"+string(g), o.Stream+"/"+string(g)
		m.desk = newDesk(d, func() keeper[monitorCommand, monitorAnswer] {
			return &monitorKeeper{name: o.Name + "/" + string(g), group: g, rules: o.Rules, show: func(all []Raised) { m.raised.Store(&all) }}
		})
		n.parts = append(n.parts, m)
	}
	return n, nil
}

// Child describes the monitors, each with its watch, under a supervisor of their own.
func (n *Integrity) Child() supervision.Child {
	var children []supervision.Child
	for _, m := range n.parts {
		children = append(children,
			supervision.Worker(string(m.group), m.Behavior, m.ProcessOptions()...),
			supervision.Worker(string(m.group)+"-watch", func() actors.Behavior[watchMessage] { return newWatch(n, m) }, actors.Kind("market.integrity.watch")),
		)
	}
	return supervision.Sub(n.o.Name, supervision.Spec{Intensity: supervision.Intensity{Max: 10, Within: 10 * time.Second}, Children: children})
}

// Findings returns everything that was found, without asking any process; it is durable.
func (n *Integrity) Findings() []Raised {
	var all []Raised
	for _, m := range n.parts {
		if p := m.raised.Load(); p != nil {
			all = append(all, *p...)
		}
	}
	return all
}

// Throttled returns until when somebody is to be slowed down, and whether at all. It asks no process.
func (n *Integrity) Throttled(who string, now time.Time) (until time.Time, yes bool) {
	for _, m := range n.parts {
		p := m.raised.Load()
		if p == nil {
			continue
		}
		for _, r := range *p {
			if end := r.At.Add(n.o.Throttle); r.Open && r.Finding.Severity >= integrity.Throttle && end.After(now) && end.After(until) && r.concerns(who) {
				until, yes = end, true
			}
		}
	}
	return until, yes
}

// concerns reports whether somebody is a subject of the finding, or gains by it.
func (r *Raised) concerns(who string) bool {
	return who == r.Finding.Beneficiary || slices.Contains(r.Finding.Subjects, who)
}

// Check has every monitor look now, and returns all findings.
func (n *Integrity) Check(ctx context.Context) ([]Raised, error) {
	var all []Raised
	for _, m := range n.parts {
		a, err := m.ask(ctx, monitorCommand{check: true})
		if err != nil {
			return nil, err
		}
		all = append(all, a.raised...)
	}
	return all, nil
}

// Contest asks for a decision about a finding, for whom it concerns: it becomes a case that somebody who is no party reviews. Decided in favour of
// the subjects, it is dismissed.
func (n *Integrity) Contest(ctx context.Context, finding, by string) (integrity.Case, error) {
	for _, m := range n.parts {
		if !strings.HasPrefix(finding, m.o.name+"/") {
			continue
		}
		a, err := m.ask(ctx, monitorCommand{ask: func(k *monitorKeeper) monitorAnswer {
			return monitorAnswer{raised: slices.DeleteFunc(slices.Clone(k.raised), func(r Raised) bool { return r.ID != finding })}
		}})
		switch {
		case err != nil:
			return integrity.Case{}, err
		case len(a.raised) == 0:
		case !a.raised[0].concerns(by) || n.o.Stakes == nil:
			return integrity.Case{}, fmt.Errorf("market: contest %q by %q: %w", finding, by, integrity.ErrNotParty)
		default:
			return n.accuse(ctx, m, &a.raised[0])
		}
	}
	return integrity.Case{}, fmt.Errorf("market: contest %q: %w", finding, stake.ErrUnknown)
}

// accuse makes a case of a finding, and remembers that.
func (n *Integrity) accuse(ctx context.Context, m *monitor, r *Raised) (integrity.Case, error) {
	if r.Case {
		return n.o.Stakes.Case(ctx, r.ID)
	}
	is, err := n.o.Stakes.Accuse(ctx, Accusation{Case: r.ID, Kind: violation(r.Finding.Kind), Finding: r.Finding})
	if errors.Is(err, stake.ErrDuplicate) { // the finding has grown since
		is, err = n.o.Stakes.Case(ctx, r.ID)
	}
	if err != nil {
		return is, err
	}
	_, err = m.ask(ctx, monitorCommand{mark: &monitorMark{ID: r.ID, Case: true}})
	return is, err
}

// violation is what a kind of finding is punished as, if a case is upheld.
func violation(k integrity.Kind) string {
	switch k {
	case integrity.Decline:
		return "performance"
	case integrity.Shill, integrity.Cartel, integrity.Wash, integrity.Sybil, integrity.Praise, integrity.Slander:
		return "collusion"
	case integrity.Burst:
	}
	return "other"
}
