// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
)

func TestADecisionIsWhatTheParticipantsVoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := council(t, sys, protocols.EngineOptions{Journal: newLog()}, "yes", "no", "yes", "abstain", "yes")
			r, err := e.Coordinate(ctx, protocols.Spec{Question: "Ship it?", Participants: names})
			require.NoError(t, err)
			assert.Equal(t, protocols.StateDecided, r.State)
			assert.Equal(t, "yes", r.Decision)
			assert.Equal(t, selector.Simple, r.Protocol)
			assert.True(t, r.Durable)
			assert.NotZero(t, r.Position)
			assert.LessOrEqual(t, r.Messages, 3*len(names))
			again, err := e.Await(ctx, r.Session)
			require.NoError(t, err)
			assert.Equal(t, r, again)
			s, err := e.Status(r.Session)
			require.NoError(t, err)
			assert.Equal(t, protocols.StateDecided, s.State)
			assert.Len(t, e.Sessions(protocols.Filter{Participant: "a"}), 1)
			assert.Empty(t, e.Sessions(protocols.Filter{Active: true}))
		})
	})
}

func TestASilentParticipantIsWaitedForUntilTheDeadlineAndNotLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := council(t, sys, protocols.EngineOptions{}, "yes", "silent", "silent")
			begin := time.Now()
			r, err := e.Coordinate(ctx, protocols.Spec{Question: "Anybody?", Participants: names, Deadline: time.Minute})
			var none *protocols.NoDecisionError
			require.ErrorAs(t, err, &none)
			assert.Equal(t, machine.WhyNoQuorum, none.Why)
			assert.Equal(t, time.Minute, time.Since(begin))
			assert.Equal(t, []string{"b", "c"}, r.Missing)
			assert.False(t, r.Durable)
		})
	})
}

func TestWhoDoesNotComeBackIsAbsentAfterTheGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := council(t, sys, protocols.EngineOptions{}, "yes", "yes", "crash", "nobody")
			begin := time.Now()
			r, err := e.Coordinate(ctx, protocols.Spec{Question: "Who is there?", Participants: names, Rule: consensus.Rule{Kind: consensus.Unanimous, Quorum: consensus.NoQuorum}})
			require.NoError(t, err)
			assert.Equal(t, "yes", r.Decision)
			assert.Equal(t, time.Second, time.Since(begin))
			assert.Equal(t, []string{"c", "d"}, r.Missing)
		})
	})
}

func TestWhatCannotBeIsRefusedBeforeAnythingIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := council(t, sys, protocols.EngineOptions{MaxActive: 1}, "yes", "silent", "silent")
			for name, s := range map[string]protocols.Spec{
				"no question":    {Participants: names},
				"stranger":       {Question: "?", Participants: []string{"a", "x"}},
				"twice":          {Question: "?", Participants: []string{"a", "a"}},
				"deadline":       {Question: "?", Participants: names, Deadline: 25 * time.Hour},
				"rule":           {Question: "?", Participants: names, Rule: consensus.Rule{Kind: "odd"}},
				"query":          {Question: "?", Query: "bad"},
				"type":           {Question: "?", Participants: names, Type: "odd"},
				"durability":     {Question: "?", Participants: names, Durability: "stone"},
				"both":           {Question: "?", Participants: names, Query: "all"},
				"f without high": {Question: "?", Participants: names, F: 1},
			} {
				_, err := e.Coordinate(ctx, s)
				assert.ErrorIs(t, err, selector.ErrInvalidSpec, name)
			}
			_, err := e.Coordinate(ctx, protocols.Spec{Question: "?"})
			var few *selector.ParticipantsError
			assert.ErrorAs(t, err, &few)
			_, err = e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Fault: selector.High})
			var weak *selector.FaultToleranceError
			assert.ErrorAs(t, err, &weak)
			_, err = e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Protocol: selector.Refinement, Durability: protocols.Durable})
			assert.Error(t, err)
			_, err = e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Durability: protocols.Durable})
			var class *protocols.DurabilityError
			assert.ErrorAs(t, err, &class)
			_, err = e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Protocol: "mine"})
			var unknown *selector.UnknownProtocolError
			assert.ErrorAs(t, err, &unknown)

			id, err := e.Start(ctx, protocols.Spec{ID: "one", Question: "first?", Participants: names})
			require.NoError(t, err)
			same, err := e.Start(ctx, protocols.Spec{ID: "one", Question: "first?", Participants: names})
			require.NoError(t, err)
			assert.Equal(t, id, same)
			_, err = e.Start(ctx, protocols.Spec{ID: "one", Question: "second?", Participants: names})
			var conflict *protocols.ConflictError
			assert.ErrorAs(t, err, &conflict)
			_, err = e.Start(ctx, protocols.Spec{Question: "second?", Participants: names})
			var full *protocols.OverloadedError
			require.ErrorAs(t, err, &full)
			assert.Equal(t, protocols.OverloadedError{Active: 1, Max: 1}, *full)
			require.NoError(t, e.Cancel(ctx, id, "enough"))
			require.NoError(t, e.Cancel(ctx, id, "again"))
			_, err = e.Await(ctx, id)
			var cancelled *protocols.CancelledError
			require.ErrorAs(t, err, &cancelled)
			assert.Equal(t, "enough", cancelled.Why)
			for _, err := range []error{e.Cancel(ctx, "nope", ""), e.Command("nope", "pause", nil), e.Answer("nope", "a", machine.Answer{})} {
				assert.ErrorIs(t, err, protocols.ErrNotFound)
			}
			assert.ErrorIs(t, e.Command(id, "pause", nil), protocols.ErrAlreadyDecided)
			assert.ErrorIs(t, e.Answer(id, "a", machine.Answer{}), protocols.ErrAlreadyDecided)
			_, err = e.Await(ctx, "nope")
			assert.ErrorIs(t, err, protocols.ErrNotFound)
			_, err = e.Status("nope")
			assert.ErrorIs(t, err, protocols.ErrNotFound)
		})
	})
}

