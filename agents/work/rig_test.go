// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/lines"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// moody agents do what a task's input says: "work", "fail", "panic", "hang", "stuck" (hangs and does not let go), "slow" (a second),
// "refuse" (permanent), "ask badly" and "ask nobody" (errors with codes), "big" (an output over the bound), "once panic" and the like (only on the first attempt).
var moody = agents.Native("moody", "Does what its input says.", func(s agents.Spec) (agents.Worker, error) {
	return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
		var mood string
		if err := json.Unmarshal(t.Input, &mood); err != nil {
			return nil, agents.Permanent("bad_input", err.Error())
		}
		if first, ok := strings.CutPrefix(mood, "once "); ok {
			mood = "work"
			if t.Attempt == 1 {
				mood = first
			}
		}
		switch mood {
		case "fail":
			return nil, errors.New("as told")
		case "fail long":
			return nil, errors.New(strings.Repeat("\x00", 10_000))
		case "panic":
			panic("as told")
		case "hang":
			<-ctx.Done()
			return nil, context.Cause(ctx)
		case "stuck":
			<-time.After(letGo)
		case "slow":
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		case "refuse":
			return nil, agents.Permanent("no", "as told")
		case "ask badly":
			return nil, fmt.Errorf("ask: %w", &query.BadQueryError{})
		case "ask nobody":
			return nil, fmt.Errorf("ask: %w", actors.ErrNoProc)
		case "big":
			return json.Marshal(strings.Repeat("x", work.MaxOutput))
		}
		return json.Marshal(s.ID)
	}), nil
})

func task(id, mood string) plan.Task {
	input, _ := json.Marshal(mood)
	return plan.Task{ID: id, Kind: "moody", Input: input}
}

// page is a writer whose content can be read while it is written to.
type page struct {
	mu struct {
		sync.Mutex
		bytes.Buffer
		err error
	}
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if errors.Is(p.mu.err, errNothing) {
		return 0, p.mu.err
	}
	if p.mu.err != nil {
		n, _ := p.mu.Buffer.Write(b[:len(b)/2])
		return n, p.mu.err
	}
	return p.mu.Buffer.Write(b)
}

// errNothing makes a page refuse everything; any other error lets it take half.
var errNothing = errors.New("nothing is taken")

func (p *page) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.err = err
}

// outcomes parses what was written; each id must be there once.
func (p *page) outcomes(t *testing.T) map[string]lines.Outcome {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	return parse(t, p.mu.Bytes())
}

func parse(t *testing.T, text []byte) map[string]lines.Outcome {
	t.Helper()
	all := map[string]lines.Outcome{}
	for line := range bytes.Lines(text) {
		o, err := lines.ParseOutcome(line)
		require.NoError(t, err)
		require.NotContains(t, all, o.ID, "an outcome is written once")
		all[o.ID] = o
	}
	return all
}

// rising checks that the positions of the lines rise, on which going on behind the last line rests.
func rising(t *testing.T, text []byte) {
	t.Helper()
	var last uint64
	for line := range bytes.Lines(text) {
		o, err := lines.ParseOutcome(line)
		require.NoError(t, err)
		require.Greater(t, o.Position, last)
		last = o.Position
	}
}

// fickle is a store that fails when told to.
type fickle struct {
	events.Store
	mu struct {
		sync.Mutex
		fail  error
		times int
		takes time.Duration // each commit
	}
}

// takes makes each commit take a while.
func (f *fickle) takes(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.takes = d
}

// breakNow makes the next commits fail: so many, or all while the number is negative.
func (f *fickle) breakNow(err error, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.fail, f.mu.times = err, times
}

func (f *fickle) AppendGroup(ctx context.Context, group []events.Append) ([]events.Outcome, error) {
	f.mu.Lock()
	err, left := f.mu.fail, f.mu.times
	f.mu.times = max(left-1, min(left, 0))
	takes := f.mu.takes
	f.mu.Unlock()
	if takes > 0 {
		<-time.After(takes)
	}
	if err != nil && left != 0 {
		return nil, err
	}
	return f.Store.AppendGroup(ctx, group)
}

// rig is a node with a queue, agents and a writer as its sink, in a bubble.
type rig struct {
	t     *testing.T
	sys   *actors.System
	bus   *telemetry.Bus
	store *fickle
	queue *work.Queue
	log   *events.Journal
	out   *page
	dir   *agents.Directory
	reg   *registry.Registry
	sup   *supervision.Supervisor
}

