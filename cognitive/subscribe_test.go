// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

// ear is a process that subscribes and writes down what it hears, while it is not told to sleep.
type ear struct {
	heard []cognitive.Update
	gate  chan struct{} // what it waits for before it hears anything
	sub   *cognitive.Subscription
}

func (e *ear) listen(r *rig, how cognitive.Delivery) actors.Ref[any] {
	started := make(chan error)
	ref := actors.MustSpawn(r.sys, "", actors.Stateless(func(c *actors.Context[any], m any) (err error) {
		switch m := m.(type) {
		case string:
			if m == "wait" {
				<-e.gate
				return nil
			}
			e.sub, err = cognitive.SubscribeSpace(c, r.s, how, func(u cognitive.Update) any { return u })
			started <- err
		case cognitive.Update:
			e.heard = append(e.heard, m)
		}
		return nil
	}))
	ref.Tell("subscribe")
	require.NoError(r.t, <-started)
	return ref
}

func TestASubscriberHearsWhatThereIsAndThenEveryCommit(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		v, err := r.s.AddInteger(r.ctx, "n", kind.Integer{Min: 0, Max: 100})
		require.NoError(t, err)
		set := func(n int64) {
			_, err := v.Propose(r.ctx, n)
			require.NoError(t, err)
		}
		set(1)
		var e ear
		ref := e.listen(r, cognitive.Buffer(100))
		for n := range int64(5) {
			set(n)
		}
		synctest.Wait()
		require.Len(t, e.heard, 6)
		assert.True(t, e.heard[0].First)
		for i, u := range e.heard {
			assert.Equal(t, uint64(i+2), u.Version.Seq)
			assert.Nil(t, u.Gap)
		}
		e.sub.Stop()
		set(9)
		synctest.Wait()
		assert.Len(t, e.heard, 6)
		ref.PID().Kill()
	})
}

func TestASlowSubscriberHearsTheNewestAndTheGapOrIsLeftOut(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		v, err := r.s.AddInteger(r.ctx, "n", kind.Integer{Min: 0, Max: 100})
		require.NoError(t, err)
		conflated, bounded := ear{gate: make(chan struct{})}, ear{gate: make(chan struct{})}
		refs := []actors.Ref[any]{conflated.listen(r, cognitive.Conflate()), bounded.listen(r, cognitive.Buffer(3))}
		synctest.Wait()
		for _, ref := range refs {
			ref.Tell("wait")
		}
		for n := range int64(6) {
			_, err := v.Propose(r.ctx, n)
			require.NoError(t, err)
		}
		synctest.Wait()
		close(conflated.gate)
		close(bounded.gate)
		synctest.Wait()
		require.Len(t, conflated.heard, 2)
		last := conflated.heard[1]
		assert.Equal(t, uint64(7), last.Version.Seq)
		assert.Equal(t, &cognitive.Gap{From: cognitive.Version{Seq: 2}, To: cognitive.Version{Seq: 6}}, last.Gap)
		require.Len(t, bounded.heard, 2)
		assert.ErrorIs(t, bounded.heard[1].Err, cognitive.ErrSlow)
	})
}
