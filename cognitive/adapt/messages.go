// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"time"

	"mabeam.dev/cognitive/kind"
)

// Input is what a machine is told: [Reported], [Cycle], [Changed], [Refused], [Moved], [Resumed], [Retuned].
type Input interface{ input() }

type (
	// Reported is one report of an agent. Slice says that it used the candidate beside the present value.
	Reported struct {
		At      time.Time
		Slice   bool
		Weight  float64 // 0 means 1
		Metrics []Metric
	}
	// Cycle says that it is time to think.
	Cycle struct{ At time.Time }
	// Changed says that the last effect was carried out.
	Changed struct{ At time.Time }
	// Refused says that the last effect was not carried out, and why. Conflict says that somebody else has changed the variable meanwhile.
	Refused struct {
		At       time.Time
		Why      string
		Conflict bool
	}
	// Moved says that somebody else has changed the variable.
	Moved struct {
		At    time.Time
		Value kind.Value
	}
	// Resumed ends a freeze.
	Resumed struct{ At time.Time }
	// Retuned says that the variable is to be adapted otherwise from now on. The Spec is valid, and Value is the present one. What is on trial ends; what was taken back, and a
	// freeze, stay.
	Retuned struct {
		At    time.Time
		Spec  Spec
		Value kind.Value
	}
)

func (Reported) input() {}
func (Cycle) input()    {}
func (Changed) input()  {}
func (Refused) input()  {}
func (Moved) input()    {}
func (Resumed) input()  {}
func (Retuned) input()  {}

// Metric is one measured number.
type Metric struct {
	Name  string
	Value float64
}

// Effect is what a machine asks for: [Begin], [End], [Try], [Promote], [Revert], [Note].
type Effect interface{ effect() }

type (
	// Begin gives a candidate to a slice of the agents, for at most TTL.
	Begin struct {
		Value kind.Value
		TTL   time.Duration
		Why   string
	}
	// End takes the candidate away from the slice.
	End struct{ Why string }
	// Try makes a candidate the value of all, on trial.
	Try struct {
		Value kind.Value
		Why   string
	}
	// Promote makes the candidate of the slice the value of all. Mean and Low are its gain, and the lower end of that.
	Promote struct {
		Value     kind.Value
		Mean, Low float64
		Why       string
	}
	// Revert makes an earlier value that of all again.
	Revert struct {
		Value kind.Value
		Why   string
	}
	// Note tells people something: What is "problem", "cleared", "escalated", "drift", "resting", "frozen", "resumed", "retuned",
	// "budget" or "kept".
	Note struct{ What, Why string }
)

func (Begin) effect()   {}
func (End) effect()     {}
func (Try) effect()     {}
func (Promote) effect() {}
func (Revert) effect()  {}
func (Note) effect()    {}
