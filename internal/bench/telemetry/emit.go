// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/recorder"
)

// calls is how often a thing is done for one figure.
const calls = 1000

// each returns the median time of one call, of as many figures as there are rounds.
func each(rounds int, do func()) float64 {
	took := make([]float64, rounds)
	for i := range took {
		begin := time.Now()
		for range calls {
			do()
		}
		took[i] = float64(time.Since(begin).Nanoseconds()) / calls
	}
	return median(took)
}

// events measures single figures and events.
func events(ctx context.Context, table *benchtab.Table, rounds int) (err error) {
	sys := actors.New(actors.Options{Events: telemetry.NewBus()})
	defer func() { err = errors.Join(err, sys.Close(ctx)) }()
	row := func(measure string, ns float64, goal benchtab.Goal) {
		table.Add(benchtab.Row{Measure: measure, Value: ns, Unit: "ns/op", Goal: goal})
	}
	event := actors.ProcessStuck{InHand: "order"}
	row("emit, nobody listens", each(rounds, func() { telemetry.Emit(sys.Events(), event) }), benchtab.ValueAtMost(5))

	agg := collect.NewAggregator(sys, collect.Options{})
	row("figure of an agent", each(rounds, func() { collect.RecordAgent(sys, "agent-1", "tokens", 1.5) }), benchtab.ValueAtMost(200))
	row("figure of a series", each(rounds, func() { agg.Record("bench.seconds", "key", 1.5) }), benchtab.ValueAtMost(200))

	rec := recorder.New(recorder.Options{Now: sys.Now, Subject: collect.SubjectOf})
	row("event in the recorder", each(rounds, func() { rec.Record(event) }), benchtab.Goal{})
	if _, err := supervision.Start(sys, "telemetry", supervision.Spec{Children: []supervision.Child{agg.Child()}}); err != nil {
		return err
	}
	row("emit, counted by name", each(rounds, func() { telemetry.Emit(sys.Events(), event) }), benchtab.Goal{})

	spec := alert.Spec{Routes: []alert.Route{{Name: "log"}}}
	for i := range 100 {
		spec.Rules = append(spec.Rules, alert.Rule{Name: fmt.Sprint("rule-", i), Series: "bench.seconds", Stat: alert.P99, Threshold: 2})
	}
	machine, err := alert.New(spec)
	if err != nil {
		return err
	}
	now := sys.Now()
	row("evaluation of a rule", each(max(rounds/100, 1), func() { machine.Step(now, agg.View(now)) })/100, benchtab.Goal{})
	return nil
}