// letGo is when an agent that is stuck returns at last; nothing waits for it but the end of the bubble.
const letGo = 24 * time.Hour

// setup changes what a rig is made of.
type setup struct {
	plan    plan.Spec
	agents  []agents.Spec
	store   *fickle
	out     *page
	journal events.JournalOptions
	every   int
	more    func(*work.Queue)
	who     string // with a registry; "*" is everybody
	market  *work.Market
}

func crew(n int) []agents.Spec {
	var all []agents.Spec
	for i := range n {
		all = append(all, agents.Spec{ID: fmt.Sprint("a", i+1)})
	}
	return all
}

var epochs int

func newRig(t *testing.T, s setup) *rig {
	t.Helper()
	epochs++
	r := &rig{t: t, bus: telemetry.NewBus(), store: s.store, out: s.out}
	if r.store == nil {
		r.store = &fickle{Store: memory.New(memory.Options{})}
	}
	if r.out == nil {
		r.out = &page{}
	}
	r.sys = actors.New(actors.Options{Events: r.bus})
	journal := events.NewJournal(r.store, s.journal)
	r.log = journal
	var dirChild supervision.Child
	r.dir, dirChild = agents.NewDirectory(r.sys, "agents")
	o := work.Options{Epoch: fmt.Sprint("epoch", epochs), Plan: s.plan, Journal: journal, Directory: r.dir, SnapshotEvery: s.every, Market: s.market}
	children := []supervision.Child{supervision.Worker(journal.Name(), journal.Behavior, journal.ProcessOptions()...), dirChild}
	var err error
	if s.who != "" {
		children = append(children, r.registered(&o, s.who)...)
	}
	r.queue, err = work.New(r.sys, o)
	require.NoError(t, err)
	r.queue.WriterSink("out", r.out)
	if s.more != nil {
		s.more(r.queue)
	}
	team := supervision.Spec{Intensity: supervision.Intensity{Max: 1000}}
	for _, a := range s.agents {
		c, err := agents.Child(a, moody, r.dir)
		require.NoError(t, err)
		team.Children = append(team.Children, c)
	}
	children = append(children, supervision.Sub("work", r.queue.Spec()), supervision.Sub("team", team))
	r.sup, err = supervision.Start(r.sys, "node", supervision.Spec{Strategy: supervision.RestForOne, Children: children})
	require.NoError(t, err)
	return r
}

// registered makes a registry of the directory, which the queue follows.
func (r *rig) registered(o *work.Options, who string) []supervision.Child {
	r.t.Helper()
	sweep := r.dir.Sweep("sweep", agents.Sweep{})
	reg, child, err := registry.New(r.sys, registry.Options{Source: registry.FromDirectory(r.dir, "here")})
	require.NoError(r.t, err)
	if who != "*" {
		o.Who, err = query.Parse(who)
		require.NoError(r.t, err)
	}
	r.reg, o.Registry = reg, reg
	return []supervision.Child{sweep, child}
}

func (r *rig) close() {
	require.NoError(r.t, r.sys.Close(context.Background()))
	<-time.After(letGo)
}

func (r *rig) submit(tasks ...plan.Task) {
	r.t.Helper()
	receipts, err := r.queue.Submit(r.t.Context(), tasks...)
	require.NoError(r.t, err)
	for _, receipt := range receipts {
		require.NoError(r.t, receipt.Err)
	}
}

func (r *rig) done() work.Stats {
	r.t.Helper()
	stats, err := r.queue.WaitDone(r.t.Context())
	require.NoError(r.t, err)
	return stats
}

// kill ends a process by its name.
func (r *rig) kill(name string) {
	r.t.Helper()
	for pid := range r.sys.Processes() {
		if pid.Name() == name {
			pid.Kill()
			return
		}
	}
	require.Fail(r.t, "no process "+name)
}

// bubble runs a test with virtual time.
func bubble(t *testing.T, s setup, body func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, s)
		defer r.close()
		body(t, r)
	})
}

// collect listens to events of a type and gives what has come so far.
func collect[E telemetry.Event](r *rig) func() []E {
	var mu sync.Mutex
	var all []E
	telemetry.Subscribe(r.bus, "collect", func(e E) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, e)
	})
	return func() []E {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}
