// SPDX-License-Identifier: Apache-2.0

package stake

import "fmt"

// Level is how a market as a whole is.
type Level uint8

// The levels.
const (
	Normal Level = iota
	Caution
	Halt
	Recovering
)

// String returns the word for the level.
func (l Level) String() string {
	switch l {
	case Normal:
		return "normal"
	case Caution:
		return "caution"
	case Halt:
		return "halt"
	case Recovering:
		return "recovering"
	}
	return fmt.Sprintf("stake.Level(%d)", uint8(l))
}

// StressSpec is when levels change: by the worst of the measured shares, in millionths.
type StressSpec struct {
	// Caution and Halt are the shares at which the level rises; it falls below Calm, which must be less than Caution.
	Calm, Caution, Halt int64
	// Hold is for how many nanoseconds it must be calm before the level falls by one step.
	Hold int64
}

// Stress follows measurements with hysteresis. It has one owner.
type Stress struct {
	spec  StressSpec
	level Level
	calm  int64 // since when; valid while quiet
	quiet bool
}

// NewStress returns a market that is normal.
func NewStress(s StressSpec) (*Stress, error) {
	if s.Calm < 0 || s.Calm >= s.Caution || s.Caution >= s.Halt || s.Halt > million || s.Hold < 0 {
		return nil, &InputError{"spec", "wants 0 <= Calm < Caution < Halt <= a million, and Hold not negative"}
	}
	return &Stress{spec: s}, nil
}

// Level returns the level now.
func (s *Stress) Level() Level { return s.level }

// Measure takes the shares of failed deals, of settlements that failed, and of price moves against their limit, and reports the level and whether
// it changed. It rises at once: to Halt from everywhere, to Caution from Normal and back to Halt from Recovering. It falls step by step, each
// after a time of calm: Halt, Recovering, Normal; Caution, Normal.
func (s *Stress) Measure(at int64, failed, unsettled, moved int64) (Level, bool) {
	worst := max(failed, unsettled, moved)
	was := s.level
	switch {
	case worst >= s.spec.Halt, worst >= s.spec.Caution && s.level == Recovering:
		s.level = Halt
	case worst >= s.spec.Caution && s.level == Normal:
		s.level = Caution
	}
	if worst > s.spec.Calm {
		s.quiet = false
		return s.level, s.level != was
	}
	if !s.quiet {
		s.quiet, s.calm = true, at
	}
	if at-s.calm >= s.spec.Hold && s.level != Normal {
		if s.level == Halt {
			s.level = Recovering
		} else {
			s.level = Normal
		}
		s.calm = at
	}
	return s.level, s.level != was
}
