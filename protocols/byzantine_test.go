// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/auth"
	pbftcouncil "mabeam.dev/protocols/pbft/council"
	"mabeam.dev/protocols/selector"
)

// court takes evidence in.
type court struct {
	mu    sync.Mutex
	files []machine.Report
}

func (c *court) Report(_ context.Context, _ protocols.SessionID, r machine.Report) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.files = append(c.files, r)
	return nil
}

// secret is that of every vault in these tests.
var secret = [32]byte{1}

func lying(who string, b byzantine.Behaviour) byzantine.Options {
	o := byzantine.Options{Keys: byzantine.NewVault(secret)}
	if who != "" {
		o.Rehearse = map[string]byzantine.Behaviour{who: b}
	}
	return o
}

func TestAByzantineDecisionIsThatOfTheBallotsAndItsCertificateProvesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := fourVoters(t, sys, lying("", ""))
			r, err := e.Coordinate(ctx, protocols.Spec{Question: "Ship it?", Participants: names, Fault: selector.High})
			require.NoError(t, err)
			assert.Equal(t, selector.Byzantine, r.Protocol)
			assert.Equal(t, "yes", r.Decision)
			assert.Empty(t, r.Liars)
			proven, err := e.Verify(r)
			require.NoError(t, err)
			assert.Equal(t, "yes", proven.Decision)

			p, err := pbftcouncil.ParseProof(r.Certificate)
			require.NoError(t, err)
			_, err = p.Verify(func(string) ([]byte, bool) { return make([]byte, 32), true })
			require.ErrorIs(t, err, pbftcouncil.ErrProof, "with keys of somebody else")
			p.Replies[1] = p.Replies[0]
			_, err = p.Verify(e.PublicKey)
			require.ErrorIs(t, err, pbftcouncil.ErrProof, "one member twice")
			_, err = pbftcouncil.ParseProof([]byte(`{"config":"AA=="}`))
			require.ErrorIs(t, err, pbftcouncil.ErrProof)
			assert.Nil(t, e.Group(r.Session), "its group ends with the session")
		})
	})
}

// fourVoters starts an engine with four participants.
func fourVoters(t *testing.T, sys *actors.System, o byzantine.Options, choices ...string) (*protocols.Engine, []string) {
	if choices == nil {
		choices = []string{"yes", "no", "yes", "yes"}
	}
	return council(t, sys, protocols.EngineOptions{Byzantine: o}, choices...)
}

// A liar in whichever seat, lying in whichever way, changes nothing about the decision; what can be proven of it is.
func TestALiarChangesNothingAndIsNamed(t *testing.T) {
	for _, seat := range []string{"a", "b", "c", "d"} {
		for _, b := range byzantine.Behaviours() {
			t.Run(seat+"/"+string(b), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					within(t, func(ctx context.Context, sys *actors.System) {
						sink := &court{}
						e, names := council(t, sys, protocols.EngineOptions{Byzantine: lying(seat, b), Evidence: sink}, "yes", "yes", "yes", "yes")
						provable := b == byzantine.Equivocate || b == byzantine.DoubleVote || b == byzantine.Forge && seat == "a" // the primary
						var r protocols.Result
						for range 20 { // a session may be over before its two words have met; of some they meet
							var err error
							r, err = e.Coordinate(ctx, protocols.Spec{Question: "Ship it?", Participants: names, Protocol: selector.Byzantine, Rule: consensus.Rule{Kind: consensus.Unanimous}})
							require.NoError(t, err)
							assert.Equal(t, "yes", r.Decision)
							_, err = e.Verify(r)
							require.NoError(t, err)
							if !provable || len(r.Liars) > 0 {
								break
							}
						}
						if !provable {
							assert.Empty(t, r.Liars)
							assert.Empty(t, sink.files)
							return
						}
						assert.Equal(t, []string{seat}, r.Liars)
						require.NotEmpty(t, sink.files)
						p, err := pbftcouncil.ParseProof(r.Certificate)
						require.NoError(t, err)
						for _, f := range sink.files {
							who, kind, err := pbftcouncil.Accused(p.Config, f.Evidence)
							require.NoError(t, err)
							assert.Equal(t, seat, who)
							assert.Equal(t, f.Kind, kind)
							f.Evidence[len(f.Evidence)/2] ^= 1
							_, _, err = pbftcouncil.Accused(p.Config, f.Evidence)
							require.ErrorIs(t, err, pbft.ErrEvidence)
						}
					})
				})
			})
		}
	}
}

