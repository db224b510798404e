// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"sync"
	"time"
)

// sample is what was done in a window, and by which settings.
type sample struct {
	at                 time.Duration // since the beginning
	items              int
	parallelism, chunk int64
}

// record keeps the samples of one run.
type record struct {
	name  string
	began time.Time
	mu    struct {
		sync.Mutex
		all []sample
	}
}

func (r *record) add(at time.Time, items int, with settings) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.all = append(r.mu.all, sample{at.Sub(r.began), items, with.parallelism.Get(), with.chunk.Get()})
}

// samples returns what there is.
func (r *record) samples() []sample {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mu.all[:len(r.mu.all):len(r.mu.all)]
}

// total returns how many items were done from one moment to another.
func (r *record) total(from, to time.Duration) (n int) {
	for _, s := range r.samples() {
		if s.at > from && s.at <= to {
			n += s.items
		}
	}
	return n
}

// summary says what two runs did in each phase, and in all.
func summary(fixed, adaptive *record, every time.Duration) (lines []string, ratio float64) {
	row := func(what string, from, to time.Duration) float64 {
		a, b := fixed.total(from, to), adaptive.total(from, to)
		ratio := float64(b) / float64(max(a, 1))
		lines = append(lines, fmt.Sprintf("%-26s %10d %10d %8.2fx", what, a, b, ratio))
		return ratio
	}
	lines = append(lines, fmt.Sprintf("%-26s %10s %10s %9s", "items done", fixed.name, adaptive.name, "ratio"))
	for i, p := range phases {
		row(p.name, time.Duration(i)*every, time.Duration(i+1)*every)
	}
	ratio = row("in all", 0, time.Duration(len(phases))*every)
	return lines, ratio
}
