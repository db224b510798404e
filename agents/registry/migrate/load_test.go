// SPDX-License-Identifier: Apache-2.0

package migrate_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/migrate/plan"
)

// TestNoCallFailsAndNothingIsLostUnderLoad has 64 clients write and read on all the processors there are while the steps are taken, forth, back and forth
// again.
//
// Holds: REG-23
func TestNoCallFailsAndNothingIsLostUnderLoad(t *testing.T) {
	sys := actors.New(actors.Options{})
	defer sys.Close(context.Background())
	w := build(t, sys, nil, nil)
	ctx := t.Context()
	const clients = 64
	done := make(chan struct{}) // closed when the steps are over
	last := make([]uint64, clients)
	var all sync.WaitGroup
	for i := range clients {
		pid := w.idle()
		all.Add(1)
		go func() { // ends after done, which the test waits for
			defer all.Done()
			id := registry.ID{Name: fmt.Sprintf("%03d", i)}
			r, err := w.book.Register(ctx, row(id.Name, pid))
			if !assert.NoError(t, err) {
				return
			}
			last[i] = r.Version
			for n := 0; ; n++ {
				select {
				case <-done:
					return
				default:
				}
				r, err := w.book.Update(ctx, id, last[i], registry.Patch{Health: index.Known(index.Health{Status: query.Status(n % 3)})})
				if !assert.NoError(t, err) {
					return
				}
				assert.Equal(t, last[i]+1, r.Version, "not done twice")
				last[i] = r.Version
				seen, ok := w.book.Lookup(id)
				if !assert.True(t, ok) {
					return
				}
				assert.Equal(t, last[i], seen.Version, "nobody else writes it")
			}
		}()
	}
	for range 3 {
		for _, c := range append(steps[:5:5], plan.Rollback) {
			w.do(c)
		}
	}
	for _, c := range steps {
		w.do(c)
	}
	close(done)
	all.Wait()
	for i := range clients {
		r, ok := w.new.Lookup(registry.ID{Name: fmt.Sprintf("%03d", i)})
		require.True(t, ok)
		require.Equal(t, last[i], r.Version)
	}
}
