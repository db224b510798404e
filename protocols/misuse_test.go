// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/counter"
	"mabeam.dev/protocols/election"
	"mabeam.dev/protocols/lock"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/telemetry"
)

// Whatever a participant or a stranger answers, and whenever: what cannot count is told with its reason, and changes nothing.
func TestAWrongAnswerIsToldAndChangesNothing(t *testing.T) {
	low, high := int64(-1), int64(machine.One+1)
	for name, c := range map[string]struct {
		from string
		a    machine.Answer
		want error // what its reason is, or is like
	}{
		"of a stranger":             {"zoe", machine.Answer{Choice: "no"}, consensus.ErrNotMember},
		"for another question":      {"c", machine.Answer{Choice: "no", Digest: "0123"}, consensus.ErrQuestionMismatch},
		"for what nobody asked":     {"c", machine.Answer{Choice: "perhaps"}, &consensus.BallotError{Field: "choice"}},
		"of nothing":                {"c", machine.Answer{}, &consensus.BallotError{Field: "choice"}},
		"endless":                   {"c", machine.Answer{Choice: strings.Repeat("no", 1<<16)}, &consensus.BallotError{Field: "choice"}},
		"that is an error":          {"c", machine.Answer{Error: "I do not know"}, &consensus.BallotError{Field: "error"}},
		"with too little certainty": {"c", machine.Answer{Choice: "no", Confidence: &low}, &consensus.BallotError{Field: "confidence"}},
		"with too much certainty":   {"c", machine.Answer{Choice: "no", Confidence: &high}, &consensus.BallotError{Field: "confidence"}},
		"of a second opinion":       {"a", machine.Answer{Choice: "no"}, &consensus.BallotError{Field: "seq"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bus := telemetry.NewBus()
				var why []error
				bus.SubscribeAll("test", func(ev telemetry.Event) {
					if e, ok := ev.(protocols.AnswerIgnored); ok && e.Err != nil {
						why = append(why, e.Err)
					}
				})
				sys := actors.New(actors.Options{Events: bus})
				e, names := council(t, sys, protocols.EngineOptions{}, "yes", "silent", "silent")
				id, err := e.Start(t.Context(), protocols.Spec{Question: "?", Participants: names, Deadline: time.Minute})
				require.NoError(t, err)
				synctest.Wait()
				require.NoError(t, e.Answer(id, c.from, c.a))
				synctest.Wait()
				require.Len(t, why, 1)
				var bad, got *consensus.BallotError
				if errors.As(c.want, &bad) {
					require.ErrorAs(t, why[0], &got)
					assert.Equal(t, bad.Field, got.Field)
				} else {
					require.ErrorIs(t, why[0], c.want)
				}
				require.NoError(t, e.Answer(id, "b", machine.Answer{Choice: "yes"}))
				r, err := e.Await(t.Context(), id)
				require.NoError(t, err)
				assert.Equal(t, "yes", r.Decision)
				assert.Empty(t, r.Dissent)
				require.NoError(t, sys.Close(context.Background()))
			})
		})
	}
}

