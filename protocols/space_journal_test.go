// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/counter"
	"mabeam.dev/protocols/election"
	"mabeam.dev/protocols/lock"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// memory is a journal that keeps what was appended, and can be told to fail.
type memory struct {
	mu      sync.Mutex
	records [][]byte
	fail    func() (store bool, err error)
	appends int
}

func (m *memory) Append(_ context.Context, _ string, expect uint64, records ...[]byte) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if uint64(len(m.records)) != expect {
		return 0, protocols.ErrSpaceVersion
	}
	m.appends++
	store, err := true, error(nil)
	if m.fail != nil {
		store, err = m.fail()
	}
	if store {
		m.records = append(m.records, records...)
	}
	return uint64(len(m.records)), err
}

func (m *memory) Read(_ context.Context, _ string, from uint64, yield func(uint64, []byte) error) error {
	m.mu.Lock()
	all := slices.Clone(m.records)
	m.mu.Unlock()
	for i := int(from); i < len(all); i++ {
		if err := yield(uint64(i)+1, all[i]); err != nil {
			return err
		}
	}
	return nil
}

// forget loses the last records.
func (m *memory) forget(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = m.records[:max(0, len(m.records)-n)]
}

// program runs body with a space on a journal, as one life of a program.
func program(t *testing.T, j protocols.SpaceJournal, body func(s *protocols.Space)) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { assert.NoError(t, sys.Close(context.Background())) }()
		s, child, err := protocols.NewSpace(sys, protocols.SpaceOptions{Name: "space", Journal: j})
		require.NoError(t, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}})
		require.NoError(t, err)
		body(s)
	})
}

// What outlives a program is what nobody owned: counts, sizes, and that no token is given twice.
func TestASpaceOfAJournalOutlivesItsProgram(t *testing.T) {
	j := &memory{}
	var token lock.Token
	var term election.Term
	program(t, j, func(s *protocols.Space) {
		g, err := s.Lock("x").Acquire(as("ann"), protocols.Claim{TTL: time.Hour})
		require.NoError(t, err)
		token = g.Token()
		_, err = s.Counter("c").Add(as("ann"), 5)
		require.NoError(t, err)
		require.NoError(t, s.Semaphore("s", 2).Resize(as("ann"), 7))
		o, err := s.Election("e", election.Spec{}).Campaign(as("ann"), protocols.Candidacy{})
		require.NoError(t, err)
		term = o.Term()
	})
	program(t, j, func(s *protocols.Space) {
		g, err := s.Lock("x").TryAcquire(as("bob"))
		require.NoError(t, err, "whoever held it is gone")
		assert.Positive(t, g.Token().Compare(token))
		v, err := s.Counter("c").Add(as("bob"), 1)
		require.NoError(t, err)
		assert.Equal(t, int64(6), v)
		st, err := s.Semaphore("s", 2).Status(context.Background())
		require.NoError(t, err)
		assert.Equal(t, 7, st.Size)
		o, err := s.Election("e", election.Spec{}).Campaign(as("bob"), protocols.Candidacy{})
		require.NoError(t, err)
		assert.Positive(t, o.Term().Compare(term))
	})
}

// Appends fail before or after they are stored: nothing is told that is not kept, and nothing is done twice.
func TestAJournalThatFailsLosesAndDoublesNothing(t *testing.T) {
	for _, stored := range []bool{false, true} {
		j, disk := &memory{}, errors.New("the disk does not answer")
		program(t, j, func(s *protocols.Space) {
			n := 0
			j.mu.Lock()
			j.fail = func() (bool, error) {
				if n++; n%4 == 0 { // by turns an Add, a Release and an Acquire
					return stored, disk
				}
				return true, nil
			}
			j.mu.Unlock()
			for i := range 50 {
				v, err := s.Counter("c").Add(as("ann"), 1)
				require.NoError(t, err)
				require.Equal(t, int64(i+1), v)
				g, err := s.Lock("x").Acquire(as("ann"))
				require.NoError(t, err)
				require.NoError(t, g.Release(as("ann")))
				time.Sleep(time.Second)
			}
			assert.Greater(t, n, 20)
		})
	}
}

// Requests that come while the journal is at work are kept with one append.
func TestStepsThatComeTogetherAreKeptTogether(t *testing.T) {
	j := &memory{}
	program(t, j, func(s *protocols.Space) {
		b := s.Barrier("b", barrier.Spec{Parties: 64})
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() { // ends with the generation
				_, err := b.Await(context.Background(), 0)
				assert.NoError(t, err)
			})
		}
		wg.Wait()
	})
	assert.Len(t, j.records, 65)
	assert.LessOrEqual(t, j.appends, len(j.records))
}

// The log is compacted while everything goes on, and the state stays what it was.
func TestACompactedLogTellsTheSame(t *testing.T) {
	for name, j := range map[string]*memory{"table": nil, "journal": {}} {
		t.Run(name, func(t *testing.T) {
			r := sim.Run(1, func(s *sim.Sim) {
				o := protocols.SpaceOptions{Remember: 16}
				if j != nil {
					o.Journal = j
				}
				r := newRig(s, o)
				c := r.space.BoundedCounter("c", 0, 20_000)
				held, err := r.space.Lock("x").Acquire(protocols.AsOwner(s.Context(), "ann"))
				require.NoError(s, err)
				for range 17_000 {
					_, err := c.Add(s.Context(), 1)
					require.NoError(s, err)
				}
				for range 2 {
					r.sys.WhereIs("space").Kill()
					s.Advance(time.Second)
					v, err := c.Get(s.Context())
					require.NoError(s, err)
					assert.Equal(s, int64(17_000), v)
				}
				_, err = r.space.Lock("x").TryAcquire(protocols.AsOwner(s.Context(), "bob"))
				require.ErrorIs(s, err, lock.ErrHeld)
				require.NoError(s, held.Release(s.Context()))
				_, err = c.Add(s.Context(), 3001)
				require.ErrorIs(s, err, counter.ErrBounds)
			})
			require.NoError(t, r.Failure)
		})
	}
}
