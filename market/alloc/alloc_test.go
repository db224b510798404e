// SPDX-License-Identifier: Apache-2.0

package alloc_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	. "mabeam.dev/market/alloc"
	"mabeam.dev/market/money"
)

func amounts(t *rapid.T, name string, n int, low, high int64) []money.Amount {
	all := make([]money.Amount, n)
	for i := range all {
		all[i] = money.Amount(rapid.Int64Range(low, high).Draw(t, name))
	}
	return all
}

func TestAnAssignmentIsTheCheapestOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.IntRange(0, 5).Draw(t, "tasks"), rapid.IntRange(0, 6).Draw(t, "agents")
		high := rapid.SampledFrom([]int64{3, 1000, 1 << 40}).Draw(t, "high")
		cost := make([][]money.Amount, n)
		for i := range cost {
			cost[i] = amounts(t, "cost", m, -high, high)
			for j := range cost[i] {
				if rapid.IntRange(0, 4).Draw(t, "forbidden") == 0 {
					cost[i][j] = Forbidden
				}
			}
		}
		best, found := money.Max, false
		used := make([]bool, m)
		var try func(i int, sum money.Amount)
		try = func(i int, sum money.Amount) {
			if i == n {
				best, found = min(best, sum), true
				return
			}
			for j := range m {
				if !used[j] && cost[i][j] != Forbidden {
					used[j] = true
					try(i+1, sum+cost[i][j])
					used[j] = false
				}
			}
		}
		try(0, 0)
		agents, total, err := Assign(cost)
		if !found {
			require.ErrorIs(t, err, ErrInfeasible)
			return
		}
		require.NoError(t, err)
		require.Equal(t, best, total)
		var sum money.Amount
		for i, j := range agents {
			sum += cost[i][j]
			require.NotContains(t, agents[:i], j)
		}
		require.Equal(t, total, sum)
		if n > 0 {
			again, _, err := Reassign(cost, agents, 5)
			require.NoError(t, err)
			require.Equal(t, agents, again, "nothing got better, so nothing changes")
		}
	})
}

func TestAChangeHasToBeWorthWhatItCosts(t *testing.T) {
	cost := [][]money.Amount{{10, 7}, {5, 5}}
	for change, want := range map[money.Amount][]int{0: {1, 0}, 1: {1, 0}, 2: {0, 1}} {
		got, _, err := Reassign(cost, []int{0, 1}, change)
		require.NoError(t, err)
		assert.Equal(t, want, got, "change %d", change)
	}
	got, total, err := Reassign(cost, []int{-1, -1}, 1000)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 0}, got)
	assert.Equal(t, money.Amount(12), total, "who has no agent pays for no change")
}

func options(t *rapid.T, high int64) [][]Option {
	tasks := make([][]Option, rapid.IntRange(0, 6).Draw(t, "tasks"))
	for i := range tasks {
		for range rapid.IntRange(0, 4).Draw(t, "options") {
			tasks[i] = append(tasks[i], Option{
				money.Amount(rapid.Int64Range(0, high).Draw(t, "cost")), money.Amount(rapid.Int64Range(0, high).Draw(t, "value")),
			})
		}
	}
	return tasks
}

// every calls use with the total of each choice.
func every(tasks [][]Option, use func(cost, value money.Amount)) {
	if len(tasks) == 0 {
		use(0, 0)
		return
	}
	every(tasks[1:], use)
	for _, o := range tasks[0] {
		every(tasks[1:], func(c, v money.Amount) { use(c+o.Cost, v+o.Value) })
	}
}

