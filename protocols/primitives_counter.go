// SPDX-License-Identifier: Apache-2.0

package protocols

import "context"

// Counter is a linearizable counter of a space.
type Counter struct {
	s      *Space
	name   string
	bounds *[2]int64
}

// Counter returns the counter of a name, which begins at 0.
func (s *Space) Counter(name string) Counter { return Counter{s, name, nil} }

// BoundedCounter returns the counter of a name that stays between min and max, both included, if this is how it is first used. It begins at 0, or at the
// bound next to it.
func (s *Space) BoundedCounter(name string, min, max int64) Counter {
	return Counter{s, name, &[2]int64{min, max}}
}

// Add counts and returns the new count. *counter.BoundsError if it would leave the bounds. Counted is once, whatever crashes meanwhile, unless the
// error says that the outcome is open: that of ctx, or ErrSpaceDown.
func (c Counter) Add(ctx context.Context, delta int64) (int64, error) {
	a, err := c.s.ask(ctx, spaceInput{Op: opAdd, Name: c.name, N: delta, Bounds: c.bounds})
	return a.Value, about("add to", c.name, err)
}

// CompareAndSwap makes the count new if it is old, and returns the count as it is now: a counter is a register, too. *counter.BoundsError if new is out of
// bounds. It is done once, as Add is.
func (c Counter) CompareAndSwap(ctx context.Context, old, new int64) (value int64, swapped bool, err error) {
	a, err := c.s.ask(ctx, spaceInput{Op: opSwap, Name: c.name, Old: old, N: new, Bounds: c.bounds})
	return a.Value, a.Swapped, about("swap", c.name, err)
}

// Get returns the count.
func (c Counter) Get(ctx context.Context) (int64, error) {
	return view(ctx, c.s, func(st *spaceState) int64 {
		if m := st.counters[c.name]; m != nil {
			return m.Get()
		}
		if c.bounds != nil {
			return min(max(0, c.bounds[0]), c.bounds[1])
		}
		return 0
	})
}
