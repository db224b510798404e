// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"fmt"
	"slices"

	"mabeam.dev/cognitive/kind"
	"mabeam.dev/telemetry"
)

// Traditional is what a space is migrated from: settings elsewhere, by name.
type Traditional interface {
	// Load returns a value; ok is false if there is none of the name.
	Load(name string) (v kind.Value, ok bool)
	// Store changes a value.
	Store(name string, v kind.Value) error
}

// Stage is how far a migration has come.
type Stage uint8

// The stages: the old settings rule and both are compared; changes go to both, the old rule; the space rules and the old follow; the old are left alone.
const (
	Shadow Stage = iota
	WriteThrough
	Switched
	Done
)

var stages = [...]string{"shadow", "write-through", "switched", "done"}

// String names the stage.
func (s Stage) String() string { return stages[s] }

// Migration moves settings from elsewhere into a space, one stage at a time, each of which can be taken back. Its owner is one process or goroutine.
type Migration struct {
	s     *Space
	old   Traditional
	names []string
	stage Stage
	// differences are the variables that differed when they were last compared.
	differences []string
	compared    uint64
	differed    uint64
}

// Migrate begins to move settings into variables of the space that have their names.
func (s *Space) Migrate(old Traditional, names ...string) (*Migration, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("cognitive: migrate: no names: %w", ErrNotFound)
	}
	r := s.root.Load()
	for _, n := range names {
		if r.find(n) == nil {
			return nil, fmt.Errorf("cognitive: migrate %q: %w", n, ErrNotFound)
		}
	}
	return &Migration{s: s, old: old, names: slices.Clone(names)}, nil
}

// Stage returns how far it has come.
func (m *Migration) Stage() Stage { return m.stage }

// Compared returns how many values were compared, how many of them differed, and which do now.
func (m *Migration) Compared() (values, differed uint64, now []string) {
	return m.compared, m.differed, slices.Clone(m.differences)
}

// Read returns a value from who rules, and compares both.
func (m *Migration) Read(name string) (kind.Value, error) {
	e := m.s.root.Load().find(name)
	old, ok := m.old.Load(name)
	if e == nil || !ok && m.stage < Switched {
		return kind.Value{}, fmt.Errorf("cognitive: migrate %q: %w", name, ErrNotFound)
	}
	if m.stage < Done {
		m.compare(name, ok && old.Equal(e.value))
	}
	if m.stage < Switched {
		return old, nil
	}
	return e.value, nil
}

func (m *Migration) compare(name string, equal bool) {
	m.compared++
	at := slices.Index(m.differences, name)
	switch {
	case equal && at >= 0:
		m.differences = slices.Delete(m.differences, at, at+1)
	case !equal:
		m.differed++
		if at < 0 {
			m.differences = append(m.differences, name)
		}
	}
}

// Write changes a value where it is to be changed. What the space refuses is written nowhere once changes go to both.
func (m *Migration) Write(ctx context.Context, name string, v kind.Value, options ...ProposeOption) error {
	if m.stage >= WriteThrough {
		got, err := m.s.Propose(ctx, name, v, options...)
		if err != nil {
			return err
		}
		v = got.Value
	}
	if m.stage < Done {
		return m.old.Store(name, v)
	}
	return nil
}

// Advance goes to the next stage. Into the second it brings the values of the space up to those elsewhere, each validated; into the third it goes only when all are
// equal: ErrVersionConflict says that some are not.
func (m *Migration) Advance(ctx context.Context) error {
	switch m.stage {
	case Shadow:
		for _, n := range m.names {
			old, ok := m.old.Load(n)
			if !ok {
				return fmt.Errorf("cognitive: migrate %q: %w", n, ErrNotFound)
			}
			if e := m.s.root.Load().find(n); e != nil && e.value.Equal(old) {
				continue
			}
			if _, err := m.s.Propose(ctx, n, old, Because("migration"), func(p *proposal) { p.Cause = ByUpgrade }); err != nil {
				return fmt.Errorf("cognitive: migrate %q: %w", n, err)
			}
		}
	case WriteThrough:
		for _, n := range m.names {
			if _, err := m.Read(n); err != nil {
				return err
			}
		}
		if len(m.differences) > 0 {
			return fmt.Errorf("cognitive: migrate: %q differ: %w", m.differences, ErrVersionConflict)
		}
	case Switched:
	case Done:
		return nil
	}
	m.stage++
	m.tell()
	return nil
}

func (m *Migration) tell() {
	telemetry.Emit(m.s.sys.Events(), SpaceMigrated{m.s.o.Name, m.stage.String()})
}

// Back goes to the stage before. Values elsewhere are up to date in all stages but the last, from which they are brought up.
func (m *Migration) Back() error {
	if m.stage == Shadow {
		return nil
	}
	if m.stage == Done {
		for _, n := range m.names {
			if e := m.s.root.Load().find(n); e != nil {
				if err := m.old.Store(n, e.value); err != nil {
					return fmt.Errorf("cognitive: migrate %q: %w", n, err)
				}
			}
		}
	}
	m.stage--
	m.tell()
	return nil
}
