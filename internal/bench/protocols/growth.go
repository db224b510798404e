// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"time"

	"mabeam.dev/internal/benchtab"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/pbft/wire"
)

// grow measures how costs grow with the number of those who take part. Each figure is a median.
func (b *bench) grow() error {
	for _, line := range []struct {
		name  string
		sizes []int
		unit  string
		one   func(n int) (float64, error)
	}{
		{"a session's decision", []int{3, 10, 60, 250, 1_000, 4_000}, "us", func(n int) (float64, error) {
			v, err := middle(decisions(n, protocols.Volatile, b.ops(max(20, 10_000/n))))
			return 1000 * v, err
		}},
		{"a session's time for each agent", []int{3, 10, 60, 250, 1_000, 4_000}, "us", func(n int) (float64, error) {
			v, err := middle(decisions(n, protocols.Volatile, b.ops(max(20, 10_000/n))))
			return 1000 * v / float64(n), err
		}},
		{"PBFT with signatures", []int{4, 7, 10, 16, 25}, "ms", func(n int) (float64, error) {
			return middle(agreements(n, wire.Signed, 1, b.ops(max(10, 1_500/n/n))))
		}},
		{"PBFT with MACs", []int{4, 7, 16, 31, 64, 100}, "ms", func(n int) (float64, error) {
			return middle(agreements(n, wire.MAC, 1, b.ops(max(10, 10_000/n/n))))
		}},
		{"hand-over of a lock", []int{1, 4, 16, 64, 256, 1_000}, "us", func(n int) (float64, error) { return handOvers(n, b.ops(20_000)) }},
		{"a barrier's generation", []int{10, 100, 1_000, 4_000}, "ms", func(n int) (float64, error) {
			return middle(generations(n, b.ops(max(10, 50_000/n))))
		}},
	} {
		for _, n := range line.sizes {
			if b.quick && n > 16 {
				continue
			}
			v, err := line.one(n)
			if err != nil {
				return fmt.Errorf("%s among %d: %w", line.name, n, err)
			}
			b.growth.Add(benchtab.Row{Measure: benchtab.Among(line.name, n), Value: v, Unit: line.unit})
		}
	}
	return nil
}

// middle is the median in milliseconds.
func middle(t times, err error) (float64, error) {
	if err != nil {
		return 0, err
	}
	return float64(t.at(50)) / float64(time.Millisecond), nil
}
