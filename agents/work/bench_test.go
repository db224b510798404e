// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// quick does nothing, at once.
var quick = agents.Native("quick", "Does nothing, at once.", func(agents.Spec) (agents.Worker, error) {
	return agents.WorkerFunc(func(_ context.Context, t agents.Task) (json.RawMessage, error) { return t.Input, nil }), nil
})

// node is a whole node on the real clock.
type node struct {
	sys   *actors.System
	queue *work.Queue
	store events.Store
}

func startNode(store events.Store, epoch string, o work.Options, kind agents.Kind, team int, each int, more func(*work.Queue)) (*node, error) {
	sys := actors.New(actors.Options{Events: telemetry.NewBus()})
	journal := events.NewJournal(store, events.JournalOptions{})
	dir, dirChild := agents.NewDirectory(sys, "agents")
	o.Epoch, o.Journal, o.Directory = epoch, journal, dir
	children := []supervision.Child{supervision.Worker(journal.Name(), journal.Behavior, journal.ProcessOptions()...), dirChild}
	if o.Who.Where != nil {
		sweep := dir.Sweep("sweep", agents.Sweep{})
		reg, child, err := registry.New(sys, registry.Options{Source: registry.FromDirectory(dir, "here")})
		if err != nil {
			return nil, err
		}
		o.Registry = reg
		children = append(children, sweep, child)
	}
	q, err := work.New(sys, o)
	if err != nil {
		return nil, err
	}
	more(q)
	crew := supervision.Spec{Intensity: supervision.Intensity{Max: 10_000}}
	for i := range team {
		c, err := agents.Child(agents.Spec{ID: fmt.Sprint("a", i+1), Concurrency: each}, kind, dir)
		if err != nil {
			return nil, err
		}
		crew.Children = append(crew.Children, c)
	}
	children = append(children, supervision.Sub("work", q.Spec()), supervision.Sub("team", crew))
	_, err = supervision.Start(sys, "node", supervision.Spec{Strategy: supervision.RestForOne, Children: children})
	return &node{sys: sys, queue: q, store: store}, err
}

// numbered gives n small tasks.
func numbered(n int) func(func(plan.Task, error) bool) {
	return func(yield func(plan.Task, error) bool) {
		for i := range n {
			if !yield(plan.Task{ID: fmt.Sprintf("task-%07d", i), Kind: "quick", Input: json.RawMessage(`{"package":"net/http"}`)}, nil) {
				return
			}
		}
	}
}

// BenchmarkDurableTasks measures tasks from their acceptance to their line in the results file: an operation is one task with three
// events, each acknowledged after fsync.
func BenchmarkDurableTasks(b *testing.B) {
	all := query.Query{Namespace: query.AllNamespaces, Where: query.Kind.Eq("quick")}
	b.Run("directory", func(b *testing.B) { durably(b, work.Options{}) })
	b.Run("registry", func(b *testing.B) { durably(b, work.Options{Who: all, Plan: plan.Spec{Policy: plan.Performance}}) })
}

func durably(b *testing.B, o work.Options) {
	dir := b.TempDir()
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	n, err := startNode(store, "bench", o, quick, 8, 64, func(q *work.Queue) {
		q.TaskSource("tasks", numbered(b.N))
		q.FileSink("results", filepath.Join(dir, "results.jsonl"))
	})
	if err != nil {
		b.Fatal(err)
	}
	stats, err := n.queue.WaitDone(b.Context())
	b.StopTimer()
	if err != nil || stats.Done != b.N {
		b.Fatal(stats, err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tasks/s")
	groups := store.Stats()
	b.ReportMetric(float64(groups.Events)/float64(groups.Groups), "events/group")
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/float64(b.N), "heap-B/task")
	if err := n.sys.Close(context.Background()); err != nil {
		b.Fatal(err)
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
}
