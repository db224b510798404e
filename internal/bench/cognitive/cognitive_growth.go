// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"mabeam.dev/cognitive"
	"mabeam.dev/internal/benchtab"
)

// grow measures how costs grow with the number of those who take part.
func (b *bench) grow() error {
	for _, line := range []struct {
		name  string
		sizes []int
		unit  string
		one   func(n int) (float64, error)
	}{
		{"a commit of proposers", []int{1, 10, 100, 1000}, "us", b.commitAmong},
		{"p99 of feedback to commit, reports a second", []int{1000, 10_000, 30_000, 100_000, 150_000}, "ms", b.feedbackAmong},
		{"a vote of agents", []int{5, 20, 50, 250, 1000}, "ms", b.voteAmong},
		{"memory of an idle variable", []int{1000, 10_000, 100_000}, "bytes", idleVariable},
	} {
		for _, n := range line.sizes {
			if b.quick && n > 1000 {
				continue
			}
			v, err := line.one(n)
			if err != nil {
				return fmt.Errorf("%s among %d: %w", line.name, n, err)
			}
			b.growth.Note(benchtab.Among(line.name, n), v, line.unit, benchtab.Goal{})
		}
	}
	return nil
}

// commitAmong is the time for each commit of so many proposers.
func (b *bench) commitAmong(n int) (float64, error) {
	rates, _, _, err := b.rates(setup{variables: 1000, settings: cognitive.Settings{Durability: cognitive.Buffered}, watched: true}, n, b.many(50_000))
	return 1e6 / middleOf(rates), err
}

func (b *bench) feedbackAmong(n int) (float64, error) {
	d, err := b.stream(n, false)
	if err != nil {
		return 0, err
	}
	return middleOf(d.p99), nil
}

func (b *bench) voteAmong(n int) (float64, error) {
	took, err := ballots(n, false, b.many(max(20, 10_000/n)))
	if err != nil {
		return 0, err
	}
	return middleOf(took), nil
}