func TestASessionWhoseGroupHasTooManySilentMembersExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := fourVoters(t, sys, lying("a", byzantine.Silent))
			require.NoError(t, e.Rehearse("c", byzantine.Silent))
			require.ErrorIs(t, e.Rehearse("c", "odd"), byzantine.ErrInvalid)
			begin := time.Now()
			r, err := e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Fault: selector.High, Deadline: 20 * time.Second})
			require.ErrorIs(t, err, protocols.ErrExpired)
			assert.Equal(t, protocols.StateExpired, r.State)
			assert.Nil(t, e.Group(r.Session), "its group ends with it")
			assert.Equal(t, 20*time.Second, time.Since(begin))
			for _, name := range names {
				require.NoError(t, e.Rehearse(name, byzantine.Honest))
			}
			_, err = e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Fault: selector.High})
			require.NoError(t, err)
		})
	})
}

func TestACancelledSessionLeavesNoGroupBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := fourVoters(t, sys, lying("a", byzantine.Equivocate), "yes", "silent", "silent", "yes")
			id, err := e.Start(ctx, protocols.Spec{ID: "s", Question: "?", Participants: names, Fault: selector.High})
			require.NoError(t, err)
			synctest.Wait()
			s, err := e.Status(id)
			require.NoError(t, err)
			assert.Equal(t, []string{"a"}, s.Liars, "who has lied is known before there is a decision")
			require.NotNil(t, e.Group(id))
			require.NoError(t, e.Cancel(ctx, id, "enough"))
			assert.Nil(t, e.Group(id))
			synctest.Wait()
			for pid := range sys.Processes() {
				assert.NotContains(t, pid.Path(), "/groups/group")
			}
		})
	})
}

func TestWhoDoesNotVoteIsMissingWhenThePollsClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := fourVoters(t, sys, lying("", ""), "yes", "silent", "no", "yes")
			begin := time.Now()
			r, err := e.Coordinate(ctx, protocols.Spec{
				Question: "?", Participants: names, Fault: selector.High, Deadline: 8 * time.Second, Rule: consensus.Rule{Kind: consensus.Plurality},
			})
			require.NoError(t, err)
			assert.Equal(t, "yes", r.Decision)
			assert.Equal(t, []string{"b"}, r.Missing)
			assert.Equal(t, []string{"c"}, r.Dissent)
			took := time.Since(begin)
			assert.True(t, took >= 6*time.Second && took < 8*time.Second, took)
		})
	})
}

func TestWhoIsGoneIsAbsentWhenEnoughSayAndTheOthersDecide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := fourVoters(t, sys, lying("", ""), "yes", "nobody", "no", "yes")
			begin := time.Now()
			r, err := e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Fault: selector.High, Deadline: time.Minute})
			require.NoError(t, err)
			assert.Equal(t, "yes", r.Decision)
			assert.Equal(t, []string{"b"}, r.Missing)
			assert.Less(t, time.Since(begin), 5*time.Second)
		})
	})
}

// gossip answers every invitation twice, with two minds.
func gossip() actors.Behavior[protocols.Invitation] {
	return actors.Stateless(func(_ *actors.Context[protocols.Invitation], in protocols.Invitation) error {
		if in.Asks() {
			in.Vote("yes")
			in.Vote("no")
		}
		return nil
	})()
}

// An agent that casts two ballots under one number has signed both: one counts, and both convict it.
func TestAnAgentThatVotesTwiceIsConvictedByItsSignatures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			sink := &court{}
			actors.MustSpawn(sys, "d", gossip)
			known := map[string]protocols.Member{"d": {}}
			for _, name := range []string{"a", "b", "c"} {
				known[name] = protocols.Member{}
				actors.MustSpawn(sys, name, says("yes"))
			}
			e := engineOf(t, sys, protocols.EngineOptions{Evidence: sink}, known)
			names := []string{"a", "b", "c", "d"}
			all := consensus.Rule{Quorum: consensus.Fraction{Num: 1, Den: 1}}
			r, err := e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Fault: selector.High, Rule: all})
			require.NoError(t, err)
			assert.Equal(t, "yes", r.Decision)
			assert.Equal(t, []string{"d"}, r.Liars)
			require.Len(t, sink.files, 1)
			assert.Equal(t, pbftcouncil.KindTwoBallots, sink.files[0].Kind)
			p, err := pbftcouncil.ParseProof(r.Certificate)
			require.NoError(t, err)
			who, _, err := pbftcouncil.Accused(p.Config, sink.files[0].Evidence)
			require.NoError(t, err)
			assert.Equal(t, "d", who)
		})
	})
}

