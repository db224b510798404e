// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/prom"
	"mabeam.dev/telemetry/recorder"
)

// burst is how many messages are told before the process is asked whether it has handled them.
const burst = 2000

// post is what the process takes; a reply address makes it answer.
type post struct{ reply actors.Reply[int] }

// office is a system with a process to tell things to.
type office struct {
	name  string
	limit float64 // of the ratio to the one without a bus; 0 is none
	sys   *actors.System
	ref   actors.Ref[post]
	end   []func()
}

// open makes an office; watch attaches its telemetry.
func open(name string, limit float64, bus *telemetry.Bus, watch func(*office) error) (*office, error) {
	o := &office{name: name, limit: limit, sys: actors.New(actors.Options{Events: bus, StuckAfter: 30 * time.Second})}
	n := 0
	ref, err := actors.Spawn(o.sys, "counter", actors.Stateless(func(_ *actors.Context[post], m post) error {
		n++
		m.reply.Send(n)
		return nil
	}))
	o.ref = ref
	if err == nil && watch != nil {
		err = watch(o)
	}
	return o, err
}

func (o *office) close(ctx context.Context) error {
	for _, end := range slices.Backward(o.end) {
		end()
	}
	return o.sys.Close(ctx)
}

// work tells a burst and returns how long it took until all of it was handled.
func (o *office) work(ctx context.Context) (time.Duration, error) {
	begin := time.Now()
	for range burst {
		o.ref.Tell(post{})
	}
	_, err := actors.Call(ctx, o.ref, func(r actors.Reply[int]) post { return post{r} })
	return time.Since(begin), err
}

// metered attaches metrics of processes.
func metered(o *office) error {
	r := prom.New(o.sys.Events(), prom.Options{NoProcess: true})
	o.end = append(o.end, r.Close)
	exits, err1 := r.Counter(prom.Definition{Name: "bench_exits_total", Help: "Exits.", Labels: []string{"kind", "reason"}})
	letters, err2 := r.Counter(prom.Definition{Name: "bench_letters_total", Help: "Dead letters.", Labels: []string{"cause"}})
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	prom.On(exits, func(e actors.ProcessExited) (prom.Values, float64, bool) {
		return prom.Values{e.Kind, e.Reason.Kind().String()}, 1, true
	})
	prom.On(letters, func(e actors.DeadLetter) (prom.Values, float64, bool) { return prom.Values{e.Why}, 1, true })
	return nil
}

// recorded attaches a recorder and crash reports.
func recorded(o *office) error {
	rec := recorder.New(recorder.Options{Now: o.sys.Now, Subject: collect.SubjectOf})
	o.end = append(o.end, rec.Attach(o.sys.Events()), collect.ReportCrashes(o.sys, collect.CrashOptions{Recorder: rec}).Close)
	return nil
}

// everything attaches all that a node has, with series that are looked at each second.
func everything(o *office) error {
	agg := collect.NewAggregator(o.sys, collect.Options{})
	collect.Watch(agg)
	_, err := supervision.Start(o.sys, "telemetry", supervision.Spec{Children: []supervision.Child{agg.Child()}})
	return errors.Join(metered(o), recorded(o), err)
}

// tells measures what a message costs under telemetry of several kinds.
func tells(ctx context.Context, table *benchtab.Table, rounds int) (err error) {
	var all []*office
	defer func() {
		for _, o := range all {
			err = errors.Join(err, o.close(ctx))
		}
	}()
	for _, kind := range []struct {
		name  string
		limit float64
		bus   *telemetry.Bus
		watch func(*office) error
	}{
		{"without a bus", 0, nil, nil},
		{"no sink", 1.02, telemetry.NewBus(), nil},
		{"recorder", 1.05, telemetry.NewBus(), recorded},
		{"prometheus", 1.10, telemetry.NewBus(), metered},
		{"everything", 1.10, telemetry.NewBus(), everything},
	} {
		o, err := open(kind.name, kind.limit, kind.bus, kind.watch)
		all = append(all, o)
		if err != nil {
			return err
		}
	}
	spent := make([][]float64, len(all))
	for round := range rounds {
		for i := range all {
			i = (i + round) % len(all)
			took, err := all[i].work(ctx)
			if err != nil {
				return err
			}
			spent[i] = append(spent[i], float64(took.Nanoseconds())/burst)
		}
	}
	bare := median(spent[0])
	for i, o := range all[1:] {
		ratios := make([]float64, rounds)
		for round := range rounds {
			ratios[round] = spent[i+1][round] / spent[0][round]
		}
		table.Add(benchtab.Row{
			Measure: "tell, " + o.name, Value: bare * median(ratios), Unit: "ns/op", Baseline: bare, BaselineName: "without a bus", Goal: benchtab.RatioAtMost(o.limit),
		})
	}
	return nil
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}
