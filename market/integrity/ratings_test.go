// SPDX-License-Identifier: Apache-2.0

package integrity_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/market/integrity"
)

func clamp(x float64) float64 { return max(0, min(1, x)) }

// ratings are of 200 experts: accurate ones whose work is good, and who agree with each other because of that.
func ratings(r *rand.Rand) (all []integrity.Rated) {
	for i := range 6000 {
		from, to := r.IntN(200), r.IntN(200)
		outcome := clamp(.9 + .05*r.NormFloat64())
		all = append(all, integrity.Rated{
			Deal: fmt.Sprint("d", i), From: fmt.Sprint("expert-", from), To: fmt.Sprint("expert-", to), Rating: clamp(outcome + .05*r.NormFloat64()), Outcome: outcome, At: start,
		})
	}
	for i := range 40 { // partners who meet often, do good work, and say so
		a, b := "expert-1", "expert-2"
		if i%2 == 0 {
			a, b = b, a
		}
		all = append(all, integrity.Rated{Deal: fmt.Sprint("p", i), From: a, To: b, Rating: 1, Outcome: .95, At: start})
	}
	return all
}

// conspire adds pairs who praise each other's poor work, and slanderers.
func conspire(r *rand.Rand, all []integrity.Rated, guilty map[string]string) []integrity.Rated {
	for k := range 5 {
		a, b, s := fmt.Sprint("friend-a", k), fmt.Sprint("friend-b", k), fmt.Sprint("slanderer-", k)
		guilty[a], guilty[b], guilty[s] = "praise", "praise", "slander"
		for i := range 12 {
			poor := clamp(.4 + .1*r.NormFloat64())
			all = append(
				all,
				integrity.Rated{Deal: fmt.Sprint(a, i), From: a, To: b, Rating: 1, Outcome: poor, At: start},
				integrity.Rated{Deal: fmt.Sprint(b, i), From: b, To: a, Rating: .95, Outcome: poor, At: start},
				integrity.Rated{Deal: fmt.Sprint(s, i), From: s, To: fmt.Sprint("expert-", i), Rating: .3 * r.Float64(), Outcome: .9, At: start},
			)
		}
	}
	return all
}

func TestFalseRatingsAreFoundAndAgreementIsNot(t *testing.T) {
	guilty := map[string]string{}
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 3))
		all := ratings(r)
		assert.Empty(t, integrity.Ratings(all, integrity.RatingRules{}), "honest experts who agree")
		all = conspire(r, all, guilty)
		found := integrity.Ratings(all, integrity.RatingRules{})
		p, rec, wrong := measure(flaggedBy(found), guilty, 200)
		t.Logf("seed %d: precision %.3f recall %.3f honest flagged %.4f", seed, p, rec, wrong)
		assert.GreaterOrEqual(t, p, .95)
		assert.GreaterOrEqual(t, rec, .9)
		slices.Reverse(all)
		again := integrity.Ratings(all, integrity.RatingRules{})
		assert.Equal(t, flaggedBy(found), flaggedBy(again))
	}
}

func TestLivingOffANameIsNoticedAndBadLuckIsNot(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	alarms, delay := 0, 0
	for range 300 {
		var w integrity.Watcher
		for i := range 100 {
			if _, bad := w.Observe("honest", fmt.Sprint(i), clamp(.85+.1*r.NormFloat64()), start); bad {
				alarms++
				break
			}
		}
	}
	t.Logf("%d of 300 honest agents noticed in 100 deals each", alarms)
	assert.LessOrEqual(t, alarms, 3)
	for range 100 {
		var w integrity.Watcher
		for i := range 100 {
			outcome := clamp(.95 + .03*r.NormFloat64())
			if i >= 40 {
				outcome = clamp(.2 + .1*r.NormFloat64())
			}
			if f, bad := w.Observe("exit", fmt.Sprint(i), outcome, start); bad {
				assert.Equal(t, []string{fmt.Sprint(i)}, f.Records)
				delay += i - 40 + 1
				break
			}
		}
	}
	t.Logf("an exit is noticed after %.1f deals", float64(delay)/100)
	assert.True(t, delay > 0 && delay <= 600, "%d", delay)
}

func TestABurstIsWhatTheUsualRateDoesNotExplain(t *testing.T) {
	_, bad := integrity.Bursting("bot", 8, time.Minute, 5, start)
	assert.False(t, bad)
	f, bad := integrity.Bursting("bot", 60, time.Minute, 5, start)
	assert.True(t, bad)
	assert.Less(t, f.P, 1e-30)
	assert.Equal(t, integrity.Throttle, f.Severity, "a rate alone holds nothing back")
	_, bad = integrity.Bursting("bot", 60, time.Minute, 0, start)
	assert.False(t, bad, "nothing usual is known")
	_, bad = integrity.Bursting("bot", 0, time.Minute, 5, start)
	assert.False(t, bad)
	_, bad = integrity.Bursting("bot", 1, time.Minute, math.Inf(1), start)
	assert.False(t, bad)
}
