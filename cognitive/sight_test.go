// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

var ann = cognitive.Agent{Name: "ann", Roles: []string{"lead", "dev"}, Node: "n"}

// What an agent is shown is the first of its scopes that has a value, whatever came before; and of each scope it is shown every version from the first one on, or told which it has
// missed.
func TestAnAgentSeesTheFirstOfItsScopesAndKnowsWhatItMissed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scopes := []string{"agent/ann", "role/lead", "role/dev", "node/n", ""}
		sight := cognitive.NewSight(ann)
		type state struct {
			version uint64
			value   int64
			gone    bool
			shown   map[uint64]bool
			from    uint64 // the first version that was shown
		}
		model := map[string]*state{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			scope := rapid.SampledFrom(append(scopes, "agent/bob", "role/ops")).Draw(t, "scope")
			m := model[scope]
			if m == nil {
				m = &state{shown: map[uint64]bool{}}
				model[scope] = m
			}
			skip := uint64(rapid.IntRange(0, 2).Draw(t, "skip")) * uint64(min(m.version, 1)) // versions that the subscription tells by a gap
			u := cognitive.Update{Variable: "v", Scope: scope, Gone: scope != "" && m.version > 0 && rapid.Bool().Draw(t, "gone")}
			if skip > 0 {
				u.Gap = &cognitive.Gap{From: cognitive.Version{Seq: m.version + 1}, To: cognitive.Version{Seq: m.version + skip}}
			}
			m.version += skip + 1
			m.gone, m.value = u.Gone, rapid.Int64Range(0, 9).Draw(t, "value")
			u.Version, u.Value = cognitive.Version{Seq: m.version}, kind.OfInteger(m.value)
			x := sight.See(u)
			in, found := "", false
			for _, s := range scopes {
				if w := model[s]; w != nil && w.version > 0 && !w.gone {
					in, found = s, true
					break
				}
			}
			if !found {
				require.True(t, x.Seen.Version.IsZero())
				continue
			}
			w := model[in]
			require.Equal(t, in, x.In)
			require.Equal(t, w.version, x.Seen.Version.Seq)
			require.Equal(t, w.value, x.Seen.Value.Integer())
			require.Equal(t, in != "", x.Seen.Flags == cognitive.Overridden)
			if !x.Moved {
				require.True(t, w.shown[w.version], "it was shown before")
				continue
			}
			if w.from == 0 {
				w.from = w.version
				require.Nil(t, x.Missed)
			}
			w.shown[w.version] = true
			if x.Missed != nil {
				for v := x.Missed.From.Seq; v <= x.Missed.To.Seq; v++ {
					require.False(t, w.shown[v], "told and missed")
					w.shown[v] = true
				}
			}
			for v := w.from; v <= w.version; v++ {
				require.True(t, w.shown[v], "version %d of %q is neither shown nor missed", v, in)
			}
		}
	})
}

// follower is a process that follows a space as an agent sees it.
type follower struct {
	m    *cognitive.Member
	only func(string) bool
	cut  cognitive.Cut
	seen []cognitive.Sighting
}

func (f *follower) Init(ctx *actors.Context[cognitive.Sighting]) (err error) {
	f.cut, _, err = cognitive.Follow(ctx, f.m, cognitive.Conflate(), f.only, func(x cognitive.Sighting) cognitive.Sighting { return x })
	return err
}

func (f *follower) Receive(_ *actors.Context[cognitive.Sighting], x cognitive.Sighting) error {
	f.seen = append(f.seen, x)
	return nil
}

func TestAFollowerBeginsWithOneCutAndHearsOfItsOwnScopesAlone(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		v, err := r.s.AddInteger(r.ctx, "n", kind.Integer{Min: 0, Max: 100})
		require.NoError(t, err)
		w, err := r.s.AddInteger(r.ctx, "other", kind.Integer{Min: 0, Max: 100})
		require.NoError(t, err)
		_, err = v.Override(r.ctx, "role/dev", 50, 0)
		require.NoError(t, err)
		f := &follower{m: r.s.As(ann), only: func(name string) bool { return name == "n" }}
		ref := actors.MustSpawn(r.sys, "", func() actors.Behavior[cognitive.Sighting] { return f })
		defer ref.PID().Kill()
		require.Len(t, f.cut.Sightings, 1)
		assert.Equal(t, []any{r.s.Version(), "role/dev", int64(50)}, []any{f.cut.Version, f.cut.Sightings[0].In, f.cut.Sightings[0].Seen.Value.Integer()})
		set := func(n int64) {
			_, err := v.Propose(r.ctx, n)
			require.NoError(t, err)
			_, err = w.Propose(r.ctx, n)
			require.NoError(t, err)
			synctest.Wait()
		}
		set(1)
		_, err = v.Override(r.ctx, "agent/bob", 9, 0)
		require.NoError(t, err)
		_, err = v.Override(r.ctx, "agent/ann", 7, time.Minute)
		require.NoError(t, err)
		synctest.Wait()
		time.Sleep(2 * time.Minute) // it expires
		_, err = v.Withdraw(r.ctx, "role/dev")
		require.NoError(t, err)
		synctest.Wait()
		set(2)
		type told struct {
			In    string
			Value int64
			Moved bool
		}
		var got []told
		for _, x := range f.seen {
			got = append(got, told{x.In, x.Seen.Value.Integer(), x.Moved})
		}
		assert.Equal(t, []told{{"role/dev", 50, false}, {"agent/ann", 7, true}, {"role/dev", 50, true}, {"", 1, true}, {"", 2, true}}, got)
		seen, scope, ok := r.s.As(ann).Look("n")
		assert.Equal(t, []any{int64(2), "", true}, []any{seen.Value.Integer(), scope, ok})
		_, _, ok = r.s.As(ann).Look("none")
		assert.False(t, ok)
	})
}

