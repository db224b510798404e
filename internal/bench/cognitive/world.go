// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/internal/node/varlog"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/prom"
	"mabeam.dev/telemetry/recorder"
)

// setup says what a world has.
type setup struct {
	variables int
	settings  cognitive.Settings
	file      bool // the journal is a file, with fsync before each acknowledgement; else it is paper
	watched   bool // metrics, series and the recorder listen, as in a node
	decider   func(*actors.System) (cognitive.Decider, error)
}

// world is a system with a space of variables from 0 to 1.
type world struct {
	sys     *actors.System
	bus     *telemetry.Bus
	space   *cognitive.Space
	vars    []*cognitive.Variable[float64]
	journal *counted
	ends    []func() error // in the order in which they are called
}

func (w *world) close() error {
	var errs []error
	for _, end := range w.ends {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}

// open makes a world; close ends it, also after an error.
func (s setup) open() (w *world, err error) {
	ctx := context.Background()
	w = &world{bus: telemetry.NewBus()}
	w.sys = actors.New(actors.Options{Events: w.bus})
	w.ends = append(w.ends, func() error { return w.sys.Close(ctx) })
	var children []supervision.Child
	if s.watched {
		agg, err := w.watch()
		if err != nil {
			return w, err
		}
		children = append(children, agg)
	}
	w.journal = &counted{Journal: &paper{}}
	if s.file {
		if w.journal.Journal, err = w.openFile(); err != nil {
			return w, err
		}
	}
	o := cognitive.SpaceOptions{Name: "bench", Journal: w.journal}
	if s.decider != nil {
		if o.Decider, err = s.decider(w.sys); err != nil {
			return w, err
		}
	}
	space, child, err := cognitive.NewSpace(w.sys, o)
	if err != nil {
		return w, err
	}
	w.space = space
	if _, err := supervision.Start(w.sys, "node", supervision.Spec{Children: append(children, child)}); err != nil {
		return w, err
	}
	return w, w.add(s.variables, s.settings)
}

// add adds n variables.
func (w *world) add(n int, set cognitive.Settings) error {
	for range n {
		v, err := w.space.AddFloat(context.Background(), fmt.Sprint("v", len(w.vars)), kind.Float{Min: 0, Max: 1}, cognitive.With(set))
		if err != nil {
			return err
		}
		w.vars = append(w.vars, v)
	}
	return nil
}

// watch connects what a node has to listen to its bus.
func (w *world) watch() (supervision.Child, error) {
	metrics := prom.New(w.bus, prom.Options{NoProcess: true})
	commits, err1 := metrics.Counter(prom.Definition{Name: "variable_commits_total", Help: "Commits.", Labels: []string{"space", "cause"}})
	took, err2 := metrics.Histogram(prom.Definition{Name: "variable_proposal_seconds", Help: "Answers.", Labels: []string{"space"}, Buckets: []float64{0.0001, 0.001, 0.01, 0.1, 1}})
	if err := errors.Join(err1, err2); err != nil {
		return supervision.Child{}, err
	}
	prom.On(commits, func(e cognitive.VariableCommitted) (prom.Values, float64, bool) {
		return prom.Values{e.Space, e.Commit.Cause.String()}, 1, true
	})
	prom.On(took, func(e cognitive.ProposalAnswered) (prom.Values, float64, bool) {
		return prom.Values{e.Space}, e.Took.Seconds(), true
	})
	rec := recorder.New(recorder.Options{Now: w.sys.Now, Subject: collect.SubjectOf, Accept: func(e telemetry.Event) bool {
		_, ok := collect.SubjectOf(e)
		return ok
	}})
	detach := rec.Attach(w.bus)
	w.ends = append(w.ends, func() error {
		metrics.Close()
		detach()
		return nil
	})
	return collect.NewAggregator(w.sys, collect.Options{}).Child(), nil
}

// openFile makes a journal on a file that is gone behind it.
func (w *world) openFile() (cognitive.Journal, error) {
	dir, err := os.MkdirTemp("", "cognitive-bench")
	if err != nil {
		return nil, err
	}
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	w.ends = append(w.ends, store.Close, func() error { return os.RemoveAll(dir) })
	j := events.NewJournal(store, events.JournalOptions{})
	_, err = j.Start(w.sys)
	return varlog.New(j), err
}

// counted is a journal whose appends are counted.
type counted struct {
	cognitive.Journal
	appends, bytes atomic.Int64
}

// Append counts an append; see cognitive.Journal.
func (c *counted) Append(ctx context.Context, stream string, expect uint64, ev cognitive.Event) (uint64, error) {
	c.appends.Add(1)
	c.bytes.Add(int64(len(ev.Data)))
	return c.Journal.Append(ctx, stream, expect, ev)
}

// paper is a journal that forgets: what is measured is everything before it.
type paper struct{ version atomic.Uint64 }

// Append takes what has the right version.
func (p *paper) Append(_ context.Context, _ string, expect uint64, _ cognitive.Event) (uint64, error) {
	if !p.version.CompareAndSwap(expect, expect+1) {
		return 0, cognitive.ErrVersion
	}
	return expect + 1, nil
}

// Read finds nothing.
func (*paper) Read(context.Context, string, uint64, func(uint64, cognitive.Event) error) error {
	return nil
}
