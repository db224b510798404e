// SPDX-License-Identifier: Apache-2.0

package migrate_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/migrate"
	"mabeam.dev/agents/registry/migrate/plan"
)

// lazy is a side that takes its time for answers, and now and then is not there for writes.
type lazy struct {
	migrate.Side
	sys   *actors.System
	takes time.Duration
	fails bool
}

func (l *lazy) Find(q query.Query) (index.Page, error) {
	if err := l.sys.Sleep(context.Background(), l.takes); err != nil {
		return index.Page{}, err
	}
	return l.Side.Find(q)
}

func (l *lazy) Register(ctx context.Context, r *index.Row) (*index.Row, error) {
	if l.fails {
		return nil, &registry.UnavailableError{Op: "register", Err: errFault}
	}
	return l.Side.Register(ctx, r)
}

var errFault = fmt.Errorf("a fault on purpose")

// TestAWorseRegistryIsRolledBackByItself has calls go on before and after each switch, to a new registry that is slow for readers, one that is not there
// for writers, and a good one.
//
// Holds: REG-26
func TestAWorseRegistryIsRolledBackByItself(t *testing.T) {
	for _, c := range []struct {
		name  string
		takes time.Duration
		fails bool
		want  plan.Phase
		worse string
	}{
		{"slow", 20 * time.Millisecond, false, plan.Idle, "reads take 19.922944ms at the 99th percentile, 9.961472ms before"},
		{"away", 10 * time.Millisecond, true, plan.Idle, "of writes 100.00% fail, 0.00% did before"},
		{"good", 10 * time.Millisecond, false, plan.Switched, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, next := &lazy{takes: 10 * time.Millisecond}, &lazy{takes: c.takes, fails: c.fails}
			live(t, func(s *migrate.Spec) {
				old.Side, next.Side = s.Old, s.New
				s.Old, s.New, s.Watch.For = old, next, 30*time.Second
			}, func(t *testing.T, w *world) {
				old.sys, next.sys = w.sys, w.sys
				w.do(plan.Start)
				calls := func() {
					for i := range 200 {
						_, err := w.book.Find(query.Query{})
						require.NoError(t, err)
						if _, err := w.book.Register(t.Context(), row("a", nil)); err != nil {
							require.ErrorIs(t, err, registry.ErrUnavailable, i)
						}
					}
				}
				calls()
				for _, step := range steps[1:5] {
					if _, err := w.m.Do(t.Context(), step); err != nil {
						require.ErrorIs(t, err, plan.ErrStep, "it has gone back already")
					}
					calls()
				}
				s, err := w.m.Status(t.Context())
				require.NoError(t, err)
				assert.Equal(t, c.want, s.Phase)
				assert.Equal(t, c.worse, s.Worse)
				time.Sleep(time.Minute)
				assert.Empty(t, w.do(plan.Rollback).Problem)
				assert.Equal(t, []string{"a"}, w.ids())
			})
		})
	}
}

func TestNobodyLooksAtCallsAnyMoreWhenTheTimeIsOver(t *testing.T) {
	var next *lazy
	live(t, func(s *migrate.Spec) {
		next = &lazy{Side: s.New}
		s.New, s.Watch.For = next, time.Second
	}, func(t *testing.T, w *world) {
		next.sys = w.sys
		calls := func() {
			for range 200 {
				_, err := w.book.Find(query.Query{})
				require.NoError(t, err)
			}
		}
		w.do(plan.Start)
		calls()
		for _, step := range steps[1:5] {
			w.do(step)
		}
		time.Sleep(2 * time.Second)
		next.takes = time.Second
		calls()
		s, err := w.m.Status(t.Context())
		require.NoError(t, err)
		assert.Equal(t, plan.Switched, s.Phase)
	})
}
