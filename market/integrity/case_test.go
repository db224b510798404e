// SPDX-License-Identifier: Apache-2.0

package integrity_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/integrity"
)

const window = 48 * time.Hour

func accused() integrity.Case {
	return integrity.Open("c1", integrity.Finding{Kind: integrity.Shill, Subjects: []string{"eve"}, Beneficiary: "sam"}, "ann", start)
}

func TestAReportIsNoVerdictAndAPenaltyWaitsForTheAppeal(t *testing.T) {
	c := accused()
	assert.False(t, c.Punishable())
	_, err := c.Decide("rob", true, "", start)
	var state *integrity.StateError
	require.ErrorAs(t, err, &state)
	require.ErrorIs(t, err, integrity.ErrInvalidState)
	for _, party := range []string{"eve", "sam", "ann", ""} {
		_, err := c.Review(party, start)
		require.ErrorIs(t, err, integrity.ErrNotParty, party)
	}
	c, err = c.Review("rob", start)
	require.NoError(t, err)
	_, err = c.Decide("tom", true, "", start)
	require.ErrorIs(t, err, integrity.ErrNotParty)
	c, err = c.Decide("rob", true, "the numbers are clear", start)
	require.NoError(t, err)
	assert.False(t, c.Punishable(), "it can be appealed")
	_, err = c.Close(start.Add(window-1), window)
	require.ErrorIs(t, err, integrity.ErrInvalidState)
	_, err = c.Appeal("ann", "", start, window)
	require.ErrorIs(t, err, integrity.ErrNotParty, "the accuser has won")
	late := start.Add(window)
	_, err = c.Appeal("eve", "", late, window)
	require.ErrorIs(t, err, integrity.ErrInvalidState, "too late")

	appealed, err := c.Appeal("eve", "it was my sister", start.Add(time.Hour), window)
	require.NoError(t, err)
	_, err = appealed.Decide("rob", false, "", late)
	require.ErrorIs(t, err, integrity.ErrNotParty, "not by who decided first")
	overturned, err := appealed.Decide("jo", false, "she is right", late)
	require.NoError(t, err)
	assert.Equal(t, integrity.Overturned, overturned.State)
	assert.False(t, overturned.Punishable())
	confirmed, err := appealed.Decide("jo", true, "she is not", late)
	require.NoError(t, err)
	assert.True(t, confirmed.Punishable())
	assert.Equal(t, []string{"the numbers are clear", "it was my sister", "she is not"}, confirmed.Reasons)

	final, err := c.Close(late, window)
	require.NoError(t, err)
	assert.True(t, final.Punishable())
	_, err = final.Close(late, window)
	require.ErrorIs(t, err, integrity.ErrInvalidState, "once")
}

func TestTheAccuserCanAppealARejectionAndProofUpholdsAtOnce(t *testing.T) {
	c, err := accused().Review("rob", start)
	require.NoError(t, err)
	c, err = c.Decide("rob", false, "no", start)
	require.NoError(t, err)
	_, err = c.Appeal("eve", "", start, window)
	require.ErrorIs(t, err, integrity.ErrNotParty)
	c, err = c.Appeal("ann", "look again", start, window)
	require.NoError(t, err)
	c, err = c.Decide("jo", true, "indeed", start)
	require.NoError(t, err)
	assert.True(t, c.Punishable())

	proven, err := accused().Proven("two signatures", start)
	require.NoError(t, err)
	assert.Equal(t, integrity.Upheld, proven.State)
	assert.False(t, proven.Punishable(), "also a proof can be appealed")
	_, err = proven.Proven("again", start)
	require.ErrorIs(t, err, integrity.ErrInvalidState)
	assert.Equal(t, "integrity.State(99) hold integrity.Severity(9)", fmt.Sprint(integrity.State(99), " ", integrity.Hold, " ", integrity.Severity(9)))
}

func TestBidsPassAsFastAsAllowedAndOneOwnerGainsNothingByMoreNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, err := integrity.NewLimiter(integrity.Rate{PerMinute: 10, Burst: 5})
		require.NoError(t, err)
		names := rapid.IntRange(1, 5).Draw(t, "names")
		now, passed := start, 0
		for i := range 200 {
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
			switch err := l.Take(fmt.Sprint("id-", i%names), "eve", now); {
			case err == nil:
				passed++
			default:
				var limited *integrity.LimitedError
				require.ErrorAs(t, err, &limited)
				require.True(t, limited.After > 0 && limited.After <= 6*time.Second, "%v", limited.After)
				if rapid.Bool().Draw(t, "wait") {
					now = now.Add(limited.After + time.Microsecond)
					// Another bucket can be the one that is empty now, but not this one.
					if err := l.Take(fmt.Sprint("id-", i%names), "eve", now); err == nil {
						passed++
					} else {
						var other *integrity.LimitedError
						require.ErrorAs(t, err, &other)
						require.NotEqual(t, limited.Subject, other.Subject)
					}
				}
			}
		}
		require.LessOrEqual(t, float64(passed), 5+now.Sub(start).Minutes()*10+1e-6)
	})
}

func TestALimiterForgetsFullBucketsAndRefusesImpossibleRates(t *testing.T) {
	l, err := integrity.NewLimiter(integrity.Rate{})
	require.NoError(t, err)
	for range 10 {
		require.NoError(t, l.Take("a", "", start))
	}
	require.ErrorIs(t, l.Take("a", "", start), integrity.ErrRateLimited)
	require.ErrorIs(t, l.Take("a", "", start.Add(-time.Hour)), integrity.ErrRateLimited, "a clock that goes backwards fills nothing")
	assert.Zero(t, l.Prune(start))
	assert.Equal(t, 1, l.Prune(start.Add(time.Minute)))
	for _, r := range []integrity.Rate{{PerMinute: -1}, {Burst: .5}, {Owners: .1}} {
		_, err := integrity.NewLimiter(r)
		assert.ErrorIs(t, err, integrity.ErrInvalidRules)
	}
}

func TestAnAlertIsRaisedOnceAndClearedBelowItsLimit(t *testing.T) {
	var a integrity.Alarm
	assert.Empty(t, a.Observe(integrity.Vitals{Failed: .05}, start))
	raised := a.Observe(integrity.Vitals{Failed: .2, Findings: 11, Volumes: []float64{98, 1, 1}}, start)
	require.Len(t, raised, 3)
	assert.Equal(t, integrity.Alert{Name: "failed", Value: .2, Limit: .1, Raised: true, At: start}, raised[0])
	assert.Empty(t, a.Observe(integrity.Vitals{Failed: .09, Findings: 9, Volumes: []float64{98, 1, 1}}, start), "not yet clearly below")
	cleared := a.Observe(integrity.Vitals{Failed: .05, Volumes: []float64{1, 1, 1}}, start)
	require.Len(t, cleared, 3)
	assert.False(t, cleared[0].Raised)
	assert.Zero(t, integrity.Concentration(nil))
	assert.InDelta(t, .25, integrity.Concentration([]float64{2, 2, 2, 2}), 1e-12)
	assert.Empty(t, a.Observe(integrity.Vitals{Volumes: []float64{1, 0}}, start))
}
