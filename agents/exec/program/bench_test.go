// SPDX-License-Identifier: Apache-2.0

//go:build unix

package program_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
)

// BenchmarkRoundTrip is a task to an echo program and its result back, one at a time.
func BenchmarkRoundTrip(b *testing.B) {
	inbox := program.NewInbox()
	defer inbox.Leave()
	port, err := program.Open(program.Spec{Command: []string{os.Args[0]}, Env: []string{rogueMode + "=echo"}},
		protocol.Config{}, program.Owner{Post: inbox.Post})
	if err != nil {
		b.Fatal(err)
	}
	for port.State() == protocol.Starting {
		port.Handle(<-inbox.Inputs())
	}
	b.ReportAllocs()
	task := protocol.Task{ID: "t", Kind: "echo", Input: []byte(`{"n":1}`), Attempt: 1, Timeout: time.Minute}
	var trips []time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := port.Assign(task); err != nil {
			b.Fatal(err)
		}
		for port.Free() == 0 {
			port.Handle(<-inbox.Inputs())
		}
		trips = append(trips, time.Since(start))
	}
	slices.Sort(trips)
	b.ReportMetric(float64(trips[len(trips)*99/100].Microseconds()), "p99-µs")
	port.Kill()
	for port.State() != protocol.Exited {
		port.Handle(<-inbox.Inputs())
	}
}
