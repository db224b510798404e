// SPDX-License-Identifier: Apache-2.0

package dynamic

import "mabeam.dev/supervision"

// DefaultRestarts is how many restarts in its window a supervisor allows whose [Spec] does not say: Elixir's default, where OTP's is 1.
const DefaultRestarts = 3

// NoChildren as [Spec].MaxChildren refuses every child.
const NoChildren = supervision.NoChildren

// Refusals of calls; see package supervision.
var (
	// ErrMaxChildren is returned when a start meets a supervisor that has as many children as it may.
	ErrMaxChildren = supervision.ErrMaxChildren
	// ErrNotFound is returned when the process is no child.
	ErrNotFound = supervision.ErrNotFound
	// ErrNotDynamic is returned when a start meets a supervisor of another kind, whose handle was made with [Of].
	ErrNotDynamic = supervision.ErrNotDynamic
)

// Spec describes a dynamic supervisor. The zero value has Elixir's defaults. There is nothing to say about strategy and automatic shutdown:
// a child is restarted alone, and none is significant.
type Spec struct {
	// Intensity limits restarts; the zero Max is 3, the zero Within 5 s. supervision.NoRestarts as Max allows none.
	Intensity supervision.Intensity
	// MaxChildren limits the children at once, restarting ones included; 0 is no limit, NoChildren is none at all.
	MaxChildren int
}

// Validate returns every mistake of the spec, as supervision.Faults, or nil.
func (s Spec) Validate() error { return s.supervision().Validate() }

// supervision is the spec in the general form.
func (s Spec) supervision() supervision.Spec {
	if s.Intensity.Max == 0 {
		s.Intensity.Max = DefaultRestarts
	}
	return supervision.Spec{Dynamic: true, Intensity: s.Intensity, MaxChildren: s.MaxChildren}
}

// Check returns every mistake of the spec of a child, as supervision.Faults, or nil. Significant children are refused.
func Check(c supervision.Child) error { return supervision.Check(c, supervision.Never) }
