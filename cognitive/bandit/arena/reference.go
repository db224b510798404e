// SPDX-License-Identifier: Apache-2.0

package arena

import (
	"encoding/json"
	"fmt"
	"slices"

	"mabeam.dev/cognitive/bandit"
)

// Figure is a measured mean and half the width of its 95 % interval.
type Figure struct{ Mean, Half float64 }

// Case is a world with the regret that methods had in it, measured by another program.
type Case struct {
	// Name is that of the world.
	Name  string
	World World
	// Regret is by method and checkpoint.
	Regret map[bandit.Method][]Figure
}

// Published are cases, and how they were measured.
type Published struct {
	// Runs is how many there were of each method in each world, and Horizon how long they were.
	Runs, Horizon int
	// Checkpoints are the steps after which regret was taken.
	Checkpoints []int
	// Cases are sorted by name.
	Cases []Case
}

// names are those of the methods in published files.
var names = map[string]bandit.Method{
	"ucb1": bandit.UCB1, "ucb_tuned": bandit.UCBTuned, "kl_ucb": bandit.KLUCB, "moss": bandit.MOSS, "thompson": bandit.Thompson,
	"eps_.1": bandit.EpsilonGreedy, "exp3": bandit.EXP3, "sw_ucb": bandit.SlidingUCB, "d_ucb": bandit.DiscountedUCB, "d_ts": bandit.DiscountedThompson,
}

// Parse reads a file of published figures.
func Parse(data []byte) (Published, error) {
	var file struct {
		Runs        int
		T           int
		Checkpoints []int
		Envs        map[string]struct {
			Env struct {
				Kind     string
				Means    []float64
				Segments []segment
				Base     float64
				Amp      float64
				Omega    float64 `json:"omega_per_step"`
				Phase    []float64
			}
			Results map[string][][2]float64
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return Published{}, fmt.Errorf("arena: parse: %w", err)
	}
	p := Published{Runs: file.Runs, Horizon: file.T, Checkpoints: file.Checkpoints}
	for name, e := range file.Envs {
		c := Case{Name: name, Regret: map[bandit.Method][]Figure{}}
		switch e.Env.Kind {
		case "stationary":
			c.World = Stationary(e.Env.Means...)
		case "piecewise":
			for _, s := range e.Env.Segments {
				c.World.Segments = append(c.World.Segments, Segment(s))
			}
		case "sin":
			c.World = World{Base: e.Env.Base, Amplitude: e.Env.Amp, Omega: e.Env.Omega, Phases: e.Env.Phase}
		default:
			return Published{}, fmt.Errorf("arena: parse %q: the kind %q is not known", name, e.Env.Kind)
		}
		if c.World.Arms() == 0 {
			return Published{}, fmt.Errorf("arena: parse %q: it has no arm", name)
		}
		for m, rows := range e.Results {
			method, ok := names[m]
			if !ok {
				return Published{}, fmt.Errorf("arena: parse %q: the method %q is not known", name, m)
			}
			for _, row := range rows {
				c.Regret[method] = append(c.Regret[method], Figure{row[0], row[1]})
			}
		}
		p.Cases = append(p.Cases, c)
	}
	slices.SortFunc(p.Cases, func(a, b Case) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return p, nil
}

// segment is written as a list of its first step and its means.
type segment Segment

// UnmarshalJSON reads the list.
func (s *segment) UnmarshalJSON(data []byte) error {
	var parts [2]json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	if err := json.Unmarshal(parts[0], &s.From); err != nil {
		return err
	}
	return json.Unmarshal(parts[1], &s.Means)
}