func TestOnlyTasksOfAgentsFindASpace(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		_, err := cognitive.For(r.ctx, "lab")
		assert.ErrorIs(t, err, cognitive.ErrNotFound)
		cognitive.Host(r.sys, "n", r.s)
		found := func(space string) (m *cognitive.Member, err error) {
			k := agents.Native("k", "Looks.", func(agents.Spec) (agents.Worker, error) {
				return agents.WorkerFunc(func(ctx context.Context, _ agents.Task) (json.RawMessage, error) {
					m, err = cognitive.For(ctx, space)
					return nil, nil
				}), nil
			})
			a, spawned := agents.Spawn(r.sys, agents.Spec{ID: "ann" + space, Role: "dev"}, k, nil)
			require.NoError(t, spawned)
			_, done := a.Do(r.ctx, agents.Task{ID: "t", Attempt: 1})
			require.NoError(t, done)
			return m, err
		}
		m, err := found("")
		require.NoError(t, err, "there is one alone")
		assert.Same(t, r.s, m.Space())
		assert.Equal(t, cognitive.Agent{Name: "ann", Roles: []string{"dev"}, Node: "n"}, m.Agent())
		_, err = found("other")
		assert.ErrorIs(t, err, cognitive.ErrNotFound)
		_, err = found("lab")
		assert.NoError(t, err)
	})
}

// Holds: COG-7
func TestASpaceIsOneCutWithinItsConstraintsWithTheNearestValueForEachAgentReadForNothing(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		a, err := r.s.AddInteger(r.ctx, "a", kind.Integer{Min: 0, Max: 100})
		require.NoError(t, err)
		b, err := r.s.AddInteger(r.ctx, "b", kind.Integer{Min: 0, Max: 100})
		require.NoError(t, err)
		require.NoError(t, r.s.Constrain(cognitive.Constraint{Name: "cap", Variables: []string{"a", "b"}, Budget: []float64{1, 1}, Limit: 100}))
		_, err = a.Propose(r.ctx, 60)
		require.NoError(t, err)
		_, err = b.Propose(r.ctx, 60)
		var broken *cognitive.ConstraintError
		require.ErrorAs(t, err, &broken)
		before := r.s.Snapshot()
		_, err = r.s.Change(r.ctx, []cognitive.To{{Variable: "a", Value: kind.OfInteger(10)}, {Variable: "b", Value: kind.OfInteger(90)}})
		require.NoError(t, err, "together they hold")
		after := r.s.Snapshot()
		assert.Equal(t, []int64{60, 0, 10, 90}, []int64{before.Value("a").Integer(), before.Value("b").Integer(), after.Value("a").Integer(), after.Value("b").Integer()}, "each is one cut")

		seen := a.For(ann)
		for i, scope := range []string{"node/n", "role/dev", "role/lead", "agent/ann"} { // each is nearer than the one before
			_, err := a.Override(r.ctx, scope, int64(i+1), 0)
			require.NoError(t, err)
			assert.Equal(t, int64(i+1), seen.Get(), scope)
			assert.Equal(t, int64(i+1), r.s.Configuration(ann).Value("a").Integer(), scope)
			assert.Equal(t, int64(10), a.Get(), "for all it is as before")
		}
		var sum int64
		assert.Zero(t, testing.AllocsPerRun(100, func() { sum += a.Get() + seen.Get() }))
		for i, scope := range []string{"agent/ann", "role/lead", "role/dev", "node/n"} {
			_, err := a.Withdraw(r.ctx, scope)
			require.NoError(t, err)
			assert.Equal(t, []int64{3, 2, 1, 10}[i], seen.Get(), scope)
		}
	})
}