// A program that is gone leaves durable votes: the next one goes on with the same group, and with what its members have promised.
func TestTheNextProgramGoesOnWithTheGroupOfASession(t *testing.T) {
	l := newLog()
	var group string
	program := func(f func(ctx context.Context, sys *actors.System, e *protocols.Engine, names []string)) {
		synctest.Test(t, func(t *testing.T) {
			within(t, func(ctx context.Context, sys *actors.System) {
				v, err := byzantine.OpenVault(ctx, l, "keys")
				require.NoError(t, err)
				o := byzantine.Options{Keys: v}
				choices := []string{"yes", "silent", "yes", "silent"}
				if group != "" {
					choices = []string{"crash", "yes", "crash", "no"} // the first two are not asked again
				}
				e, names := council(t, sys, protocols.EngineOptions{Journal: l, Byzantine: o, Grace: time.Second}, choices...)
				f(ctx, sys, e, names)
			})
		})
	}
	program(func(ctx context.Context, _ *actors.System, e *protocols.Engine, names []string) {
		_, err := e.Start(ctx, protocols.Spec{
			ID: "s", Question: "?", Participants: names, Fault: selector.High, Durability: protocols.DurableBallots, Deadline: time.Hour,
		})
		require.NoError(t, err)
		synctest.Wait()
		group = e.Group("s").Config().Group
	})
	program(func(ctx context.Context, _ *actors.System, e *protocols.Engine, _ []string) {
		synctest.Wait() // it has read the journal
		r, err := e.Await(ctx, "s")
		require.NoError(t, err)
		assert.Equal(t, "yes", r.Decision)
		p, err := pbftcouncil.ParseProof(r.Certificate)
		require.NoError(t, err)
		assert.Equal(t, group, p.Config.Group)
		_, err = e.Verify(r)
		require.NoError(t, err)
		assert.Empty(t, r.Liars)
	})
}

// The outcome of another protocol is the group's before anybody is told, and the certificate proves it.
func TestARatifiedOutcomeIsProven(t *testing.T) {
	for _, liar := range []byzantine.Behaviour{byzantine.Honest, byzantine.Equivocate, byzantine.Silent} {
		synctest.Test(t, func(t *testing.T) {
			within(t, func(ctx context.Context, sys *actors.System) {
				e, names := council(t, sys, protocols.EngineOptions{Byzantine: lying("a", liar)}, "42", "41", "42", "42")
				r, err := e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Fault: selector.High, Type: selector.MLReasoning})
				require.NoError(t, err)
				assert.Equal(t, selector.Reasoning, r.Protocol)
				assert.Equal(t, "42", r.Decision)
				proven, err := e.Verify(r)
				require.NoError(t, err)
				assert.Equal(t, "42", proven.Decision)
				if liar == byzantine.Equivocate {
					assert.Equal(t, []string{"a"}, r.Liars)
				}

				r, err = e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Fault: selector.High, Protocol: selector.Simple, Options: []string{"41", "42"}})
				require.NoError(t, err)
				assert.Equal(t, "42", r.Decision)
				_, err = e.Verify(r)
				require.NoError(t, err)
			})
		})
	}
}

// registered is what a registry has of the keys of agents.
func registered(t *testing.T, v *byzantine.Vault, names ...string) map[string]protocols.Member {
	known := map[string]protocols.Member{}
	for _, name := range names {
		id, err := v.Public(name)
		require.NoError(t, err)
		known[name] = protocols.Member{PublicKey: slices.Clone(id.Sign), ExchangeKey: slices.Clone(id.Exchange)}
	}
	return known
}

