// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

// Each moment of a proposal at which something may crash has its test: here, beside the decisions of decide_test.go and the slices of adaptation_test.go.

// kill kills a process of the space by the end of its path.
func (r *rig) kill(path string) {
	r.t.Helper()
	for pid := range r.sys.Processes() {
		if pid.Path() == "/node/lab/"+path && pid.Alive() {
			pid.Kill()
			return
		}
	}
	r.t.Fatalf("there is no process %s", path)
}

// pausing makes a journal take a second for everything, while it has a system.
func pausing(on *atomic.Pointer[actors.System]) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		if sys := on.Load(); sys != nil {
			return sys.Sleep(ctx, time.Second)
		}
		return nil
	}
}

func TestAVariableThatCrashesIdleGoesOnWhereItWas(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}}, func(r *rig) {
		v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1})
		require.NoError(t, err)
		_, err = v.Propose(r.ctx, 0.5)
		require.NoError(t, err)
		was := v.Load()
		for range 5 {
			r.kill("lab.variables/x")
			assert.Equal(t, was.Value, v.Load().Value, "who reads sees nothing of it")
			assert.Equal(t, was.Version, v.Load().Version)
			synctest.Wait()
		}
		assert.Equal(t, was, v.Load())
		got, err := v.Propose(r.ctx, 0.6)
		require.NoError(t, err)
		assert.Equal(t, cognitive.Version{Seq: was.Version.Seq + 1}, got.Version)
	})
}

func TestWhoWaitsBehindADecisionHearsOfACrashAndAsksAgain(t *testing.T) {
	p := newPanel()
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}, Decider: p}, func(r *rig) {
		v := voted(r, cognitive.Policy{Above: 0.3, Within: time.Minute})
		first := asked(r, v, 0.9, cognitive.Key("first"))
		queued := asked(r, v, 0.1, cognitive.Key("queued"))
		r.kill("lab.variables/x")
		assert.ErrorIs(t, <-queued, cognitive.ErrRestarted)
		assert.ErrorIs(t, <-first, cognitive.ErrRestarted)
		synctest.Wait()
		p.decide(cognitive.Verdict{Outcome: cognitive.Rejected})
		got, err := v.Propose(r.ctx, 0.1, cognitive.Key("queued"))
		require.NoError(t, err)
		assert.False(t, got.Again, "it had not been committed")
		assert.Equal(t, cognitive.Version{Seq: 2}, got.Version)
		assert.Len(t, p.open, 1)
	})
}

func TestWhatTheJournalDoesNotHaveIsNotCommittedByACrash(t *testing.T) {
	for _, process := range []string{"lab.committer", "lab.variables/x"} {
		t.Run(process, func(t *testing.T) {
			var slow atomic.Pointer[actors.System]
			j := &memory{slow: pausing(&slow)}
			bubble(t, cognitive.SpaceOptions{Journal: j}, func(r *rig) {
				v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1})
				require.NoError(t, err)
				slow.Store(r.sys)
				end := asked(r, v, 0.5, cognitive.Key("k"))
				r.kill(process)
				assert.ErrorIs(t, <-end, cognitive.ErrRestarted)
				assert.Equal(t, 0.0, v.Get())
				slow.Store(nil)
				time.Sleep(time.Minute)
				synctest.Wait()
				got, err := v.Propose(r.ctx, 0.5, cognitive.Key("k"))
				require.NoError(t, err)
				assert.Equal(t, process == "lab.variables/x", got.Again, "the process of a variable is not the one that commits")
				assert.Equal(t, cognitive.Version{Seq: 2}, got.Version, "the version after the last one")
				assert.Equal(t, 0.5, v.Get())
			})
		})
	}
}

func TestWhatTheJournalHasIsSeenAfterACrashOnceAndByEverybody(t *testing.T) {
	var late atomic.Pointer[actors.System]
	j := &memory{after: pausing(&late)}
	bubble(t, cognitive.SpaceOptions{Journal: j}, func(r *rig) {
		v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1})
		require.NoError(t, err)
		var heard []cognitive.Update
		ear := actors.MustSpawn(r.sys, "ear", actors.Stateless(func(c *actors.Context[any], m any) error {
			if u, ok := m.(cognitive.Update); ok {
				heard = append(heard, u)
				return nil
			}
			_, err := cognitive.Subscribe(c, v, cognitive.Buffer(100), func(u cognitive.Update) any { return u })
			return err
		}))
		ear.Tell("subscribe")
		synctest.Wait()
		late.Store(r.sys) // it is stored, and nobody knows
		end := asked(r, v, 0.5, cognitive.Key("k"))
		assert.Equal(t, 0.0, v.Get(), "nobody sees what is not known to be stored")
		r.kill("lab.committer")
		assert.ErrorIs(t, <-end, cognitive.ErrRestarted)
		late.Store(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, 0.5, v.Get())
		assert.Equal(t, cognitive.Version{Seq: 2}, v.Load().Version)
		got, err := v.Propose(r.ctx, 0.9, cognitive.Key("k"))
		require.NoError(t, err)
		assert.True(t, got.Again)
		assert.Equal(t, cognitive.Version{Seq: 2}, got.Version)
		_, err = v.Propose(r.ctx, 0.7)
		require.NoError(t, err)
		synctest.Wait()
		require.Len(t, heard, 3)
		for i, u := range heard {
			assert.Equal(t, cognitive.Version{Seq: uint64(i) + 1}, u.Version)
			assert.Nil(t, u.Gap)
		}
	})
}

// Whoever decides is gone and says nothing: the deadline ends the proposal, and reads go on.
func TestADecisionOfNobodyEndsByItsDeadline(t *testing.T) {
	p := newPanel()
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}, Decider: p}, func(r *rig) {
		v := voted(r, cognitive.Policy{Within: time.Minute})
		begin := r.sys.Now()
		end := asked(r, v, 0.5)
		assert.Equal(t, 0.0, v.Get())
		err := <-end
		assert.ErrorIs(t, err, cognitive.ErrDeadline)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Minute, r.sys.Now().Sub(begin))
	})
}
