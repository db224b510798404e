// SPDX-License-Identifier: Apache-2.0

package tune

import "encoding/json"

// Trial is a point that should be measured.
type Trial struct {
	// ID numbers the trials of a session; no two are equal.
	ID uint64 `json:"id"`
	// Point is JSON for who measures.
	Point json.RawMessage `json:"point"`
	// Resource is how much to spend on it, such as epochs; 0 means what is usual.
	Resource float64 `json:"resource,omitempty"`
}

// Measurement is what came of a trial. Lower values are better.
type Measurement struct {
	// Value is what is made small.
	Value float64 `json:"value"`
	// Noise is the standard error of Value; 0 means not known.
	Noise float64 `json:"noise,omitempty"`
	// Cost is what the trial used up, in units of the caller.
	Cost float64 `json:"cost,omitempty"`
	// Resource is how much was spent, if that is not what the trial asked for: one that was stopped early says how far it came.
	Resource float64 `json:"resource,omitempty"`
	// Failed says why there is no value; empty if there is one.
	Failed string `json:"failed,omitempty"`
}

// Optimizer proposes trials and learns from what was measured. It belongs to one session.
type Optimizer interface {
	// Ask returns up to k trials that nobody has seen; none if it needs answers first, or has no more.
	Ask(k int) ([]Trial, error)
	// Tell takes the answer to a trial.
	Tell(id uint64, m Measurement) error
	// Best returns the best trial that was measured; false if there is none.
	Best() (Trial, Measurement, bool)
	// Done reports that it will not ask for anything any more.
	Done() bool
}

// Search makes an optimizer from a seed. Equal seeds make equal ones.
type Search func(seed uint64) (Optimizer, error)
