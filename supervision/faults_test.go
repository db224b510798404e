// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/supervision"
)

// paths are the fields that an error complains of.
func paths(t *testing.T, err error) (out []string) {
	t.Helper()
	var faults supervision.Faults
	require.ErrorAs(t, err, &faults)
	for _, f := range faults {
		out = append(out, f.Path)
	}
	return out
}

// R7: a spec is refused with all of its mistakes at once, each with its place, before any child is started.
func TestEveryMistakeOfASpecIsReportedAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		started := starting("a", func(*cx) error { w.say("started"); return nil })
		spec := supervision.Spec{
			Strategy:     99,
			Intensity:    supervision.Intensity{Max: -7, Within: -time.Second},
			AutoShutdown: supervision.Never,
			Children: []supervision.Child{
				started,
				{},
				with(started, func(c *supervision.Child) { c.Restart, c.Kind, c.Shutdown = 9, 9, supervision.After(-1) }),
				with(plain("c"), func(c *supervision.Child) { c.Significant = true }),
			},
		}
		want := []string{
			"strategy", "intensity.max", "intensity.within", "children[1].id", "children[1].start", "children[2].restart",
			"children[2].type", "children[2].shutdown", "children[2].id", "children[3].significant", "children[3].significant",
		}
		assert.Equal(t, want, paths(t, spec.Validate()))
		_, err := supervision.Start(w, "app", spec)
		assert.Equal(t, want, paths(t, err))
		assert.Empty(t, w.told())
		var one *supervision.FieldError
		require.ErrorAs(t, err, &one)
		assert.Equal(t, "strategy", one.Path)
		assert.Equal(t, "99", one.Got)
		assert.Zero(t, w.Len())
	})
}

// R7, R34, R36: what is refused alone.
func TestEachMistakeIsRefused(t *testing.T) {
	a, b := plain("a"), plain("b")
	significant := func(r supervision.Restart) supervision.Child {
		return with(plain("a"), func(c *supervision.Child) { c.Significant, c.Restart = true, r })
	}
	for name, c := range map[string]struct {
		spec supervision.Spec
		path string
	}{
		"a template too few":  {supervision.Spec{Strategy: supervision.SimpleOneForOne}, "children"},
		"a template too many": {supervision.Spec{Strategy: supervision.SimpleOneForOne, Children: []supervision.Child{a, b}}, "children"},
		"an id twice":         {supervision.Spec{Children: []supervision.Child{a, b, a}}, "children[2].id"},
		"an auto shutdown":    {supervision.Spec{AutoShutdown: 3}, "auto_shutdown"},
		"significant and never": {
			supervision.Spec{Children: []supervision.Child{significant(supervision.Transient)}}, "children[0].significant",
		},
		"significant and permanent": {
			supervision.Spec{AutoShutdown: supervision.AnySignificant, Children: []supervision.Child{significant(supervision.Permanent)}},
			"children[0].significant",
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				_, err := supervision.Start(w, "app", c.spec)
				assert.Equal(t, []string{c.path}, paths(t, err))
				assert.Zero(t, w.Len())
			})
		})
	}
}

// R7, R36: StartChild and Check apply the rules of the init, and a refusal changes nothing.
func TestStartChildChecksTheSpec(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{plain("a")}})
		bad := supervision.Child{Restart: 7, Significant: true}
		want := []string{"id", "start", "restart", "significant"}
		assert.Equal(t, want, paths(t, supervision.Check(bad, supervision.Never)))
		_, err := sup.StartChild(t.Context(), bad)
		assert.Equal(t, want, paths(t, err))
		assert.Equal(t, []string{"a up"}, children(t, sup))
		require.NoError(t, supervision.Check(plain("b"), supervision.Never))
	})
}

// The zero values are OTP's defaults.
func TestDefaultsAreFilledIn(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{plain("a"), supervision.Sub("b", supervision.Spec{})}})
		a, err := sup.ChildSpec(t.Context(), "a")
		require.NoError(t, err)
		assert.Equal(t, supervision.After(5*time.Second), a.Shutdown)
		assert.Equal(t, supervision.Permanent, a.Restart)
		assert.NotNil(t, a.Start)
		b, err := sup.ChildSpec(t.Context(), "b")
		require.NoError(t, err)
		assert.Equal(t, supervision.Infinity, b.Shutdown)
		assert.Equal(t, supervision.KindSupervisor, b.Kind)
		tree, err := supervision.Tree(t.Context(), sup, 0)
		require.NoError(t, err)
		assert.Equal(t, "one_for_one", tree.Strategy)
		assert.Equal(t, 1, tree.Allowed)
	})
}
