// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"mabeam.dev/internal/bench/erlang"
	"mabeam.dev/internal/bench/work"
	"mabeam.dev/internal/benchtab"
)

// peerMeasure is one measure that both sides have.
type peerMeasure struct {
	name   string // of the row
	erlang string // of the measure in the Erlang module
	ops    int
	unit   string  // ns, us, or bytes
	goal   float64 // of the value in its unit; 0 means no slower than Erlang
	value  func(effort) (run work.Run, end func())
}

func simply(r work.Run) func(effort) (work.Run, func()) {
	return func(effort) (work.Run, func()) { return r, func() {} }
}

func finding(make func(int) *work.Lookup) func(effort) (work.Run, func()) {
	return func(e effort) (work.Run, func()) {
		l := make(e.ops(keys))
		return l.Find, l.Close
	}
}

// peerMeasures are the rows of the comparison, in order. The memory of an idle process is apart, because it is not a time.
var peerMeasures = []peerMeasure{
	{"tell", "tell", 300_000, "ns", 0, simply(work.Tell)},
	{"tell, 8 pairs of processes", "pairs", 400_000, "ns", 0, simply(work.Pairs)},
	{"ping-pong round trip", "pingpong", 100_000, "ns", 0, simply(work.PingPong)},
	{"call from a process", "call", 100_000, "ns", 0, simply(work.CallFromProcess)},
	{"supervised start with its Init", "start", 20_000, "us", 5, simply(work.Start)},
	{"crash to restarted and initialised", "restart", 5_000, "us", 8, simply(work.Restart)},
	{"table lookup by key", "table", 1_000_000, "ns", 0, finding(work.Set)},
	{"process by name", "name", 1_000_000, "ns", 0, finding(work.Names)},
	{"members of a group of 8", "group", 1_000_000, "ns", 0, finding(work.Groups)},
}

func otp(s settings, w io.Writer) (err error) {
	node, err := erlang.Start(context.Background(), filepath.Join(s.out, "erlang"))
	if errors.Is(err, erlang.ErrMissing) {
		fmt.Fprintf(w, "bench otp: SKIPPED, nothing was compared: %v\n", err)
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, node.Close()) }()
	t := benchtab.New("otp")
	t.Against(node.Version)
	idle := peerMeasure{name: "idle supervised process", unit: "bytes", goal: 1024}
	if s.wants(idle.name) { // before all else, as for the kernel's table
		ours := work.IdleBytes(s.idle)
		theirs, err := node.Measure("idle", s.idle)
		if err != nil {
			return err
		}
		t.Add(idle.row(ours, float64(theirs)))
	}
	for _, m := range peerMeasures {
		if !s.wants(m.name) {
			continue
		}
		theirs := func(ops int) time.Duration {
			took, failed := node.Measure(m.erlang, ops)
			err = errors.Join(err, failed)
			return time.Duration(took)
		}
		ours, end := m.value(s.effort)
		v, b := work.Interleave(s.rounds, s.ops(m.ops), ours, theirs)
		end()
		if err != nil {
			return err
		}
		t.Add(m.row(v.Median(), b.Median()))
	}
	return report(t, s, w)
}

func (m peerMeasure) row(ours, theirs float64) benchtab.Row {
	if m.unit == "us" {
		ours, theirs = ours/1000, theirs/1000
	}
	goal := benchtab.RatioAtMost(1)
	if m.goal > 0 {
		goal = benchtab.ValueAtMost(m.goal)
	}
	return benchtab.Row{Measure: m.name, Unit: m.unit, Value: ours, Baseline: theirs, BaselineName: "Erlang/OTP", Goal: goal}
}
