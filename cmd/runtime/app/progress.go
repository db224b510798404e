// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"time"

	"mabeam.dev/agents/work"
	"mabeam.dev/internal/node"
)

// How often progress is shown.
const (
	barEvery   = 200 * time.Millisecond
	plainEvery = 5 * time.Second
)

// state is the sum of all queues at one moment.
type state struct {
	open, done, dead, cancelled int
	bad                         uint64 // lines that are no task, or were refused, since this start
	why                         string // why nothing runs, although there are tasks; empty if that is not so
}

func (s state) ended() int { return s.done + s.dead + s.cancelled }

func sum(stats []work.Stats) state {
	var t state
	for _, s := range stats {
		t.open += s.Open()
		t.done += s.Done
		t.dead += s.Dead
		t.cancelled += s.Cancelled
		for _, source := range s.Sources {
			t.bad += source.Bad
		}
	}
	return t
}

// progress shows how far the job is until ctx ends; the channel is closed when it has stopped.
func (j *job) progress(ctx context.Context, n *node.Node, out *screen) <-chan struct{} {
	stopped := make(chan struct{})
	if out.mode == "none" {
		close(stopped)
		return stopped
	}
	go func() { // ends with ctx; whoever has the channel waits
		defer close(stopped)
		tick := time.NewTicker(barEvery)
		defer tick.Stop()
		begin, last, shown := time.Now(), time.Now(), 0
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			s, ok := j.look(ctx, n)
			if !ok {
				continue
			}
			if out.mode == "bar" {
				out.draw(j.bar(s, time.Since(begin), out.width()))
				continue
			}
			tenth := 0
			if j.total > 0 {
				tenth = s.ended() * 10 / j.total
			}
			if tenth > shown || time.Since(last) >= plainEvery {
				shown, last = tenth, time.Now()
				out.line(j.plain(s, time.Since(begin)))
			}
		}
	}()
	return stopped
}

// look asks the queues; a queue that is being restarted is shown a moment later.
func (j *job) look(ctx context.Context, n *node.Node) (state, bool) {
	var all []work.Stats
	why := ""
	for _, q := range n.Queues() {
		s, err := q.Stats(ctx)
		if err != nil {
			return state{}, false
		}
		all = append(all, s)
		if s.Running == 0 && s.Accepted > 0 {
			v, err := q.View(ctx)
			if err != nil {
				return state{}, false
			}
			for _, b := range v.Blocked {
				why = fmt.Sprintf("%d waiting: %s", b.Tasks, b.Reason)
			}
		}
	}
	t := sum(all)
	t.why = why
	return t, true
}

func (j *job) bar(s state, since time.Duration, width int) string {
	text := j.plain(s, since)
	share := 0.0
	if j.total > 0 {
		share = float64(s.ended()) / float64(j.total)
	}
	columns := min(max(width-len(text)-5, 0), 30) // brackets, two blanks, and the last column, where some terminals wrap
	if columns < 5 || j.total == 0 {
		return clip(text, width-1)
	}
	return drawBar(share, columns) + "  " + text
}

func clip(text string, width int) string {
	if len(text) > width {
		return text[:max(width, 0)]
	}
	return text
}

// plain is progress as one line of text.
func (j *job) plain(s state, since time.Duration) string {
	text := fmt.Sprintf("%d done", s.ended())
	if j.total > 0 {
		text = fmt.Sprintf("%3d%%  %d/%d", s.ended()*100/j.total, s.ended(), j.total)
	}
	rate := float64(s.ended()) / since.Seconds()
	text += fmt.Sprintf("  %.0f/s  crashes %d  restarts %d", rate, j.tally.crashes.Load(), j.tally.restarts.Load())
	if s.dead > 0 {
		text += fmt.Sprintf("  dead %d", s.dead)
	}
	if s.why != "" {
		text += "  " + s.why
	}
	if left := j.total - s.ended(); j.total > 0 && left > 0 && rate > 0 {
		text += fmt.Sprintf("  eta %.0fs", float64(left)/rate)
	}
	return text
}
