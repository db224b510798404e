// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/exec"
	"mabeam.dev/cognitive/optimize"
	"mabeam.dev/config"
	"mabeam.dev/telemetry"
)

// optimization is one run of a search. The goroutine of run owns the study and the journal; each slot has a goroutine.
type optimization struct {
	*command
	flags   optimizeFlags
	cfg     config.Optimization
	sys     *actors.System
	log     *trialLog
	study   *optimize.Study
	slots   []*slot
	running map[optimize.TrialID]*slot
	again   []optimize.Trial // of an earlier run, to be run again

	reports struct {
		sync.Mutex
		waiting []progressReport
		news    chan struct{} // holds one; sent to by programs' agents, read by run
	}
}

// progressReport is what a program has said on its way.
type progressReport struct {
	trial optimize.TrialID
	data  json.RawMessage
}

// outcome is what a slot says of a trial.
type outcome struct {
	slot  *slot
	trial optimize.Trial
	data  json.RawMessage
	err   error
}

func (c *command) openOptimization(ctx context.Context, cfg config.Optimization, f optimizeFlags) (*optimization, error) {
	space, err := cfg.Dimensions()
	if err != nil {
		return nil, exitWith(ExitUsage, err)
	}
	study, err := optimize.NewStudy(space, cfg.Options(), optimize.Pruning{Rule: optimize.Rule(cfg.Pruning.Rule), Warm: cfg.Pruning.Warm})
	if err != nil {
		return nil, exitWith(ExitUsage, err)
	}
	bus := telemetry.NewBus()
	logger := slog.New(slog.NewTextHandler(c.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	o := &optimization{
		command: c, flags: f, cfg: cfg, study: study, running: map[optimize.TrialID]*slot{},
		sys: actors.New(actors.Options{Events: bus, Logger: logger}),
	}
	o.reports.news = make(chan struct{}, 1)
	telemetry.Subscribe(bus, "optimize", o.heard)
	if o.log, err = openTrialLog(o.sys, cfg.Data.Reveal(), logger); err == nil {
		err = o.resume(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	for i := range cfg.Search.AtOnce {
		s, err := newSlot(i+1, o.sys, cfg)
		if err != nil {
			return nil, errors.Join(err, o.close())
		}
		o.slots = append(o.slots, s)
	}
	return o, nil
}

// resume brings the study to where the journal ends.
func (o *optimization) resume(ctx context.Context) error {
	if err := o.log.replay(ctx, o.study); err != nil {
		return err
	}
	if !o.study.Began() {
		first := o.study.Begin()
		if err := o.log.keep(ctx, first); err != nil {
			return err
		}
		return o.study.Apply(first)
	}
	o.again = o.study.Open()
	o.say("resumed: %d trials, %d of them to run again", o.study.Search().Asked(), len(o.again))
	return nil
}

func (o *optimization) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := o.sys.Close(ctx)
	if o.log != nil {
		err = errors.Join(err, o.log.store.Close())
	}
	return err
}

// say prints a line for people.
func (o *optimization) say(format string, args ...any) {
	if !o.flags.quiet {
		fmt.Fprintf(o.Stderr, format+"\n", args...)
	}
}

// inward makes small what the objective makes good; outward is its inverse.
func (o *optimization) inward(v float64) float64 {
	if o.cfg.Objective.Goal == "maximize" {
		return -v
	}
	return v
}

func (o *optimization) outward(v float64) float64 { return o.inward(v) }

// heard takes a report from a program's agent; it must not block.
func (o *optimization) heard(e exec.TaskProgressed) {
	id, err := strconv.ParseUint(strings.TrimPrefix(e.Task, "trial-"), 10, 64)
	if err != nil {
		return
	}
	o.reports.Lock()
	o.reports.waiting = append(o.reports.waiting, progressReport{optimize.TrialID(id), e.Data})
	o.reports.Unlock()
	select {
	case o.reports.news <- struct{}{}:
	default: // run has been told
	}
}

// run runs trials until the search ends; stopped says that a signal has ended it.
func (o *optimization) run(ctx context.Context) (stopped bool, err error) {
	inner, cancel := context.WithCancel(ctx)
	var slots sync.WaitGroup
	defer slots.Wait()
	defer cancel()
	work, results := make(chan outcome), make(chan outcome) // closed by nobody; each slot ends with inner
	for _, s := range o.slots {
		slots.Go(func() { // ends with inner; awaited above
			for {
				select {
				case w := <-work:
					w.slot = s
					o.assign(w.trial.ID, s)
					w.data, w.err = s.measure(inner, o.study.Search().Space(), w.trial)
					select {
					case results <- w:
					case <-inner.Done():
						return
					}
				case <-inner.Done():
					return
				}
			}
		})
	}
	var over <-chan time.Time
	if o.cfg.Search.Time > 0 {
		timer := time.NewTimer(o.cfg.Search.Time)
		defer timer.Stop()
		over = timer.C
	}
	busy, full := 0, false
	for {
		for !full && busy < len(o.slots) {
			t, ok, err := o.next(ctx)
			if err != nil {
				return false, err
			}
			if !ok {
				break
			}
			busy++
			work <- outcome{trial: t}
		}
		if busy == 0 {
			return false, nil
		}
		select {
		case r := <-results:
			busy--
			if err := o.settle(ctx, r); err != nil {
				return false, err
			}
		case <-o.reports.news:
			if err := o.weigh(ctx); err != nil {
				return false, err
			}
		case <-over:
			full = true
		case <-o.Signals:
			o.say("stopped: run it again to go on")
			return true, nil
		case <-ctx.Done():
			return true, context.Cause(ctx)
		}
	}
}

// assign notes which slot has a trial.
func (o *optimization) assign(id optimize.TrialID, s *slot) {
	o.reports.Lock()
	defer o.reports.Unlock()
	o.running[id] = s
}

// next gives a trial to run: one of an earlier run, or a new one, which is journaled.
func (o *optimization) next(ctx context.Context) (optimize.Trial, bool, error) {
	if len(o.again) > 0 {
		t := o.again[0]
		o.again = o.again[1:]
		return t, true, nil
	}
	if o.enough() {
		return optimize.Trial{}, false, nil
	}
	records, err := o.study.Ask(1)
	if errors.Is(err, optimize.ErrExhausted) || err == nil && len(records) == 0 {
		return optimize.Trial{}, false, nil
	}
	if err == nil {
		err = o.log.keep(ctx, records...)
	}
	if err != nil {
		return optimize.Trial{}, false, err
	}
	return *records[0].Asked, true, nil
}

// enough says that the target is reached or the budget spent.
func (o *optimization) enough() bool {
	if budget := o.cfg.Search.Cost; budget > 0 && o.study.Cost() >= budget {
		return true
	}
	_, best, ok := o.study.Search().Best()
	return ok && o.cfg.Search.Target != nil && best.Value <= o.inward(*o.cfg.Search.Target)
}

// settle journals what came of a trial, and tells it.
func (o *optimization) settle(ctx context.Context, r outcome) error {
	if err := o.weigh(ctx); err != nil { // reports come before the end
		return err
	}
	o.reports.Lock()
	delete(o.running, r.trial.ID)
	o.reports.Unlock()
	least, most := o.cfg.Range()
	var m optimize.Measurement
	err := r.err
	if err == nil {
		if m, err = optimize.ReadAnswer(r.trial.ID, r.data, least, most); err == nil {
			m.Value, m.Resource = o.inward(m.Value), 0
		}
	}
	record := optimize.Record{Step: optimize.Told, Trial: r.trial.ID, Answer: &m}
	var trouble *optimize.TrialError
	switch {
	case err == nil:
	case errors.As(err, &trouble) && trouble.Cause == optimize.Pruned:
		record = o.study.Stopped(r.trial.ID)
	case errors.As(err, &trouble):
		m.Failed, record.Cause, record.Text = true, trouble.Cause, err.Error()
	default:
		return err // the trial stays open: it is not to blame
	}
	if err := o.log.keep(ctx, record); err != nil {
		return err
	}
	if err := o.study.Apply(record); err != nil {
		return err
	}
	o.tell(r.trial, record)
	return nil
}

// tell prints a line about a trial.
func (o *optimization) tell(t optimize.Trial, r optimize.Record) {
	value := number(o.outward(r.Answer.Value))
	switch {
	case r.Cause == optimize.Pruned:
		value = "pruned"
	case r.Answer.Failed:
		value = r.Text
	}
	best := "none"
	if b, m, ok := o.study.Search().Best(); ok {
		best = fmt.Sprintf("%s (trial %d)", number(o.outward(m.Value)), b.ID)
	}
	o.say("trial %d: %s: %s, best %s", t.ID, o.study.Search().Space().Text(t.Point), value, best)
}

// weigh journals what programs have reported, and takes back the trials that are not worth their rest.
func (o *optimization) weigh(ctx context.Context) error {
	o.reports.Lock()
	waiting := o.reports.waiting
	o.reports.waiting = nil
	o.reports.Unlock()
	var records []optimize.Record
	var bad []optimize.TrialID
	for _, w := range waiting {
		m, err := optimize.ReadAnswer(w.trial, w.data, math.Inf(-1), math.Inf(1))
		if err != nil {
			continue // something else than a value: it is the program's own
		}
		m.Value = o.inward(m.Value)
		records = append(records, optimize.Record{Step: optimize.Reported, Trial: w.trial, Answer: &m})
		if o.study.Report(w.trial, m) {
			bad = append(bad, w.trial)
		}
	}
	if len(records) > 0 {
		if err := o.log.keep(ctx, records...); err != nil {
			return err
		}
	}
	for _, id := range bad {
		o.reports.Lock()
		s := o.running[id]
		o.reports.Unlock()
		if s != nil {
			s.recall(id, optimize.Pruned)
		}
	}
	return nil
}