func TestAWaitEndsWithItsContextAndTheSessionOnlyIfItSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := council(t, sys, protocols.EngineOptions{}, "silent")
			for _, with := range []bool{false, true} {
				short, stop := context.WithTimeout(ctx, time.Second)
				id := protocols.SessionID("stays")
				if with {
					id = "goes"
				}
				_, err := e.Coordinate(short, protocols.Spec{ID: id, Question: "?", Participants: names, CancelWithCaller: with})
				stop()
				require.ErrorIs(t, err, context.DeadlineExceeded)
				synctest.Wait()
				s, err := e.Status(id)
				require.NoError(t, err)
				assert.Equal(t, with, s.State == protocols.StateCancelled, s.State)
			}
		})
	})
}

type till struct{ reserved, committed, released map[protocols.SessionID]int64 }

func (b *till) Reserve(_ context.Context, s protocols.SessionID, n int64) error {
	if n > 100 {
		return errors.New("there is not that much")
	}
	b.reserved[s] = n
	return nil
}

func (b *till) Commit(_ context.Context, s protocols.SessionID, n int64) error {
	b.committed[s] = n
	return nil
}

func (b *till) Release(_ context.Context, s protocols.SessionID) error {
	b.released[s] = b.reserved[s]
	return nil
}

func TestABudgetIsReservedBeforeAndCommittedOrReleasedAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			b := &till{map[protocols.SessionID]int64{}, map[protocols.SessionID]int64{}, map[protocols.SessionID]int64{}}
			e, names := council(t, sys, protocols.EngineOptions{Budget: b}, "yes", "no")
			_, err := e.Coordinate(ctx, protocols.Spec{ID: "dear", Question: "?", Participants: names, Budget: 1000})
			var budget *protocols.BudgetError
			require.ErrorAs(t, err, &budget)
			assert.Empty(t, b.reserved)
			_, err = e.Coordinate(ctx, protocols.Spec{ID: "decided", Question: "?", Participants: names[:1], Budget: 10})
			require.NoError(t, err)
			assert.Equal(t, int64(10), b.committed["decided"])
			_, err = e.Coordinate(ctx, protocols.Spec{ID: "tied", Question: "?", Participants: names, Budget: 20})
			require.Error(t, err)
			assert.Equal(t, int64(20), b.released["tied"])
		})
	})
}

func TestHistoryAndAnalyticsAreOfWhatHasEnded(t *testing.T) {
	for _, journal := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			within(t, func(ctx context.Context, sys *actors.System) {
				o := protocols.EngineOptions{}
				l := newLog()
				if journal {
					o.Journal = l
				}
				e, names := council(t, sys, o, "yes", "no", "yes")
				for i := range 3 {
					_, err := e.Coordinate(ctx, protocols.Spec{ID: protocols.SessionID(string(rune('x' + i))), Question: "?", Participants: names})
					require.NoError(t, err)
				}
				_, err := e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names[:2], Type: selector.MLEnsemble})
				require.Error(t, err)
				var ids []protocols.SessionID
				for r, err := range e.History(ctx, protocols.Query{Protocol: selector.Simple}) {
					require.NoError(t, err)
					ids = append(ids, r.Session)
				}
				assert.Equal(t, []protocols.SessionID{"x", "y", "z"}, ids)
				all := e.Analytics(protocols.Query{})
				require.Len(t, all, 2)
				assert.Equal(t, selector.Ensemble, all[0].Protocol)
				assert.Zero(t, all[0].Decided)
				assert.Equal(t, 3, all[1].Decided)
				s := e.Stats()
				assert.Equal(t, protocols.Stats{Ended: map[protocols.State]int{protocols.StateDecided: 3, protocols.StateNoDecision: 1}}, s)
				if journal {
					l.failing(errors.New("the disk does not answer"))
					for _, err := range e.History(ctx, protocols.Query{}) {
						assert.ErrorIs(t, err, protocols.ErrUnavailable)
					}
				}
			})
		})
	}
}

func TestAJournalThatDoesNotAnswerIsWaitedForBeforeAnybodyIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			l := newLog()
			e, names := council(t, sys, protocols.EngineOptions{Journal: l}, "yes")
			synctest.Wait() // it has read the journal
			l.failing(errors.New("the disk does not answer"))
			time.AfterFunc(5*time.Second, func() { l.failing(nil) })
			begin := time.Now()
			r, err := e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names})
			require.NoError(t, err)
			assert.True(t, r.Durable)
			assert.GreaterOrEqual(t, time.Since(begin), 5*time.Second)
		})
	})
}
