// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

// crew is an applier whose agents do what the test says.
type crew struct {
	log     []string
	refuses string   // the option that cannot be prepared
	size    int      // agents that are affected
	says    []string // agents that confirm
}

func (c *crew) Prepare(_ string, v kind.Value, done func(error)) {
	c.log = append(c.log, "prepare "+v.String())
	if v.String() == c.refuses {
		done(errors.New("it does not start"))
		return
	}
	done(nil)
}

func (c *crew) Apply(x cognitive.Commit, confirmed func(string)) (int, error) {
	c.log = append(c.log, "apply "+x.Value.String())
	for _, a := range c.says {
		confirmed(a)
	}
	return c.size, nil
}

func (c *crew) Abort(_ string, v kind.Value) { c.log = append(c.log, "abort "+v.String()) }

func TestAModuleIsReadyBeforeItIsCommitted(t *testing.T) {
	c := &crew{refuses: "c"}
	bubble(t, cognitive.SpaceOptions{Applier: c}, func(r *rig) {
		v, err := r.s.AddModule(r.ctx, "engine", kind.Module{Choice: kind.OptionsOf("a", "b", "c")})
		require.NoError(t, err)
		_, err = v.Propose(r.ctx, "b")
		require.NoError(t, err)
		_, err = v.Propose(r.ctx, "c")
		assert.ErrorContains(t, err, "it does not start")
		assert.Equal(t, "b", v.Get(), "the old one goes on")
		_, err = v.Propose(r.ctx, "a", cognitive.Base(cognitive.Version{Seq: 1}))
		assert.ErrorIs(t, err, cognitive.ErrVersionConflict)
		_, err = v.Propose(r.ctx, "x")
		assert.ErrorIs(t, err, kind.ErrUnknownChoice)
		assert.Equal(t, []string{"prepare b", "apply b", "prepare c", "prepare a", "abort a"}, c.log)
	})
}

func TestACommitThatTooFewConfirmIsTakenBackOrMarked(t *testing.T) {
	for _, revert := range []bool{true, false} {
		c := &crew{size: 4, says: []string{"ann", "bob", "cid"}}
		bubble(t, cognitive.SpaceOptions{Applier: c, Journal: &memory{}}, func(r *rig) {
			v, err := r.s.AddInteger(r.ctx, "n", kind.Integer{Min: 0, Max: 9}, cognitive.With(cognitive.Settings{
				Confirm: cognitive.Confirm{Share: 0.75, Within: time.Second, Revert: revert},
			}))
			require.NoError(t, err)
			_, err = v.Propose(r.ctx, 5)
			require.NoError(t, err)
			c.says = slices.Repeat([]string{"ann"}, 5)
			begin := r.sys.Now()
			_, err = v.Propose(r.ctx, 7)
			assert.ErrorIs(t, err, cognitive.ErrUnconfirmed)
			assert.Equal(t, time.Second, r.sys.Now().Sub(begin))
			_, err = r.s.History(r.ctx, "n", cognitive.Query{}) // behind what the committer was told
			require.NoError(t, err)
			x := v.Load()
			if revert {
				assert.Equal(t, int64(5), x.Value)
				assert.Equal(t, cognitive.ByRevert, x.Cause)
				assert.Equal(t, uint64(4), x.Version.Seq)
			} else {
				assert.Equal(t, int64(7), x.Value)
				assert.Equal(t, cognitive.Degraded, x.Flags)
				assert.ErrorIs(t, x.Why, cognitive.ErrUnconfirmed)
			}
		})
	}
}
