// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

var errDisk = errors.New("the disk does not answer")

// memory is a journal without a process: it has what was appended, and can be told to fail.
type memory struct {
	mu struct {
		sync.Mutex
		list []cognitive.Event
		fail func(ev cognitive.Event) (store bool, err error)
	}
	slow  func(ctx context.Context) error // how long it takes until an append is stored; nil: no time
	after func(ctx context.Context) error // how long it takes from then until that is told
}

func (m *memory) failing(f func(ev cognitive.Event) (bool, error)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.fail = f
}

func (m *memory) Append(ctx context.Context, _ string, expect uint64, ev cognitive.Event) (uint64, error) {
	if m.slow != nil {
		if err := m.slow(ctx); err != nil {
			return 0, err
		}
	}
	next, err := m.store(expect, ev)
	if err == nil && m.after != nil {
		if err := m.after(ctx); err != nil {
			return 0, err
		}
	}
	return next, err
}

func (m *memory) store(expect uint64, ev cognitive.Event) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if uint64(len(m.mu.list)) != expect {
		return 0, cognitive.ErrVersion
	}
	store, err := true, error(nil)
	if m.mu.fail != nil {
		store, err = m.mu.fail(ev)
	}
	if store {
		m.mu.list = append(m.mu.list, ev)
	}
	return expect + 1, err
}

func (m *memory) Read(_ context.Context, _ string, from uint64, yield func(uint64, cognitive.Event) error) error {
	m.mu.Lock()
	all := slices.Clone(m.mu.list)
	m.mu.Unlock()
	for i := from; i < uint64(len(all)); i++ {
		if err := yield(i+1, all[i]); err != nil {
			return err
		}
	}
	return nil
}

// failingOnce makes the next append fail, whether or not it is stored.
func (m *memory) failingOnce(stored bool) {
	m.failing(func(cognitive.Event) (bool, error) {
		m.mu.fail = nil // the lock is held
		return stored, errDisk
	})
}

// rig is a space in a bubble.
type rig struct {
	t   *testing.T
	ctx context.Context
	sys *actors.System
	sup *supervision.Supervisor
	s   *cognitive.Space
}

// bubble runs a test with a space in a bubble.
func bubble(t *testing.T, o cognitive.SpaceOptions, body func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := start(t, o)
		defer r.close()
		body(r)
	})
}

func start(t *testing.T, o cognitive.SpaceOptions) *rig {
	t.Helper()
	sys := actors.New(actors.Options{Events: telemetry.NewBus()})
	o.Name = "lab"
	s, child, err := cognitive.NewSpace(sys, o)
	require.NoError(t, err)
	sup, err := supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}, Intensity: supervision.Intensity{Max: 1000, Within: time.Second}})
	require.NoError(t, err)
	return &rig{t, t.Context(), sys, sup, s}
}

func (r *rig) close() { require.NoError(r.t, r.sys.Close(context.Background())) }
