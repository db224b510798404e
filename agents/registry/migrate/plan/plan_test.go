// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/registry/migrate/plan"
)

var phases = []plan.Phase{plan.Idle, plan.Shadowing, plan.Copied, plan.Verified, plan.Reads, plan.Switched, plan.Retired}

var commands = []plan.Command{plan.Start, plan.Copy, plan.Verify, plan.SwitchReads, plan.SwitchWrites, plan.Retire, plan.Rollback}

// world is what the actions do to two registries, one of which may refuse.
type world struct{ sealedOld, sealedNew bool }

func (w *world) do(actions []plan.Action) {
	for _, a := range actions {
		switch a {
		case plan.SealOld:
			w.sealedOld = true
		case plan.SealNew:
			w.sealedNew = true
		case plan.OpenOld:
			w.sealedOld = false
		case plan.OpenNew:
			w.sealedNew = false
		}
	}
}

// TestNoOrderOfCrashesLeavesTwoRegistriesThatTakeWrites crashes before and after every action of every command in every phase.
func TestNoOrderOfCrashesLeavesTwoRegistriesThatTakeWrites(t *testing.T) {
	for _, p := range phases[1:] {
		for _, c := range commands {
			step, done, err := p.Step(c)
			if done || err != nil {
				continue
			}
			for crash := range len(step.Before) + 1 {
				var w world
				w.do(p.Establish())
				for i, a := range step.Before[:crash] {
					w.do([]plan.Action{a})
					assert.True(t, w.sealedOld || w.sealedNew, "%s %s: %d", p, c, i)
				}
				w.do(p.Establish()) // the journal still says p
				other := w.sealedNew
				if p.Writes() == plan.New {
					other = w.sealedOld
				}
				assert.True(t, other || p == plan.Retired, "%s %s: the other side is sealed", p, c)
				if crash == len(step.Before) {
					for n := range len(step.To.Establish()) + 1 {
						w := w
						w.do(step.Before)
						w.do(step.To.Establish()[:n])
						assert.True(t, w.sealedOld || w.sealedNew, "%s %s: %d actions after the journal", p, c, n)
					}
				}
			}
		}
	}
}

func TestWritesAreSwitchedOnlyBehindASealAndALevelling(t *testing.T) {
	for _, p := range phases {
		for _, c := range commands {
			step, done, err := p.Step(c)
			if done || err != nil || step.To.Writes() == p.Writes() {
				continue
			}
			seal := plan.SealOld
			if p.Writes() == plan.New {
				seal = plan.SealNew
			}
			assert.Equal(t, []plan.Action{seal, plan.Level}, step.Before, "%s %s", p, c)
		}
	}
}

func TestCommandsGoInOrderAndAreDoneOnce(t *testing.T) {
	p := plan.Idle
	for i, c := range commands[:6] {
		for _, later := range commands[i+1 : 6] {
			_, _, err := p.Step(later)
			var wrong *plan.StepError
			require.ErrorAs(t, err, &wrong, "%s in %s", later, p)
			assert.Equal(t, later-1, wrong.Needs)
		}
		step, done, err := p.Step(c)
		require.NoError(t, err)
		require.False(t, done)
		p = step.To
		if again, done, err := p.Step(c); !done {
			require.NoError(t, err)
			assert.Equal(t, p, again.To, "%s again only looks again", c)
		}
		if p == plan.Retired {
			_, _, err = p.Step(plan.Rollback)
			require.ErrorIs(t, err, plan.ErrStep)
			break
		}
		back, _, err := p.Step(plan.Rollback)
		require.NoError(t, err)
		assert.Equal(t, plan.Idle, back.To)
	}
	assert.Equal(t, plan.Retired, p)
	_, done, err := plan.Idle.Step(plan.Rollback)
	assert.True(t, done)
	require.NoError(t, err)
}

func TestWhoFindsDifferencesIsNotVerifiedAnyMore(t *testing.T) {
	step, _, err := plan.Verified.Step(plan.Verify)
	require.NoError(t, err)
	assert.Equal(t, plan.Copied, step.Unequal)
	step, _, err = plan.Verified.Step(plan.Copy)
	require.NoError(t, err)
	assert.Equal(t, plan.Copied, step.To)
}

func TestNamesAreReadBack(t *testing.T) {
	for _, p := range phases {
		text, err := json.Marshal(p)
		require.NoError(t, err)
		var q plan.Phase
		require.NoError(t, json.Unmarshal(text, &q))
		assert.Equal(t, p, q)
	}
	for _, c := range commands {
		got, err := plan.ParseCommand(c.String())
		require.NoError(t, err)
		assert.Equal(t, c, got)
	}
	_, err := plan.ParseCommand("jump")
	assert.Error(t, err)
}

