// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"context"
	"errors"
	"fmt"

	"mabeam.dev/supervision"
	"mabeam.dev/supervision/plan"
)

// Resize changes the number of partitions to n, at most the first one, and returns how many there were. Those that are left out are stopped,
// the last one first; those that come in are started in order. Keys lead to fewer partitions before one is stopped, to more when all are up.
// With n 0 there is nobody. When a partition fails to start, those that were up remain and the error tells which and why. Of several at once
// the last one to be asked holds. A Resize whose caller ends half-way leaves partitions to which no key leads; the next one tidies up.
// Errors: *CountError, *supervision.StartError, and those of Partitions.
func (s *Supervisor) Resize(ctx context.Context, n int) (was int, err error) {
	super, t, err := s.open()
	if err != nil {
		return 0, err
	}
	if n < 0 || n > len(t.children) {
		return 0, s.failed(&CountError{Got: n, Max: len(t.children)})
	}
	c := change{super, t}
	if was, err = c.want(ctx, n); err != nil {
		return 0, s.failed(err)
	}
	if err = c.settle(ctx, min(was, n)); err != nil {
		err = s.failed(fmt.Errorf("resize from %d to %d: %w", was, n, err))
		if n > was && c.takeBack(ctx, n, was) == nil {
			_ = c.settle(ctx, was) // as far as the supervisor still answers
		}
		return was, err
	}
	return was, c.inTurn(ctx, func() { t.admit(n) })
}

// change changes the partitions of one supervisor, in its turns.
type change struct {
	super *supervision.Supervisor
	t     *table
}

// inTurn runs f in the supervisor's turn. When it fails f may still be run later, so that f must write nothing that is read then.
func (c change) inTurn(ctx context.Context, f func()) error {
	_, err := c.super.Do(ctx, func(*plan.State) (plan.Event, error) {
		f()
		return nil, nil
	})
	return err
}

// want tells the table what is wanted and returns how many partitions there were.
func (c change) want(ctx context.Context, n int) (int, error) {
	var was int
	err := c.inTurn(ctx, func() { was = c.t.want(n) })
	if err != nil {
		return 0, err
	}
	return was, nil
}

// takeBack gives up n partitions in favour of was, unless another number was asked for meanwhile.
func (c change) takeBack(ctx context.Context, n, was int) error {
	return c.inTurn(ctx, func() {
		if c.t.wanted == n {
			c.t.want(was)
		}
	})
}

// settle brings every partition from number low on to what is wanted: first those that go, from the last one on, then those that come.
func (c change) settle(ctx context.Context, low int) error {
	for i := len(c.t.children) - 1; i >= low; i-- {
		if err := c.settleOne(ctx, i, false); err != nil {
			return err
		}
	}
	for i := low; i < len(c.t.children); i++ {
		if err := c.settleOne(ctx, i, true); err != nil {
			return err
		}
	}
	return nil
}

// settleOne brings partition i to what is wanted, if it is to come or, without in, if it is to go.
func (c change) settleOne(ctx context.Context, i int, in bool) error {
	for {
		var ev plan.Event
		_, err := c.super.Do(ctx, func(s *plan.State) (plan.Event, error) {
			if (i < c.t.wanted) == in {
				ev = c.t.settle(i, s.Lookup(c.t.children[i].ID) != nil)
			}
			return ev, nil
		})
		switch {
		case errors.Is(err, supervision.ErrRunning), errors.Is(err, supervision.ErrRestarting):
			continue // the restart of its group brought it back meanwhile
		case err != nil:
			return err
		}
		if _, stopped := ev.(plan.TerminateChild); !stopped {
			return nil
		}
	}
}
