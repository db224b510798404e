// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

func TestASettingBecomesAVariableBehindTheSameHandleAndBack(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		p := cognitive.NewSetpoint(int64(8))
		require.NoError(t, p.Set(9))
		_, err := cognitive.Upgrade(r.ctx, r.s, p, "batch", kind.Integer{Min: 1, Max: 5})
		assert.Error(t, err, "the value is not allowed")
		require.NoError(t, p.Set(4), "it is plain still")
		v, err := cognitive.Upgrade(r.ctx, r.s, p, "batch", kind.Integer{Min: 1, Max: 5})
		require.NoError(t, err)
		assert.Equal(t, int64(4), p.Get())
		assert.ErrorIs(t, p.Set(1), cognitive.ErrDenied)
		_, err = v.Propose(r.ctx, 2)
		require.NoError(t, err)
		assert.Equal(t, int64(2), p.Get())
		require.NoError(t, cognitive.Downgrade(r.ctx, p))
		assert.Equal(t, int64(2), p.Get())
		assert.Nil(t, p.Variable())
		require.NoError(t, p.Set(77))
		assert.Equal(t, int64(77), p.Get())
		assert.ErrorIs(t, cognitive.Downgrade(r.ctx, p), cognitive.ErrNotFound)
	})
}

func TestCoordinationIsEnabledForASpaceThatRuns(t *testing.T) {
	p := newPanel()
	bubble(t, cognitive.SpaceOptions{Decider: p}, func(r *rig) {
		v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1})
		require.NoError(t, err)
		_, err = cognitive.AddComposite[float64](r.ctx, r.s, "y", cognitive.Composite{Inputs: []string{"x"}, Text: "x + 1.0"})
		require.NoError(t, err)
		_, err = v.Propose(r.ctx, 0.5)
		require.NoError(t, err)
		assert.ErrorIs(t, r.s.EnableCoordination(r.ctx, cognitive.Policy{Mode: "vote"}, "y"), cognitive.ErrComputed)
		assert.ErrorIs(t, r.s.EnableCoordination(r.ctx, cognitive.Policy{Mode: "vote"}, "z"), cognitive.ErrNotFound)
		require.NoError(t, r.s.EnableCoordination(r.ctx, cognitive.Policy{Mode: "vote"}))
		end := asked(r, v, 0.7)
		p.decide(cognitive.Verdict{Outcome: cognitive.Accepted})
		require.NoError(t, <-end)
		assert.Equal(t, 0.7, v.Get())
	})
}

// settings are values elsewhere.
type settings map[string]kind.Value

func (s settings) Load(name string) (kind.Value, bool) { v, ok := s[name]; return v, ok }

func (s settings) Store(name string, v kind.Value) error { s[name] = v; return nil }

func TestAMigrationSwitchesOnlyWhenNothingDiffersAndCanBeTakenBack(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		v, err := r.s.AddInteger(r.ctx, "n", kind.Integer{Min: 0, Max: 10})
		require.NoError(t, err)
		old := settings{"n": kind.OfInteger(50)}
		_, err = r.s.Migrate(old, "x")
		assert.ErrorIs(t, err, cognitive.ErrNotFound)
		m, err := r.s.Migrate(old, "n")
		require.NoError(t, err)
		read := func() int64 {
			x, err := m.Read("n")
			require.NoError(t, err)
			return x.Integer()
		}
		assert.Equal(t, int64(50), read())
		_, differed, now := m.Compared()
		assert.Equal(t, uint64(1), differed)
		assert.Equal(t, []string{"n"}, now)
		assert.ErrorIs(t, m.Advance(r.ctx), kind.ErrRange, "the values are validated")
		assert.Equal(t, cognitive.Shadow, m.Stage())
		require.NoError(t, m.Write(r.ctx, "n", kind.OfInteger(5)))
		assert.Equal(t, int64(0), v.Get(), "only elsewhere")
		require.NoError(t, m.Advance(r.ctx))
		assert.Equal(t, int64(5), v.Get())
		assert.ErrorIs(t, m.Write(r.ctx, "n", kind.OfInteger(11)), kind.ErrRange)
		assert.Equal(t, int64(5), read(), "written nowhere")
		old["n"] = kind.OfInteger(6) // behind the migration's back
		assert.ErrorIs(t, m.Advance(r.ctx), cognitive.ErrVersionConflict)
		require.NoError(t, m.Write(r.ctx, "n", kind.OfInteger(7)))
		require.NoError(t, m.Advance(r.ctx))
		assert.Equal(t, cognitive.Switched, m.Stage())
		require.NoError(t, m.Advance(r.ctx))
		require.NoError(t, m.Write(r.ctx, "n", kind.OfInteger(9)))
		assert.Equal(t, int64(7), old["n"].Integer(), "left alone")
		assert.Equal(t, int64(9), read())
		require.NoError(t, m.Back())
		assert.Equal(t, int64(9), old["n"].Integer())
		require.NoError(t, m.Back())
		require.NoError(t, m.Back())
		assert.Equal(t, cognitive.Shadow, m.Stage())
		require.NoError(t, m.Back())
	})
}
