// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"mabeam.dev/cognitive/kind"
)

// Setpoint is a plain setting of a program that can become a variable and a setting again, behind one handle that its readers keep.
type Setpoint[T Values] struct {
	plain atomic.Pointer[T]
	v     atomic.Pointer[Variable[T]]
}

// NewSetpoint returns a plain setting.
func NewSetpoint[T Values](value T) *Setpoint[T] {
	p := &Setpoint[T]{}
	p.plain.Store(&value)
	return p
}

// Get returns the value: that of the variable, if it has become one.
func (p *Setpoint[T]) Get() T {
	if v := p.v.Load(); v != nil {
		return v.Get()
	}
	return *p.plain.Load()
}

// Set changes a plain setting. ErrDenied says that it is a variable, which is proposed for.
func (p *Setpoint[T]) Set(value T) error {
	if p.v.Load() != nil {
		return fmt.Errorf("cognitive: set a setpoint that is a variable: %w", ErrDenied)
	}
	p.plain.Store(&value)
	return nil
}

// Variable returns the variable that the setting has become; nil if it is plain.
func (p *Setpoint[T]) Variable() *Variable[T] { return p.v.Load() }

// Upgrade makes a plain setting a variable with its value. Nothing changes for its readers, until somebody proposes something. A value that the kind does not allow is
// refused and leaves the setting plain; a variable that the journal has from an earlier program keeps its own value.
func Upgrade[T Values](ctx context.Context, s *Space, p *Setpoint[T], name string, k kind.Kind, settings ...Setting) (*Variable[T], error) {
	if v := p.v.Load(); v != nil {
		return nil, fmt.Errorf("cognitive: upgrade %q: it is variable %q: %w", name, v.name, ErrDuplicateName)
	}
	v, err := addTyped[T](ctx, s, name, k, nil, append([]Setting{Initial(*p.plain.Load())}, settings...))
	if err != nil {
		return nil, err
	}
	p.v.Store(v)
	return v, nil
}

// Downgrade makes the variable a plain setting again, with the value that it has, and removes it.
func Downgrade[T Values](ctx context.Context, p *Setpoint[T]) error {
	v := p.v.Load()
	if v == nil {
		return fmt.Errorf("cognitive: downgrade: the setpoint is plain: %w", ErrNotFound)
	}
	value := v.Get()
	p.plain.Store(&value)
	p.v.Store(nil)
	if err := v.s.Remove(ctx, v.name); err != nil {
		p.v.Store(v)
		return err
	}
	return nil
}

// EnableCoordination has changes of variables decided by others from now on: of those that are named, or of all that are not computed. Decisions that are open go on
// under the policy with which they began.
func (s *Space) EnableCoordination(ctx context.Context, p Policy, variables ...string) error {
	r := s.root.Load()
	if r == nil {
		return fmt.Errorf("cognitive: enable coordination: %w", ErrStopped)
	}
	if len(variables) == 0 {
		for e := range r.all() {
			if e.def.composite == nil {
				variables = append(variables, e.def.name)
			}
		}
	}
	for _, name := range variables {
		if e := r.find(name); e == nil {
			return fmt.Errorf("cognitive: enable coordination of %q: %w", name, ErrNotFound)
		} else if e.def.composite != nil {
			return fmt.Errorf("cognitive: enable coordination of %q: %w", name, ErrComputed)
		}
	}
	_, err := s.order(ctx, func(b *book, now time.Time) (answer, error) {
		for _, name := range variables {
			v, err := b.find(name)
			if err != nil {
				return answer{}, err
			}
			d := *v.def
			set := d.settings()
			set.Decision = p
			d.settle(set)
			if _, err := b.redefine(now, &d, kind.Value{}, "", "coordination enabled"); err != nil {
				return answer{}, err
			}
		}
		return answer{}, nil
	})
	return err
}
