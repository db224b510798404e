// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/machine"
)

// album is a log with snapshots, which counts what is read of it. It can refuse to save.
type album struct {
	*log
	version uint64
	state   []byte
	refuse  error
	read    int
}

func (a *album) Save(_ context.Context, _ string, version uint64, state []byte) error {
	if a.refuse == nil {
		a.version, a.state = version, state
	}
	return a.refuse
}

func (a *album) Load(context.Context, string) (uint64, []byte, bool, error) {
	return a.version, slices.Clone(a.state), a.state != nil, nil
}

func (a *album) Read(ctx context.Context, stream string, from uint64, yield func(uint64, []byte) error) error {
	return a.log.Read(ctx, stream, from, func(v uint64, text []byte) error {
		a.read++
		return yield(v, text)
	})
}

// A program that starts from a snapshot and what came behind it knows the same open sessions, and the same that have ended not long ago, as one that reads
// everything; and it reads little.
func TestAStartFromASnapshotIsAsOneFromTheWholeJournal(t *testing.T) {
	for _, refused := range []bool{false, true} {
		a := &album{log: newLog()}
		if refused {
			a.refuse = errors.New("the disk is full")
		}
		var open []protocols.SessionID
		synctest.Test(t, func(t *testing.T) {
			within(t, func(ctx context.Context, sys *actors.System) {
				e, names := council(t, sys, protocols.EngineOptions{Journal: a}, "yes", "silent")
				for i := range 2_500 {
					if i == 1_250 {
						time.Sleep(time.Hour) // the first half ends long before the others
					}
					_, err := e.Coordinate(ctx, protocols.Spec{ID: protocols.SessionID(fmt.Sprint("done", i)), Question: "?", Participants: names[:1]})
					require.NoError(t, err)
					if i%500 == 7 {
						id, err := e.Start(ctx, protocols.Spec{ID: protocols.SessionID(fmt.Sprint("open", i)), Question: "?", Participants: names, Deadline: 20 * time.Hour, Durability: protocols.DurableBallots})
						require.NoError(t, err)
						open = append(open, id)
					}
				}
			})
		})
		assert.Equal(t, refused, a.state == nil)
		begin := func(j protocols.Journal) (ids []protocols.SessionID) {
			synctest.Test(t, func(t *testing.T) {
				within(t, func(ctx context.Context, sys *actors.System) {
					e, _ := council(t, sys, protocols.EngineOptions{Journal: j}, "silent", "silent")
					synctest.Wait()
					for _, s := range e.Sessions(protocols.Filter{Limit: 10_000}) {
						ids = append(ids, s.ID)
					}
					for _, id := range open {
						require.NoError(t, e.Answer(id, "b", machine.Answer{Choice: "yes"}))
						r, err := e.Await(ctx, id)
						require.NoError(t, err)
						require.Empty(t, r.Missing, "what was answered before is known")
					}
				})
			})
			return ids
		}
		whole := &log{}
		whole.mu.records = map[string][][]byte{"coordination": slices.Clone(a.mu.records["coordination"])}
		a.read = 0
		some, all := begin(a), begin(whole)
		if refused {
			assert.Equal(t, all, some)
			continue
		}
		assert.Less(t, a.read, 5_000, "each record behind the snapshot is read twice at most")
		assert.Greater(t, len(all), len(some), "what has ended long ago is left out")
		assert.Subset(t, all, some)
		for _, id := range open {
			assert.Contains(t, some, id)
		}
		for i := 1_250; i < 2_500; i++ {
			require.Contains(t, some, protocols.SessionID(fmt.Sprint("done", i)))
		}
	}
}