func TestWhoHasNoKeyInTheRegistryOrAnotherOneIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			o := lying("", "")
			names := []string{"a", "b", "c", "d", "e"}
			known := registered(t, byzantine.NewVault(secret), names...)
			known["b"] = protocols.Member{}
			known["d"] = protocols.Member{PublicKey: make([]byte, 32)}
			known["e"] = protocols.Member{PublicKey: known["e"].PublicKey, ExchangeKey: make([]byte, 32)}
			e := engineOf(t, sys, protocols.EngineOptions{Byzantine: o, RegisteredKeys: true}, known)
			for _, s := range []protocols.Spec{
				{Question: "?", Participants: names, Fault: selector.High},
				{Question: "?", Participants: names, Fault: selector.High, Protocol: selector.Simple}, // ratified
			} {
				_, err := e.Coordinate(ctx, s)
				require.ErrorIs(t, err, selector.ErrInvalidSpec)
				var wrong *protocols.KeyError
				require.ErrorAs(t, err, &wrong)
				assert.Equal(t, "b", wrong.Agent)
				require.ErrorIs(t, err, byzantine.ErrNoKeys)
				require.ErrorIs(t, err, auth.ErrKeys)
				for _, name := range []string{`"b"`, `"d"`, `"e"`} {
					require.ErrorContains(t, err, name)
				}
				assert.NotContains(t, err.Error(), `"a"`)
			}
			_, ok := e.PublicKey("b")
			assert.False(t, ok, "nobody verifies by a key that is not published")
			key, ok := e.PublicKey("a")
			assert.True(t, ok)
			assert.Equal(t, known["a"].PublicKey, key)
			_, ok = e.PublicKey("gone")
			assert.True(t, ok, "of who has gone the keyring knows it")
		})
	})
}

// The group, and whoever verifies what it has decided, know the members by the keys of the registry.
func TestAGroupIsMadeOfTheKeysOfTheRegistry(t *testing.T) {
	for _, names := range [][]string{{"a", "b", "c", "d"}, strings.Split("abcdefghijklmnopq", "")} { // signed, and by MAC
		synctest.Test(t, func(t *testing.T) {
			within(t, func(ctx context.Context, sys *actors.System) {
				known := registered(t, byzantine.NewVault(secret), names...)
				for _, name := range names {
					actors.MustSpawn(sys, name, says("yes"))
				}
				e := engineOf(t, sys, protocols.EngineOptions{Byzantine: lying("", ""), RegisteredKeys: true}, known)
				r, err := e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Fault: selector.High})
				require.NoError(t, err)
				p, err := pbftcouncil.ParseProof(r.Certificate)
				require.NoError(t, err)
				for i, m := range p.Config.Members {
					assert.Equal(t, known[names[i]].PublicKey, m.Sign)
					assert.Equal(t, known[names[i]].ExchangeKey, m.Exchange)
				}
				_, err = e.Verify(r)
				require.NoError(t, err)
				known["a"] = protocols.Member{PublicKey: make([]byte, 32)}
				_, err = e.Verify(r)
				require.ErrorIs(t, err, pbftcouncil.ErrProof, "it is verified by what the registry has")
			})
		})
	}
}

// More than 16 members authenticate by MAC.
func TestALargeCouncilDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := council(t, sys, protocols.EngineOptions{Byzantine: lying("b", byzantine.Equivocate)}, slices.Repeat([]string{"yes"}, 17)...)
			r, err := e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Fault: selector.High})
			require.NoError(t, err)
			assert.Equal(t, "yes", r.Decision)
			_, err = e.Verify(r)
			require.NoError(t, err)
			synctest.Wait()
			assert.Nil(t, e.Group(r.Session), "a group that has decided is gone")
		})
	})
}

// An answer that cannot be a ballot does not hold up the others.
func TestGarbageOfAParticipantIsRefusedAndTheOthersDecide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := fourVoters(t, sys, lying("", ""), "yes", strings.Repeat("x", 50_000), "yes", "yes")
			r, err := e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Fault: selector.High})
			require.NoError(t, err)
			assert.Equal(t, "yes", r.Decision)
			r, err = e.Coordinate(ctx, protocols.Spec{Question: strings.Repeat("?", 100), Participants: names, Fault: selector.High, ID: protocols.SessionID(strings.Repeat("long@", 100))})
			require.NoError(t, err)
			_, err = e.Verify(r)
			require.NoError(t, err)
			r.Session = "another"
			_, err = e.Verify(r)
			require.ErrorIs(t, err, pbftcouncil.ErrProof, "what one session decided proves nothing about another")
		})
	})
}