// Everything that is asked of a space by who may not, or too late, or too much, is a typed error, and changes nothing.
func TestWhatMayNotBeDoneInASpaceIsATypedError(t *testing.T) {
	bubble(t, protocols.SpaceOptions{Locks: lock.Options{MaxQueue: 1}}, func(t *testing.T, w world) {
		ann, bob, now := as("ann"), as("bob"), protocols.Claim{Wait: time.Second}
		held, err := w.Lock("x").Acquire(ann, protocols.Claim{TTL: 10 * time.Second})
		require.NoError(t, err)
		_, err = w.Lock("x").TryAcquire(bob)
		assert.ErrorIs(t, err, lock.ErrHeld)
		_, err = w.Lock("x").Acquire(bob, now)
		assert.ErrorIs(t, err, lock.ErrTimeout)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		waits := make(chan error)
		go func() { // ends when it has the lock, or is refused
			_, err := w.Lock("x").Acquire(bob, protocols.Claim{Wait: 20 * time.Second})
			waits <- err
		}()
		synctest.Wait()
		_, err = w.Lock("x").Acquire(as("cid"), now)
		assert.ErrorIs(t, err, lock.ErrQueueFull)
		_, err = w.RWLock("x").Lock(ann, now)
		assert.Error(t, err, "a lock is not reentrant")
		_, err = w.Lock("").Acquire(ann, now)
		assert.ErrorIs(t, err, lock.ErrInvalidRequest)
		require.NoError(t, <-waits, "the lease has ended, and the next one has it")
		assert.ErrorIs(t, held.Release(ann), lock.ErrStaleToken, "the lease is lost")
		assert.ErrorIs(t, held.Renew(ann, time.Second), lock.ErrStaleToken)
		assert.ErrorIs(t, held.Release(bob), lock.ErrStaleToken, "the token is not the caller's")
		var fence protocols.Fence
		require.NoError(t, fence.Do(lock.Token{Epoch: 9, Seq: 9}, func() error { return nil }))
		assert.ErrorIs(t, fence.Do(held.Token(), func() error { t.Error("an old token had an effect"); return nil }), lock.ErrStaleToken)
		reader, err := w.RWLock("rw").RLock(ann)
		require.NoError(t, err)
		_, err = w.RWLock("rw").Lock(ann, now)
		assert.ErrorIs(t, err, lock.ErrUpgrade)
		require.NoError(t, reader.Release(ann))
		_, err = w.Semaphore("s", 2).Acquire(ann, 3, now)
		assert.ErrorIs(t, err, lock.ErrInvalidRequest, "more permits than there are")

		full := w.DoubleBarrier("full", 1)
		_, err = full.Enter(ann, time.Second)
		require.NoError(t, err)
		_, err = full.Enter(bob, time.Second)
		assert.ErrorIs(t, err, barrier.ErrFull)
		_, err = w.DoubleBarrier("empty", 1).Leave(bob, time.Second)
		assert.ErrorIs(t, err, barrier.ErrNotRegistered)
		alone := w.Barrier("alone", barrier.Spec{Parties: 2})
		_, err = alone.Await(ann, time.Second)
		assert.ErrorIs(t, err, barrier.ErrBroken, "nobody came")
		_, err = alone.Await(bob, time.Second)
		assert.ErrorIs(t, err, barrier.ErrBroken, "it stays broken")
		generation, err := alone.Reset(bob)
		require.NoError(t, err)
		var other *barrier.GenerationError
		_, err = alone.AwaitGeneration(ann, generation-1, time.Second)
		assert.ErrorAs(t, err, &other)
		var kind *protocols.KindError
		_, err = w.Barrier("alone", barrier.Spec{Parties: 3}).Await(ann, time.Second)
		assert.ErrorAs(t, err, &kind)
		_, err = w.Barrier("none", barrier.Spec{}).Await(ann, time.Second)
		assert.ErrorIs(t, err, barrier.ErrInvalidSpec)
		_, err = w.Latch("never", -1).CountDown(ann, 1)
		assert.ErrorIs(t, err, barrier.ErrInvalidSpec)
		_, err = w.Latch("latch", 2).CountDown(ann, -1)
		assert.ErrorIs(t, err, barrier.ErrInvalidSpec)

		office, err := w.Election("chief", election.Spec{}).Campaign(ann, protocols.Candidacy{})
		require.NoError(t, err)
		require.NoError(t, office.Resign(ann))
		_, err = w.Election("chief", election.Spec{}).Campaign(bob, protocols.Candidacy{})
		require.NoError(t, err)
		var not *election.NotLeaderError
		assert.ErrorAs(t, w.Election("chief", election.Spec{}).Check(ann, office.Term()), &not, "the term is over")
		assert.ErrorAs(t, office.Resign(ann), &not)
		assert.ErrorIs(t, w.Election("chief", election.Spec{}).Withdraw(ann), election.ErrNotCandidate)

		_, err = w.BoundedCounter("c", 0, 3).Add(ann, 4)
		assert.ErrorIs(t, err, counter.ErrBounds)
		_, _, err = w.BoundedCounter("c", 0, 3).CompareAndSwap(ann, 0, 4)
		assert.ErrorIs(t, err, counter.ErrBounds)
		v, done, err := w.BoundedCounter("c", 0, 3).CompareAndSwap(ann, 1, 2)
		require.NoError(t, err)
		assert.False(t, done)
		assert.Zero(t, v)
	})
}

// Thresholds out of range, each by its field.
func TestARuleThatCannotDecideIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := council(t, sys, protocols.EngineOptions{}, "yes", "yes", "yes")
			for field, r := range map[string]consensus.Rule{
				"share":     {Kind: consensus.Supermajority, Share: consensus.Fraction{Num: 1, Den: 2}},
				"k":         {Kind: consensus.AtLeast, K: 4},
				"quorum":    {Quorum: consensus.Fraction{Num: 3, Den: 2}},
				"threshold": {Kind: consensus.Weighted, Threshold: machine.One + 1},
				"incumbent": {Tie: consensus.Incumbent, Incumbent: "perhaps"},
			} {
				_, err := e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Rule: r, Protocol: selector.Weighted})
				require.ErrorIs(t, err, selector.ErrInvalidSpec, field)
				var bad *consensus.RuleError
				require.ErrorAs(t, err, &bad, field)
				assert.Equal(t, field, bad.Field)
			}
		})
	})
}
