// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

func TestHistoryGoesBackToTheFirstCommit(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}}, func(r *rig) {
		v, err := r.s.AddInteger(r.ctx, "n", kind.Integer{Min: 0, Max: 1000})
		require.NoError(t, err)
		for i := range int64(250) {
			time.Sleep(time.Second)
			by := "ann"
			if i%2 == 1 {
				by = "bob"
			}
			_, err := v.Propose(r.ctx, i+1, cognitive.From(by), cognitive.Because("step"))
			require.NoError(t, err)
		}
		ask := func(q cognitive.Query) []cognitive.Commit {
			list, err := r.s.History(r.ctx, "n", q)
			require.NoError(t, err)
			return list
		}
		at := func(seq uint64) cognitive.Version { return cognitive.Version{Seq: seq} }
		assert.Len(t, ask(cognitive.Query{}), 100, "what is in memory")
		all := ask(cognitive.Query{All: true})
		require.Len(t, all, 251)
		for i, c := range all {
			assert.Equal(t, at(uint64(i)+1), c.Version)
		}
		assert.Len(t, ask(cognitive.Query{From: at(10), To: at(20)}), 11)
		assert.Len(t, ask(cognitive.Query{All: true, Proposer: "bob"}), 125)
		assert.Len(t, ask(cognitive.Query{Causes: []cognitive.Cause{cognitive.ByInitial}, All: true}), 1)
		assert.Len(t, ask(cognitive.Query{Limit: 3}), 3)
		assert.Len(t, ask(cognitive.Query{Since: all[30].At, Until: all[40].At}), 11)

		d, err := r.s.Diff(r.ctx, "n", at(11), at(61))
		require.NoError(t, err)
		assert.Len(t, d.Commits, 50)
		assert.InDelta(t, 0.05, d.Distance, 1e-12)
		_, err = r.s.Diff(r.ctx, "n", at(11), at(999))
		assert.ErrorIs(t, err, cognitive.ErrNotFound)

		got, err := r.s.Rollback(r.ctx, "n", at(11), cognitive.From("eve"))
		require.NoError(t, err)
		assert.Equal(t, at(252), got.Version, "a rollback is a new commit")
		assert.Equal(t, int64(10), v.Get())
		assert.Equal(t, cognitive.ByRollback, v.Load().Cause)
		_, err = v.Propose(r.ctx, 10, cognitive.From("dan"))
		require.NoError(t, err)
		who, err := r.s.Blame(r.ctx, "n")
		require.NoError(t, err)
		assert.Equal(t, "eve", who.Proposer, "who set it first, not who repeated it")
		assert.Equal(t, "rollback to 0.11", who.Reason)

		_, err = r.s.Redefine(r.ctx, "n", cognitive.Redefinition{Kind: kind.Integer{Min: 0, Max: 100}})
		require.NoError(t, err)
		_, err = r.s.Rollback(r.ctx, "n", at(200))
		assert.ErrorIs(t, err, kind.ErrRange, "today's description counts")
		_, err = r.s.Redefine(r.ctx, "n", cognitive.Redefinition{Kind: kind.Integer{Min: 50, Max: 100}})
		assert.ErrorIs(t, err, kind.ErrRange)
		got, err = r.s.Redefine(r.ctx, "n", cognitive.Redefinition{Kind: kind.Integer{Min: 50, Max: 100}, Replacement: kind.OfInteger(60), By: "ann"})
		require.NoError(t, err)
		assert.Equal(t, int64(60), v.Get())
		assert.Equal(t, cognitive.ByRedefine, v.Load().Cause)
		assert.Equal(t, got.Version, v.Load().Version)
	})
}

func TestAnOptionThatIsInUseIsDisabledOnlyWithASuccessor(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		v, err := r.s.AddChoice(r.ctx, "mode", kind.OptionsOf("a", "b", "c"))
		require.NoError(t, err)
		less := kind.Choice{Options: []kind.Option{{Name: "a", Disabled: true}, {Name: "b"}, {Name: "c"}}}
		_, err = r.s.Redefine(r.ctx, "mode", cognitive.Redefinition{Kind: less})
		assert.ErrorIs(t, err, kind.ErrUnknownChoice)
		_, err = r.s.Redefine(r.ctx, "mode", cognitive.Redefinition{Kind: less, Replacement: kind.OfChoice("c")})
		require.NoError(t, err)
		assert.Equal(t, "c", v.Get())
	})
}

