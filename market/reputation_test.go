// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/reputation"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/partition"
	"mabeam.dev/telemetry"
)

// lastWord is a ledger that has every transaction but those that begin with "claimed".
type lastWord struct{ err error }

func (s lastWord) Settled(_ context.Context, transaction string) (bool, error) {
	return !strings.HasPrefix(transaction, "claimed"), s.err
}

// tracking starts three trackers over a journal.
func tracking(t *testing.T, m *memory) (r *market.Reputation, kill func(), told func() int) {
	t.Helper()
	r, err := market.NewReputation(market.ReputationOptions{Name: "reputation", Stream: "market/reputation", Journal: m, Settlements: lastWord{}, Partitions: 3})
	require.NoError(t, err)
	bus := telemetry.NewBus()
	sys := actors.New(actors.Options{Events: bus})
	t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
	var mu sync.Mutex
	changes := 0
	t.Cleanup(telemetry.Subscribe(bus, "test", func(market.ReputationChanged) {
		mu.Lock()
		defer mu.Unlock()
		changes++
	}))
	_, err = supervision.Start(sys, "market", supervision.Spec{Children: []supervision.Child{r.Child()}})
	require.NoError(t, err)
	synctest.Wait()
	kill = func() {
		pool := partition.Named(sys, "reputation")
		for i := range 3 {
			pid, err := pool.Partition(partition.Int(i))
			require.NoError(t, err)
			pid.Kill()
		}
		synctest.Wait()
	}
	return r, kill, func() int {
		mu.Lock()
		defer mu.Unlock()
		return changes
	}
}

// served is a deal that went well, with a rating that fits.
func served(n int, provider, client string) reputation.Deal {
	now := time.Now()
	return reputation.Deal{
		Transaction: fmt.Sprintf("settle-%d", n), Provider: reputation.Agent(provider), Client: reputation.Agent(client), Domain: "maps",
		Value: 100, Typical: 100, Delivered: now, Promised: 1, Measured: 1, Quoted: 10, Actual: 10, Settled: now,
		OfProvider: reputation.Rating{Given: true, Value: 1},
	}
}

func TestWhatSettledDealsSayOutlivesTheTrackersAndCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		r, kill, told := tracking(t, m)
		for n := range 12 {
			require.NoError(t, r.Settle(t.Context(), served(n, fmt.Sprint("agent-", n%2), fmt.Sprint("client-", n))))
		}
		assert.Equal(t, 12*5, told())
		score := func() reputation.Score {
			s, err := r.Score("agent-1", "maps", time.Now())
			require.NoError(t, err)
			return s
		}
		before, credible := score(), r.Credibility("client-1")
		assert.Greater(t, before.Overall, .5)
		assert.Greater(t, credible, .5)
		places, err := r.Ranking(t.Context(), reputation.Question{At: time.Now(), Limit: 4})
		require.NoError(t, err)
		require.Len(t, places, 4)
		assert.Equal(t, reputation.Agent("agent-0"), places[0].Agent)
		history, err := r.History(t.Context(), "agent-1")
		require.NoError(t, err)

		kill()
		assert.Equal(t, before, score())
		assert.Equal(t, credible, r.Credibility("client-1"))
		for n := range 12 {
			require.NoError(t, r.Settle(t.Context(), served(n, fmt.Sprint("agent-", n%2), fmt.Sprint("client-", n))))
		}
		assert.Equal(t, before, score(), "each deal counts once")
		assert.Equal(t, 12*5, told())
		again, err := r.History(t.Context(), "agent-1")
		require.NoError(t, err)
		require.Len(t, again, len(history))
		for i := range history {
			assert.Equal(t, history[i].Cause, again[i].Cause)
			assert.Equal(t, history[i].Weight, again[i].Weight)
		}
	})
}

func TestOnlySettledDealsAndFinalCasesAreEvidence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _, told := tracking(t, newMemory())
		claim := served(1, "ann", "bob")
		claim.Transaction = "claimed-1"
		require.ErrorIs(t, r.Settle(t.Context(), claim), reputation.ErrNoEvidence)

		now := time.Now()
		c := integrity.Open("case-1", integrity.Finding{Subjects: []string{"eve"}, Beneficiary: "sam"}, "", now)
		c, err := c.Proven("two signatures", now)
		require.NoError(t, err)
		require.ErrorIs(t, r.Uphold(t.Context(), c, reputation.Cooperation), reputation.ErrNoEvidence, "it can still be appealed")
		assert.Zero(t, told())
		c, err = c.Close(now.Add(time.Hour), time.Hour)
		require.NoError(t, err)
		require.NoError(t, r.Uphold(t.Context(), c, reputation.Cooperation))
		require.NoError(t, r.Uphold(t.Context(), c, reputation.Cooperation))
		assert.Equal(t, 2, told(), "eve and sam, once")
		var low *reputation.TooLowError
		require.ErrorAs(t, r.Admit("eve", "", now, 10, 10), &low)
		assert.NoError(t, r.Admit("newcomer", "", now, 10, 10))

		require.NoError(t, r.Settle(t.Context(), served(2, "ann", "bob")))
		other := served(2, "ann", "bob")
		other.Measured = .5
		require.ErrorIs(t, r.Settle(t.Context(), other), reputation.ErrConflict)
	})
}

func TestWhatIsNotDurableIsNotReadAndARepetitionMakesItSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, stored := range []bool{false, true} {
			m := newMemory()
			r, _, _ := tracking(t, m)
			nothing, err := r.Score("ann", "", time.Now())
			require.NoError(t, err)
			m.failing(func(string, []market.Event) (bool, error) { return stored, errDisk })
			deal := served(1, "ann", "bob")
			require.ErrorIs(t, r.Settle(t.Context(), deal), market.ErrUnavailable)
			m.failing(nil)
			synctest.Wait()
			if !stored {
				now, err := r.Score("ann", "", time.Now())
				require.NoError(t, err)
				assert.Equal(t, nothing, now)
			}
			require.NoError(t, r.Settle(t.Context(), deal))
			require.NoError(t, r.Settle(t.Context(), deal))
			history, err := r.History(t.Context(), "ann")
			require.NoError(t, err)
			assert.Len(t, history, 4, "one for each dimension")
		}
	})
}

func TestTrackersThatAreNotUpSaySoAndOptionsNameWhatIsMissing(t *testing.T) {
	_, err := market.NewReputation(market.ReputationOptions{Partitions: -1, Rules: reputation.Rules{Kappa: -1}})
	for _, missing := range []string{"no name", "no stream", "no journal", "nobody says", "-1 partitions", "kappa"} {
		assert.ErrorContains(t, err, missing)
	}
	r, err := market.NewReputation(market.ReputationOptions{Name: "r", Stream: "s", Journal: newMemory(), Settlements: lastWord{errDisk}})
	require.NoError(t, err)
	_, err = r.Score("ann", "", time.Now())
	require.ErrorIs(t, err, market.ErrUnavailable)
	require.ErrorIs(t, r.Admit("ann", "", time.Now(), 0, 0), market.ErrUnavailable)
	_, err = r.Ranking(t.Context(), reputation.Question{})
	require.ErrorIs(t, err, market.ErrUnavailable)
	require.ErrorIs(t, r.Settle(t.Context(), served(1, "a", "b")), errDisk)
	assert.Equal(t, .5, r.Credibility("ann"))
}
