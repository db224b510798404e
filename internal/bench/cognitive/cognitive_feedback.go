// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/sketch"
)

// spin is how long the sender of reports keeps its core before it lets others have it: a timer would be late by up to a millisecond.
const spin = 20 * time.Microsecond

// scale makes the number of a report a value of a variable, and back.
const scale = 1 << 26

// feedback measures the time from when a report was due to when everybody sees a commit that has taken it in.
func (b *bench) feedback() error {
	for _, m := range []struct {
		rate int
		file bool
		goal benchtab.Goal
	}{{1000, false, benchtab.Goal{}}, {100_000, false, benchtab.ValueAtMost(1)}, {100_000, true, benchtab.ValueAtMost(1)}} {
		name := fmt.Sprintf("feedback to commit, %d reports a second, %s", m.rate, map[bool]string{false: "a journal that forgets", true: "a file with fsync"}[m.file])
		s, err := b.stream(m.rate, m.file)
		if err != nil {
			return err
		}
		b.row(name+", p50", middleOf(s.p50), "ms", benchtab.Goal{})
		b.interval(name+", p99", s.p99, "ms", m.goal)
		b.row(name+", max", s.max, "ms", benchtab.Goal{})
		b.row(name+", reports that shared a commit", 100*s.shared, "%", benchtab.Goal{})
		b.row(name+", reports never taken in", s.lost, "reports", benchtab.Goal{})
	}
	return nil
}

// delays are what a stream of reports has given, in milliseconds; p50 and p99 are those of each window of time.
type delays struct {
	p50, p99 []float64
	max      float64
	shared   float64
	lost     float64

	mu struct {
		sync.Mutex
		window  sketch.Sketch
		seen    []int         // of each variable, the number of the last report that a commit has taken in
		commits int           // of adapters
		taken   int           // reports
		sent    int           // once all are
		through chan struct{} // closed when all that were sent are taken in
	}
}

// stream sends reports at a fixed rate, whether or not earlier ones are done, each to the next of 1,000 variables whose adapter answers each with a commit. A report that comes while its
// adapter waits for the one before it is taken in by the next commit, and its time runs until that is seen.
func (b *bench) stream(rate int, file bool) (d *delays, err error) {
	const variables = 1000
	every := time.Second / time.Duration(rate)
	window := time.Second
	if b.quick {
		window = 20 * time.Millisecond
	}
	w, err := setup{variables: variables, settings: cognitive.Settings{Durability: cognitive.Buffered, DeadBand: -1}, file: file, watched: true}.open()
	defer func() { err = errors.Join(err, w.close()) }()
	if err != nil {
		return nil, err
	}
	d = &delays{}
	d.mu.seen, d.mu.through = make([]int, variables), make(chan struct{})
	for i, v := range w.vars {
		d.mu.seen[i] = i - variables
		if err := w.space.Adapt(context.Background(), cognitive.Adaptation{Variable: v.Name(), Control: obey}); err != nil {
			return nil, err
		}
	}
	var begin time.Time
	defer telemetry.Subscribe(w.bus, "bench", func(e cognitive.VariableCommitted) {
		if e.Commit.Cause == cognitive.ByAdapter {
			d.visible(int(e.Commit.Value.Float()*scale), time.Since(begin), every)
		}
	})()
	reports := 0
	send := func(until time.Duration) {
		for now := time.Since(begin); now < until; now = time.Since(begin) {
			for ; time.Duration(reports)*every <= now; reports++ {
				v := w.vars[reports%variables]
				_ = w.space.Report(cognitive.Feedback{Variable: v.Name(), Version: v.Load().Version, Metrics: []adapt.Metric{{Name: "number", Value: float64(reports)}}})
			}
			for due := min(time.Duration(reports)*every, now+spin); time.Since(begin) < due; {
			}
			runtime.Gosched()
		}
	}
	begin = time.Now()
	send(window)
	d.next() // what came before is to warm up
	d.p50, d.p99, d.max = nil, nil, 0
	for n := range 4 * b.rounds {
		send(time.Duration(n+2) * window)
		d.next()
	}
	d.finish(reports)
	return d, nil
}

// obey is an adaptation that goes wherever a report says.
func obey(_ time.Time, _ kind.Value, f cognitive.Feedback) (kind.Value, string, bool) {
	return kind.OfFloat(f.Metrics[0].Value / scale), "", true
}

// visible takes in that everybody sees the commit of a report: it has taken in those before it of the same variable, too.
func (d *delays) visible(report int, at, every time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.mu.seen)
	v := report % n
	d.mu.commits++
	for i := d.mu.seen[v] + n; i <= report; i += n {
		d.mu.window.Add((at - time.Duration(i)*every).Seconds() * 1000)
		d.mu.taken++
	}
	d.mu.seen[v] = max(d.mu.seen[v], report)
	if d.mu.taken == d.mu.sent {
		d.mu.sent = -1 // nobody waits any more
		close(d.mu.through)
	}
}

// next ends a window.
func (d *delays) next() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p50, some := d.mu.window.Quantile(0.50); some {
		p99, _ := d.mu.window.Quantile(0.99)
		d.p50, d.p99, d.max = append(d.p50, p50), append(d.p99, p99), max(d.max, d.mu.window.Max())
	}
	d.mu.window.Reset()
}

// finish waits for the reports that were sent, up to a fifth of one second: one whose variable has changed meanwhile counts for nothing, and nothing may come after it.
func (d *delays) finish(sent int) {
	d.mu.Lock()
	all := d.mu.taken == sent
	if !all {
		d.mu.sent = sent
	}
	d.mu.Unlock()
	if !all {
		select {
		case <-d.mu.through:
		case <-time.After(200 * time.Millisecond):
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shared = 1 - float64(d.mu.commits)/float64(max(1, d.mu.taken))
	d.lost = float64(sent - d.mu.taken)
}
