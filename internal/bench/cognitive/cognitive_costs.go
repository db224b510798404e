// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math/rand/v2"

	"mabeam.dev/cognitive/bandit"
	"mabeam.dev/cognitive/detect"
	"mabeam.dev/internal/benchtab"
)

// costs measures what a choice with its reward, and what a value to a detector takes.
func (b *bench) costs() error {
	const steps = 100_000
	for _, method := range []bandit.Method{bandit.Auto, bandit.Thompson, bandit.UCB1} {
		ms, err := b.median(func() error {
			s, err := bandit.New(bandit.Spec{Arms: 10, Method: method})
			if err != nil {
				return err
			}
			rng := rand.New(rand.NewPCG(firstSeed, 0))
			for range steps {
				arm, reward := s.Select(rng), 0.0
				if rng.Float64() < 0.09*float64(arm) {
					reward = 1
				}
				if err := s.Update(arm, reward, 1); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		b.row("choice among 10 arms and its reward, "+method.String(), ms*1e6/steps, "ns", benchtab.Goal{})
	}
	ms, err := b.median(func() error {
		d, err := detect.NewGLR(detect.GLRSpec{})
		if err != nil {
			return err
		}
		rng := rand.New(rand.NewPCG(firstSeed, 1))
		for range steps {
			d.Update(rng.Float64())
		}
		return nil
	})
	b.row("value to a likelihood ratio test", ms*1e6/steps, "ns", benchtab.Goal{})
	return err
}
