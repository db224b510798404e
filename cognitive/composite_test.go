// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/supervision"
)

// net is a random graph of sources and composites, each of which is a sum of some before it, modulo a small number so that changes often end.
type net struct {
	names  []string
	inputs [][]int
}

func newNet(rng *rand.Rand, n int) *net {
	x := &net{}
	for i := range n {
		x.names = append(x.names, fmt.Sprint("v", i))
		var in []int
		if i >= 4 {
			for range 1 + rng.IntN(3) {
				in = append(in, rng.IntN(i))
			}
		}
		x.inputs = append(x.inputs, in)
	}
	return x
}

func (x *net) compute(in []kind.Value) (kind.Value, error) {
	sum := int64(0)
	for _, v := range in {
		sum += v.Integer()
	}
	return kind.OfInteger(sum % 7), nil
}

// mixed returns the first composite of a view that is not what it should be of its inputs.
func (x *net) mixed(v cognitive.View) string {
	for i, in := range x.inputs {
		if len(in) == 0 {
			continue
		}
		sum := int64(0)
		for _, j := range in {
			sum += v.Values[j].Value.Integer()
		}
		if got := v.Values[i].Value.Integer(); got != sum%7 || v.Values[i].Flags != 0 {
			return fmt.Sprintf("%s is %d (flags %d), want %d, at %s", x.names[i], got, v.Values[i].Flags, sum%7, v.Version)
		}
	}
	return ""
}

// Readers take snapshots as fast as they can while many write: none ever sees a mixed state, and versions never go back.
//
// Holds: COG-4
func TestNoSnapshotShowsAMixedState(t *testing.T) {
	for seed := range uint64(2) {
		rng := rand.New(rand.NewPCG(seed, 1))
		x := newNet(rng, 50)
		ctx := context.Background()
		sys := actors.New(actors.Options{})
		s, child, err := cognitive.NewSpace(sys, cognitive.SpaceOptions{Name: "net"})
		require.NoError(t, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}})
		require.NoError(t, err)
		for i, name := range x.names {
			if len(x.inputs[i]) == 0 {
				_, err = s.AddInteger(ctx, name, kind.Integer{Min: 0, Max: 100}, cognitive.Keep(cognitive.Ephemeral))
			} else {
				c := cognitive.Composite{Func: x.compute, Timeout: 1 << 40} // on a machine that is busy elsewhere
				for _, j := range x.inputs[i] {
					c.Inputs = append(c.Inputs, x.names[j])
				}
				_, err = cognitive.AddComposite[int64](ctx, s, name, c)
			}
			require.NoError(t, err)
		}
		var stop atomic.Bool
		var bad atomic.Pointer[string]
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() { // it ends when the writers have
				var last cognitive.Version
				for !stop.Load() {
					v := s.Snapshot()
					if what := x.mixed(v); what != "" || v.Version.Before(last) {
						what += fmt.Sprint(" after ", last)
						bad.Store(&what)
					}
					last = v.Version
					runtime.Gosched()
				}
			})
		}
		var writers sync.WaitGroup
		for w := range 4 {
			mine := rand.New(rand.NewPCG(seed, uint64(w)))
			writers.Go(func() { // it ends by itself
				for range 120 {
					if _, err := s.Propose(ctx, x.names[w], kind.OfInteger(mine.Int64N(100))); err != nil {
						what := err.Error()
						bad.Store(&what)
					}
				}
			})
		}
		writers.Wait()
		stop.Store(true)
		readers.Wait()
		if what := bad.Load(); what != nil {
			t.Error(*what)
		}
		for i, in := range x.inputs { // the versions of composites have no gaps either
			if len(in) > 0 {
				list, err := s.History(ctx, x.names[i], cognitive.Query{})
				require.NoError(t, err)
				for k := 1; k < len(list); k++ {
					assert.Equal(t, list[k-1].Version, list[k].Previous)
					assert.False(t, list[k].Value.Equal(list[k-1].Value), "an unchanged result is no version")
				}
			}
		}
		require.NoError(t, sys.Close(ctx))
	}
}

func TestWhatIsComputedOutsideIsStaleUntilItIsThere(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}}, func(r *rig) {
		v, err := r.s.AddInteger(r.ctx, "n", kind.Integer{Min: 0, Max: 100}, cognitive.Initial(int64(1)))
		require.NoError(t, err)
		var calls atomic.Int64 // one that was left behind by a crash may still run
		slow, err := cognitive.AddComposite[int64](r.ctx, r.s, "slow", cognitive.Composite{Inputs: []string{"n"}, Async: true, Func: func(in []kind.Value) (kind.Value, error) {
			calls.Add(1)
			time.Sleep(time.Minute)
			if in[0].Integer() == 9 {
				panic("nine")
			}
			return kind.OfInteger(in[0].Integer() * 10), nil
		}})
		require.NoError(t, err)
		twice, err := cognitive.AddComposite[int64](r.ctx, r.s, "twice", cognitive.Composite{Inputs: []string{"slow"}, Func: double})
		require.NoError(t, err)
		after := func(d time.Duration) cognitive.Snapshot[int64] {
			time.Sleep(d)
			synctest.Wait()
			return slow.Load()
		}
		assert.Equal(t, cognitive.Stale, slow.Load().Flags)
		x := after(time.Minute)
		assert.Equal(t, int64(10), x.Value)
		assert.Zero(t, x.Flags)
		assert.Equal(t, int64(20), twice.Get())
		begin := r.sys.Now()
		for n := range int64(4) { // while one is computed the others are one
			_, err = v.Propose(r.ctx, n+2)
			require.NoError(t, err)
		}
		assert.Zero(t, r.sys.Now().Sub(begin), "nobody waits for it")
		x = after(time.Minute)
		assert.Equal(t, int64(20), x.Value)
		assert.Equal(t, cognitive.Stale, x.Flags, "of older inputs")
		x = after(time.Minute)
		assert.Equal(t, int64(50), x.Value)
		assert.Zero(t, x.Flags)
		assert.Equal(t, int64(3), calls.Load())
		_, err = v.Propose(r.ctx, 9)
		require.NoError(t, err)
		x = after(time.Minute)
		assert.Equal(t, int64(50), x.Value)
		assert.ErrorContains(t, x.Why, "nine")
		_, err = v.Propose(r.ctx, 3)
		require.NoError(t, err)
		for pid := range r.sys.Processes() {
			if pid.Path() == "/node/lab/lab.committer" {
				pid.Kill()
			}
		}
		x = after(3 * time.Minute)
		assert.Equal(t, int64(30), x.Value, "it is computed again after a crash")
		assert.Zero(t, x.Flags)
	})
}