// Every choice of every task is compared.
func TestAChoiceIsTheBestThatTheBudgetBuysAndItsBoundIsTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		high := rapid.SampledFrom([]int64{4, 50, 1 << 44}).Draw(t, "high")
		tasks := options(t, high)
		budget := money.Amount(rapid.Int64Range(0, 3*high).Draw(t, "budget"))
		var best money.Amount
		totals := map[money.Amount]money.Amount{} // the least cost of each value
		every(tasks, func(c, v money.Amount) {
			if c > budget {
				return
			}
			best = max(best, v)
			if was, ok := totals[v]; !ok || c < was {
				totals[v] = c
			}
		})
		got, err := Choose(tasks, budget, 0)
		require.NoError(t, err)
		require.True(t, got.Optimal)
		require.Equal(t, best, got.Value)
		require.Equal(t, best, got.Bound)
		var cost, value money.Amount
		for i, j := range got.Options {
			if j >= 0 {
				cost += tasks[i][j].Cost
				value += tasks[i][j].Value
			}
		}
		require.Equal(t, got.Cost, cost)
		require.Equal(t, got.Value, value)
		require.LessOrEqual(t, cost, budget)

		for work := 1; work < 8; work++ {
			short, err := Choose(tasks, budget, work)
			require.NoError(t, err)
			require.LessOrEqual(t, short.Value, best)
			require.GreaterOrEqual(t, short.Bound, best)
			require.Equal(t, short.Optimal, short.Bound == short.Value)
		}

		front, err := Front(tasks, budget, 0)
		require.NoError(t, err)
		var want []Point
		for v, c := range totals {
			good := true
			for w, d := range totals {
				if w > v && d <= c {
					good = false
				}
			}
			if good {
				want = append(want, Point{c, v})
			}
		}
		slices.SortFunc(want, func(a, b Point) int { return int(min(1, max(-1, a.Value-b.Value))) })
		require.Equal(t, want, front)
	})
}

func TestNoTaskAndAgentWouldRatherHaveEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.IntRange(1, 6).Draw(t, "tasks"), rapid.IntRange(1, 6).Draw(t, "agents")
		lists := func(from, to int) [][]int {
			all := make([][]int, from)
			for i := range all {
				p := make([]int, to)
				for j := range p {
					p[j] = j
				}
				all[i] = rapid.Permutation(p).Draw(t, "list")[:rapid.IntRange(0, to).Draw(t, "long")]
			}
			return all
		}
		tasks, agents := lists(n, m), lists(m, n)
		of, err := Stable(tasks, agents)
		require.NoError(t, err)
		place := func(list []int, who int) int {
			if i := slices.Index(list, who); i >= 0 && who >= 0 {
				return i
			}
			return len(list) // alone
		}
		for x := range n {
			if of[x] >= 0 {
				require.Contains(t, tasks[x], of[x])
				require.Contains(t, agents[of[x]], x)
			}
			for y := range m {
				rather := place(tasks[x], y) < place(tasks[x], of[x]) && place(agents[y], x) < place(agents[y], slices.Index(of, y))
				require.False(t, rather, "task %d and agent %d", x, y)
			}
		}
	})
}

func TestNobodyEnviesByMoreThanOneGood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, goods := rapid.IntRange(1, 5).Draw(t, "agents"), rapid.IntRange(0, 9).Draw(t, "goods")
		value := make([][]money.Amount, n)
		for i := range value {
			value[i] = amounts(t, "value", goods, 0, 20)
		}
		of, err := Divide(value)
		require.NoError(t, err)
		for a := range n {
			for b := range n {
				var own, other, most money.Amount
				for g, who := range of {
					if who == a {
						own += value[a][g]
					}
					if who == b {
						other += value[a][g]
						most = max(most, value[a][g])
					}
				}
				require.GreaterOrEqual(t, own, other-most)
			}
		}
	})
}

func TestMalformedProblemsSayWhere(t *testing.T) {
	want := func(_ any, err error) {
		t.Helper()
		var e *InputError
		require.ErrorAs(t, err, &e)
	}
	assigned := func(agents []int, _ money.Amount, err error) (any, error) { return agents, err }
	want(assigned(Assign([][]money.Amount{{1, 2}, {1}})))
	want(assigned(Assign([][]money.Amount{{1 << 41}})))
	want(assigned(Assign(make([][]money.Amount, 1025))))
	want(assigned(Reassign([][]money.Amount{{1}}, []int{1}, 0)))
	want(assigned(Reassign([][]money.Amount{{1}}, nil, 0)))
	want(assigned(Reassign([][]money.Amount{{1}}, []int{0}, -1)))
	want(Choose(nil, -1, 0))
	want(Choose([][]Option{{{-1, 1}}}, 1, 0))
	want(Choose(make([][]Option, 1<<16+1), 1, 0))
	want(Front([][]Option{{{1, 1}}, {{2, 2}}}, 10, 2))
	want(Front(nil, -1, 2))
	want(Stable([][]int{{0}}, [][]int{{1}}))
	want(Stable([][]int{{0, 0}}, [][]int{{0}}))
	want(Divide(nil))
	want(Divide([][]money.Amount{{1}, {}}))
	want(Divide([][]money.Amount{{-1}}))
	_, _, err := Assign([][]money.Amount{{1}, {1}})
	require.ErrorIs(t, err, ErrInfeasible)
}