type handle string

func (h handle) String() string { return string(h) }

// living takes those whose handle is not "dead".
func living(h index.Handle) bool { return h != handle("dead") }

func drawRows(t *rapid.T, name string) map[string]*index.Row {
	rows := map[string]*index.Row{}
	for range rapid.IntRange(0, 8).Draw(t, name) {
		r := &index.Row{
			Namespace: rapid.SampledFrom([]string{"", "n"}).Draw(t, "namespace"), ID: fmt.Sprint(rapid.IntRange(0, 4).Draw(t, "id")),
			Version: uint64(rapid.IntRange(1, 2).Draw(t, "version")), Kind: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "kind"),
			Handle: rapid.SampledFrom([]handle{"p", "q", "dead"}).Draw(t, "handle"),
		}
		if rapid.Bool().Draw(t, "migrated") {
			r.MigratedAt = time.Unix(7, 0)
		}
		rows[r.Namespace+"\x00"+r.ID] = r
	}
	return rows
}

func view(rows map[string]*index.Row) *index.View {
	var writes []index.Write
	for _, r := range rows {
		writes = append(writes, index.Put(r))
	}
	v, _ := new(index.View).Apply(writes...)
	return v
}

// TestFixesMakeTheFollowerEqual also holds that a comparison finds nothing exactly then.
func TestFixesMakeTheFollowerEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leader, follower := drawRows(t, "leader"), drawRows(t, "follower")
		l, f := view(leader), view(follower)
		names := plan.Merge(index.Diff(new(index.View), l), index.Diff(new(index.View), f))
		require.True(t, slices.IsSortedFunc(names, func(a, b index.Change) int {
			if a.Namespace()+"\x00"+a.ID() < b.Namespace()+"\x00"+b.ID() {
				return -1
			}
			return 1
		}))
		fixes := plan.Fixes(names, l.Get, f.Get, living, time.Unix(9, 0))
		before := plan.Compare(l.All(), f.All(), living)
		var writes []index.Write
		for _, x := range fixes {
			if x.Row == nil {
				writes = append(writes, index.Remove(x.Namespace, x.ID))
				continue
			}
			require.False(t, x.Row.MigratedAt.IsZero())
			writes = append(writes, index.Put(x.Row))
		}
		after, _ := f.Apply(writes...)
		rep := plan.Compare(l.All(), after.All(), living)
		require.True(t, rep.Equal(), "%v", rep.Differences)
		require.Equal(t, rep.LeaderDigest, rep.FollowerDigest)
		require.Equal(t, rep.Leader, rep.Follower)
		require.LessOrEqual(t, len(before.Differences), len(fixes))
		require.Equal(t, before.Equal(), before.LeaderDigest == before.FollowerDigest)
		require.Empty(t, plan.Fixes(names, l.Get, after.Get, living, time.Time{}), "nothing is left to do")
	})
}

func TestEveryDifferenceIsListedByItsKind(t *testing.T) {
	row := func(id, kind string, version uint64) *index.Row {
		return &index.Row{ID: id, Kind: kind, Version: version}
	}
	of := func(rows ...*index.Row) iter.Seq[*index.Row] { return slices.Values(rows) }
	rep := plan.Compare(
		of(row("a", "k", 1), row("b", "k", 1), row("d", "k", 1), row("e", "k", 1)),
		of(row("b", "k", 2), row("c", "k", 1), row("d", "other", 1), row("e", "k", 1)),
		func(index.Handle) bool { return true })
	var lines []string
	for _, d := range rep.Differences {
		lines = append(lines, d.String())
	}
	assert.Equal(t, []string{`"a": missing`, `"b": version 2, not 1`, `"c": extra`, `"d": content`}, lines)
	assert.Equal(t, 4, rep.Leader)
	assert.NotEqual(t, rep.LeaderDigest, rep.FollowerDigest)
}

func TestWhoEndsWhileItIsComparedIsNoDifference(t *testing.T) {
	asked := 0
	alive := func(index.Handle) bool { asked++; return asked < 2 }
	rep := plan.Compare(slices.Values([]*index.Row{{ID: "a"}}), slices.Values([]*index.Row(nil)), alive)
	assert.True(t, rep.Equal())
}

func TestReadersAreSentToAFollowerOnlyWhenWritesWaitForItAndItIsLevel(t *testing.T) {
	for _, p := range phases {
		if p.Reads() == p.Writes() {
			continue
		}
		all := p.Establish()
		at := func(a plan.Action) int { return slices.Index(all, a) }
		assert.Less(t, at(plan.Settle), at(plan.Level), "%s", p)
		assert.Less(t, at(plan.Level), at(plan.Route), "%s", p)
		assert.NotEqual(t, -1, at(plan.Settle))
	}
}
