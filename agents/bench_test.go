// SPDX-License-Identifier: Apache-2.0

package agents_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
)

// BenchmarkInfos reads what is known of 10,000 agents, as a page that lists them does.
func BenchmarkInfos(b *testing.B) {
	const n = 10_000
	sys := actors.New(actors.Options{})
	defer sys.Close(context.Background())
	dir, _ := agents.NewDirectory(sys, "agents")
	dir.Sweep("sweep", agents.Sweep{})
	for i := range n {
		if _, err := agents.Spawn(sys, agents.Spec{ID: fmt.Sprint("a", i)}, moody, dir); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		seen := 0
		for range dir.Infos() {
			seen++
		}
		if seen != n {
			b.Fatal(seen)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/agent")
}

// BenchmarkDo is a task's way through an agent, with its attempt noted.
func BenchmarkDo(b *testing.B) {
	sys := actors.New(actors.Options{})
	defer sys.Close(context.Background())
	echo := agents.Native("echo", "Echoes.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(_ context.Context, t agents.Task) (json.RawMessage, error) { return t.Input, nil }), nil
	})
	a, err := agents.Spawn(sys, agents.Spec{ID: "a"}, echo, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Do(context.Background(), agents.Task{ID: "t", Input: json.RawMessage("1")}); err != nil {
			b.Fatal(err)
		}
	}
}
