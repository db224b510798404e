// SPDX-License-Identifier: Apache-2.0

package alloc

import (
	"fmt"
	"slices"

	"mabeam.dev/market/money"
)

// Stable matches tasks with agents by what both prefer, tasks first: no task and agent would both rather have each other. Preferences are lists of
// the other side, the best first, and whoever is not in a list is not acceptable. It returns the agent of each task, or -1; no stable
// matching is better for any task.
func Stable(tasks, agents [][]int) ([]int, error) {
	rank := make([][]int, len(agents)) // of tasks by agents, -1 for those that are not acceptable
	for a, list := range agents {
		rank[a] = slices.Repeat([]int{-1}, len(tasks))
		for r, t := range list {
			if t < 0 || t >= len(tasks) || rank[a][t] != -1 {
				return nil, &InputError{fmt.Sprintf("agent %d", a), fmt.Sprintf("prefers task %d, which is not there or is there twice", t)}
			}
			rank[a][t] = r
		}
	}
	for t, list := range tasks {
		for r, a := range list {
			if a < 0 || a >= len(agents) || slices.Contains(list[:r], a) {
				return nil, &InputError{fmt.Sprintf("task %d", t), fmt.Sprintf("prefers agent %d, which is not there or is there twice", a)}
			}
		}
	}
	of, has, next := slices.Repeat([]int{-1}, len(tasks)), slices.Repeat([]int{-1}, len(agents)), make([]int, len(tasks))
	free := make([]int, len(tasks))
	for t := range free {
		free[t] = len(tasks) - 1 - t
	}
	for len(free) > 0 {
		t := free[len(free)-1]
		if next[t] == len(tasks[t]) {
			free = free[:len(free)-1]
			continue
		}
		a := tasks[t][next[t]]
		next[t]++
		if rank[a][t] == -1 || has[a] != -1 && rank[a][has[a]] < rank[a][t] {
			continue
		}
		free = free[:len(free)-1]
		if was := has[a]; was != -1 {
			of[was] = -1
			free = append(free, was)
		}
		has[a], of[t] = t, a
	}
	return of, nil
}

// Divide gives goods to agents in turns, each taking what is left of most value to it: value[agent][good]. Nobody would rather have what
// another one got if one good were taken from it. It returns who gets each good.
func Divide(value [][]money.Amount) ([]int, error) {
	if len(value) == 0 {
		return nil, &InputError{"values", "are of no agent"}
	}
	goods := len(value[0])
	for a, row := range value {
		if len(row) != goods {
			return nil, &InputError{fmt.Sprintf("agent %d", a), fmt.Sprintf("values %d goods, others %d", len(row), goods)}
		}
		for g, v := range row {
			if v < 0 {
				return nil, &InputError{fmt.Sprintf("agent %d good %d", a, g), "has a negative value"}
			}
		}
	}
	of := slices.Repeat([]int{-1}, goods)
	for turn := range goods {
		a := turn % len(value)
		best := -1
		for g, taken := range of {
			if taken == -1 && (best == -1 || value[a][g] > value[a][best]) {
				best = g
			}
		}
		of[best] = a
	}
	return of, nil
}
