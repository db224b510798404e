// SPDX-License-Identifier: Apache-2.0

//go:build unix

package exec_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
)

// BenchmarkRoundTrip is a task through the agent to a program in Go and back.
func BenchmarkRoundTrip(b *testing.B) {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	settings, err := json.Marshal(exec.Settings{Command: []string{os.Args[0]}, Env: map[string]string{roleName: "honest"}})
	if err != nil {
		b.Fatal(err)
	}
	a, err := agents.Spawn(sys, agents.Spec{ID: "a", Settings: settings}, exec.Kind(), nil)
	if err != nil {
		b.Fatal(err)
	}
	t := task("t", "echo")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Do(ctx, t); err != nil {
			b.Fatal(err)
		}
	}
}
