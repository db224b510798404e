// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"errors"
	"fmt"
	"runtime"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/supervision"
)

// DefaultRestarts is how many restarts in its window a supervisor allows whose [Spec] does not say, as in Elixir.
const DefaultRestarts = 3

var (
	// ErrNoName is returned when a supervisor is started without a name, which is how others find it.
	ErrNoName = fault.New(1211, "partition: a name is needed")
	// ErrNoChild is returned when a Spec does not say what the partitions are.
	ErrNoChild = fault.New(1212, "partition: a function that makes the child specs is needed")
	// ErrNotPartitioned is returned when the process is a supervisor of another kind.
	ErrNotPartitioned = fault.New(1213, "partition: the supervisor has no partitions")
)

// CountError is returned for a number of partitions that cannot be.
type CountError struct {
	Got      int // the number asked for
	Min, Max int // what is allowed; a Max of 0 is no limit
}

// Error names the numbers.
func (e *CountError) Error() string {
	if e.Max == 0 {
		return fmt.Sprintf("partition: %d partitions, want %d or more", e.Got, e.Min)
	}
	return fmt.Sprintf("partition: %d partitions, want %d to %d", e.Got, e.Min, e.Max)
}

// FaultCode is E1214.
func (*CountError) FaultCode() fault.Code { return 1214 }

// Spec describes a partition supervisor. Only Child is required.
type Spec struct {
	// Partitions is how many there are, at first and at most; 0 is GOMAXPROCS.
	Partitions int
	// Child makes the spec of one partition: its id, which is the number as text, and the number. It is called once for each, in order, when
	// the supervisor starts. Worker makes it from a behaviour. The ID of the spec is set to id whatever it was.
	Child func(id string, partition int) supervision.Child
	// Strategy says which partitions are restarted with one; zero is OneForOne. SimpleOneForOne is refused.
	Strategy supervision.Strategy
	// Intensity limits restarts; the zero Max is 3, the zero Within 5 s. supervision.NoRestarts as Max allows none.
	Intensity supervision.Intensity
}

// Worker makes the Child of a Spec whose partitions are permanent workers: start builds the behaviour of one from its number, anew for each
// incarnation. The options are those of actors.Spawn.
func Worker[M any](start func(partition int) actors.Behavior[M], options ...actors.Option) func(string, int) supervision.Child {
	if start == nil {
		return nil
	}
	return func(id string, partition int) supervision.Child {
		return supervision.Worker(id, func() actors.Behavior[M] { return start(partition) }, options...)
	}
}

// Validate returns every mistake that can be seen before a child spec is made, joined, or nil.
func (s Spec) Validate() error {
	var faults []error
	if s.Child == nil {
		faults = append(faults, ErrNoChild)
	}
	if s.Partitions < 0 {
		faults = append(faults, &CountError{Got: s.Partitions, Min: 1})
	}
	if err := s.general(nil).Validate(); err != nil { // SimpleOneForOne is refused for want of a template
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

func (s Spec) withDefaults() Spec {
	if s.Partitions == 0 {
		s.Partitions = runtime.GOMAXPROCS(0)
	}
	if s.Intensity.Max == 0 {
		s.Intensity.Max = DefaultRestarts
	}
	return s
}

// general is the spec in the form of package supervision.
func (s Spec) general(children []supervision.Child) supervision.Spec {
	return supervision.Spec{Strategy: s.Strategy, Intensity: s.Intensity, Children: children}
}
