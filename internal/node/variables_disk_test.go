// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/internal/node"
)

// fullDisk is a store that finds no room for what it would accept, while it is full.
type fullDisk struct {
	events.Store
	full    atomic.Bool
	refused atomic.Int64
}

func (d *fullDisk) AppendGroup(ctx context.Context, group []events.Append) ([]events.Outcome, error) {
	if d.full.Load() {
		streams, err := d.Streams(ctx, "", 1000)
		if err != nil {
			return nil, err
		}
		is := map[events.Stream]events.Version{}
		for _, s := range streams {
			is[s.Stream] = s.Last
		}
		for _, a := range group {
			if a.Expect.Allows(is[a.Stream]) {
				d.refused.Add(1)
				return nil, events.ErrNoSpace
			}
		}
	}
	return d.Store.AppendGroup(ctx, group)
}

// A full disk refuses what is to be durable and changes nothing; everything can be read; and when there is room it goes on by itself, with the version after the last one.
func TestAFullDiskRefusesCommitsOfVariablesUntilThereIsRoom(t *testing.T) {
	r := newRig(t)
	o := r.options(tuned)
	disk := &fullDisk{Store: memory.New(memory.Options{})}
	o.Store = disk
	n, err := node.Start(r.ctx, o)
	require.NoError(t, err)
	defer r.stop(n)
	s := n.VariableSpace("tuning")
	_, err = s.Propose(r.ctx, "a", kind.OfFloat(0.25))
	require.NoError(t, err)
	before, err := s.Info("a")
	require.NoError(t, err)
	cut := s.Snapshot()

	disk.full.Store(true)
	for range 3 {
		_, err = s.Propose(r.ctx, "a", kind.OfFloat(0.75), cognitive.Key("k"))
		require.ErrorIs(t, err, events.ErrNoSpace)
		require.ErrorIs(t, err, cognitive.ErrRestarted, "the same key asks again")
		_, err = s.Change(r.ctx, []cognitive.To{{Variable: "a", Value: kind.OfFloat(1)}, {Variable: "b", Value: kind.OfInteger(2)}})
		require.ErrorIs(t, err, events.ErrNoSpace)
		is, err := s.Info("a")
		require.NoError(t, err)
		assert.Equal(t, before.Seen, is.Seen)
		assert.Equal(t, cut.Version, s.Snapshot().Version)
		assert.Equal(t, cut.Values, s.Snapshot().Values)
		list, err := s.History(r.ctx, "a", cognitive.Query{All: true})
		require.NoError(t, err, "the past can be read, too")
		assert.Len(t, list, 2)
	}
	assert.GreaterOrEqual(t, disk.refused.Load(), int64(6))

	disk.full.Store(false)
	got, err := s.Propose(r.ctx, "a", kind.OfFloat(0.75), cognitive.Key("k"))
	require.NoError(t, err)
	assert.False(t, got.Again, "none of the attempts before was committed")
	assert.Equal(t, cognitive.Version{Seq: before.Seen.Version.Seq + 1}, got.Version)
	assert.Equal(t, "0.75", s.Snapshot().Value("sum").String())
	list, err := s.History(r.ctx, "a", cognitive.Query{All: true})
	require.NoError(t, err)
	assert.Len(t, list, 3)
}
