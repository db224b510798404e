// SPDX-License-Identifier: Apache-2.0

package byzantine_test

import (
	"flag"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/testkit/sim"
)

var (
	seeds = flag.Int("seeds", sim.Seeds(50), "how many seeds simulations run")
	start = flag.Uint64("start", 1, "the first of them")
)

// explore runs body under the seeds that the flags name.
func explore(t *testing.T, body func(*sim.Sim)) {
	n := max(1, *seeds)
	if *start == 1 {
		sim.Explore(t, n, body)
		return
	}
	for seed := *start; seed < *start+uint64(n); seed++ {
		require.NoError(t, sim.Run(seed, body).Failure, "seed %d: run with -start=%d -seeds=1", seed, seed)
	}
}

// Whoever crashes, whoever lies and whatever is lost: every request is executed once, and nobody honest is convicted.
func TestAGroupAgreesInAnyOrderOfTurnsFaultsAndLies(t *testing.T) {
	explore(t, func(s *sim.Sim) {
		sys := s.NewSystem(actors.Options{})
		rng := s.Rand("plan")
		o := byzantine.Options{}
		if rng.IntN(2) == 0 {
			o.Votes = byzantine.JournalVotes(newDisk(), "votes")
		}
		all := byzantine.Behaviours()
		liar := rng.IntN(4)
		o.Rehearse = map[string]byzantine.Behaviour{names(4)[liar]: all[rng.IntN(len(all))]}
		h := groups(s, sys, o)
		const each = 5
		results := map[string]int{}
		missing := 4 * each
		for c := range 4 {
			actors.MustSpawn(sys, fmt.Sprint("client", c), actors.Stateless(func(ctx *actors.Context[int], i int) error {
				g, err := h.Open(ctx, four())
				if err != nil {
					return err
				}
				d, err := g.Submit(ctx, c, fmt.Sprint(i), []byte("1"))
				if err != nil {
					return err
				}
				require.NoError(s, d.Certificate.Verify(g.Config(), d.Request))
				results[string(d.Results[0])]++
				missing--
				if i+1 < each {
					ctx.Self().Tell(i + 1)
				}
				return nil
			})).Tell(0)
		}
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill},
			Processes: []string{"/node/groups/group/m0", "/node/groups/group/m1", "/node/groups/group/m2", "/node/groups/group/clerk", "/node/groups", "/node/groups/*"}, MaxFor: time.Second,
		}.Draw(rng, 6)...)
		if rng.IntN(2) == 0 { // and the network is rough
			for _, kind := range []sim.FaultKind{sim.Drop, sim.Delay, sim.Duplicate, sim.Reorder} {
				s.Fault(sim.Fault{Do: kind, Message: "byzantine.parcel", Chance: 0.1, For: time.Duration(1+rng.IntN(200)) * time.Millisecond})
			}
		}
		s.Advance(2 * time.Minute)
		s.Calm()
		require.Zero(s, missing)
		for i := range 4 * each {
			require.Equal(s, 1, results[strconv.Itoa(i+1)], "each request is executed once: %v", results)
		}
		for _, a := range h.Find("council").Accused() {
			require.Equal(s, names(4)[liar], a.Agent)
		}
	})
}