func TestTheNearestValueIsInForceUntilItExpires(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}}, func(r *rig) {
		v, err := r.s.AddInteger(r.ctx, "n", kind.Integer{Min: 0, Max: 100}, cognitive.Initial(int64(1)))
		require.NoError(t, err)
		_, err = r.s.AddInteger(r.ctx, "m", kind.Integer{Min: 0, Max: 100}, cognitive.Initial(int64(5)))
		require.NoError(t, err)
		ann := cognitive.Agent{Name: "ann", Roles: []string{"lead", "reader"}, Node: "n1"}
		b := v.For(ann)
		assert.Equal(t, int64(1), b.Get())
		for _, c := range []struct {
			scope string
			value int64
			ttl   time.Duration
		}{{"node/n1", 2, 0}, {"role/reader", 3, 3 * time.Second}, {"role/lead", 4, 2 * time.Second}, {"agent/ann", 5, time.Second}} {
			_, err := v.Override(r.ctx, c.scope, c.value, c.ttl)
			require.NoError(t, err)
			assert.Equal(t, c.value, b.Get())
		}
		x := b.Load()
		assert.Equal(t, cognitive.Version{Seq: 1}, x.Version, "versions of its own")
		assert.Equal(t, cognitive.Overridden, x.Flags)
		assert.Equal(t, cognitive.Version{Seq: 1}, v.Load().Version, "those of all are left alone")
		view := r.s.Configuration(ann)
		assert.Equal(t, int64(5), view.Value("n").Integer())
		assert.Equal(t, int64(5), view.Value("m").Integer())
		assert.Equal(t, r.s.Version(), view.Version)
		assert.Equal(t, int64(1), r.s.Snapshot().Value("n").Integer())
		for _, want := range []int64{4, 3, 2} {
			time.Sleep(time.Second)
			synctest.Wait()
			assert.Equal(t, want, b.Get())
		}
		_, err = v.Withdraw(r.ctx, "node/n1")
		require.NoError(t, err)
		assert.Equal(t, int64(1), b.Get())
		_, err = v.Withdraw(r.ctx, "node/n1")
		assert.ErrorIs(t, err, cognitive.ErrNotFound)
		_, err = v.Override(r.ctx, "ann", 5, 0)
		assert.ErrorIs(t, err, cognitive.ErrNotFound)
		_, err = v.Override(r.ctx, "agent/ann", 101, 0)
		assert.ErrorIs(t, err, kind.ErrRange)
		got, err := v.Override(r.ctx, "agent/ann", 7, time.Hour)
		require.NoError(t, err)
		assert.Equal(t, cognitive.Version{Seq: 3}, got.Version, "set, expired, set")
		i, err := r.s.Info("n")
		require.NoError(t, err)
		require.Len(t, i.Overrides, 1)
		assert.Equal(t, "agent/ann", i.Overrides[0].Scope)
		assert.Len(t, r.s.List(), 2)
	})
}

func TestASuggestionNeedsARationale(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		_, err := r.s.AddInteger(r.ctx, "n", kind.Integer{Min: 0, Max: 100})
		require.NoError(t, err)
		_, err = r.s.Suggest(r.ctx, "ann", "n", kind.OfInteger(3), "")
		assert.ErrorIs(t, err, cognitive.ErrDenied)
		_, err = r.s.Suggest(r.ctx, "ann", "n", kind.OfInteger(3), "three is enough")
		require.NoError(t, err)
		_, err = r.s.Suggest(r.ctx, "ann", "x", kind.OfInteger(3), "three is enough")
		assert.ErrorIs(t, err, cognitive.ErrNotFound)
		who, err := r.s.Blame(r.ctx, "n")
		require.NoError(t, err)
		assert.Equal(t, cognitive.ByAgent, who.Cause)
		assert.Equal(t, "three is enough", who.Reason)
	})
}

func TestAJournalThatFailsOrLiesLosesNothing(t *testing.T) {
	j := &memory{}
	bubble(t, cognitive.SpaceOptions{Journal: j}, func(r *rig) {
		v, err := r.s.AddInteger(r.ctx, "n", kind.Integer{Min: 0, Max: 100})
		require.NoError(t, err)
		for _, stored := range []bool{false, true} {
			before := v.Load().Version
			j.failingOnce(stored)
			_, err = v.Propose(r.ctx, 7, cognitive.Key("k"))
			assert.ErrorIs(t, err, cognitive.ErrRestarted)
			time.Sleep(10 * time.Millisecond) // the journal is read again after a while
			if stored {
				assert.Equal(t, int64(7), v.Get(), "it was acknowledged to nobody, and is there")
			} else {
				assert.Equal(t, before, v.Load().Version)
			}
		}
		got, err := v.Propose(r.ctx, 9, cognitive.Key("k"))
		require.NoError(t, err)
		assert.True(t, got.Again)

		j.mu.Lock()
		j.mu.list = append(j.mu.list, cognitive.Event{Type: "cognitive.batch", Data: []byte(`{"t":0,"i":[]}`)}) // somebody else writes
		j.mu.Unlock()
		_, err = v.Propose(r.ctx, 8)
		assert.ErrorIs(t, err, cognitive.ErrRestarted)
		got, err = v.Propose(r.ctx, 8)
		require.NoError(t, err, "the next incarnation has read it")
		assert.Equal(t, cognitive.Version{Seq: 3}, got.Version)
	})
	bad := &memory{}
	bad.mu.list = []cognitive.Event{{Type: "cognitive.batch", Data: []byte("{")}}
	bubble(t, cognitive.SpaceOptions{Journal: bad}, func(r *rig) {
		_, err := r.s.AddInteger(r.ctx, "n", kind.Integer{Min: 0, Max: 100})
		assert.ErrorIs(t, err, cognitive.ErrStopped)
	})
}
