// SPDX-License-Identifier: Apache-2.0

package alloc

import (
	"fmt"

	"mabeam.dev/market/money"
)

// Forbidden is the cost of what cannot be: that agent cannot do that task.
const Forbidden = money.Max

// The bounds that keep every sum inside of 63 bits: of one side of an assignment, and of one cost.
const (
	maxSide  = 1 << 10
	maxAlone = 1 << 40
)

// Assign gives every task an agent of its own, at the least cost in total: cost[task][agent]. It returns the agent of each task and the total.
// Where there are fewer agents than tasks, or no way around what is Forbidden, it is ErrInfeasible. The time is that of the Hungarian method: tasks
// times tasks times agents. The same costs give the same agents.
func Assign(cost [][]money.Amount) ([]int, money.Amount, error) {
	n, m, err := sides(cost)
	if err != nil {
		return nil, 0, err
	}
	return assign(cost, n, m)
}

// assign is Assign of costs that are at most twice as large as may be asked for.
func assign(cost [][]money.Amount, n, m int) ([]int, money.Amount, error) {
	if m < n {
		return nil, 0, fmt.Errorf("alloc: %d tasks for %d agents: %w", n, m, ErrInfeasible)
	}
	// What is forbidden costs more than everything else together, and is looked for at the end. It is below 2^52, and so
	// are potentials below 2^62.
	most := money.Amount(0)
	for _, row := range cost {
		for _, c := range row {
			if c != Forbidden {
				most = max(most, c, -c)
			}
		}
	}
	wall := 2*money.Amount(n)*most + 1
	at := func(i, j int) money.Amount {
		if c := cost[i][j]; c != Forbidden {
			return c
		}
		return wall
	}
	// Tasks and agents are counted from 1 here; 0 is nobody. u and v are the potentials, task[j] who agent j works for.
	u, v := make([]money.Amount, n+1), make([]money.Amount, m+1)
	task, way := make([]int, m+1), make([]int, m+1)
	least, done := make([]money.Amount, m+1), make([]bool, m+1)
	for i := 1; i <= n; i++ {
		for j := range least {
			least[j], done[j] = money.Max, false
		}
		task[0] = i
		j := 0
		for task[j] != 0 {
			done[j] = true
			from, next, delta := task[j], 0, money.Max
			for k := 1; k <= m; k++ {
				if done[k] {
					continue
				}
				if c := at(from-1, k-1) - u[from] - v[k]; c < least[k] {
					least[k], way[k] = c, j
				}
				if least[k] < delta {
					delta, next = least[k], k
				}
			}
			for k := 0; k <= m; k++ {
				if done[k] {
					u[task[k]] += delta
					v[k] -= delta
				} else if k > 0 {
					least[k] -= delta
				}
			}
			j = next
		}
		for j != 0 {
			task[j] = task[way[j]]
			j = way[j]
		}
	}
	agents := make([]int, n)
	var total money.Sum
	for j := 1; j <= m; j++ {
		if task[j] == 0 {
			continue
		}
		c := cost[task[j]-1][j-1]
		if c == Forbidden {
			return nil, 0, fmt.Errorf("alloc: task %d: %w", task[j]-1, ErrInfeasible)
		}
		agents[task[j]-1] = j - 1
		total.Add(c)
	}
	sum, err := total.Amount()
	return agents, sum, err
}

func sides(cost [][]money.Amount) (n, m int, err error) {
	n = len(cost)
	if n > 0 {
		m = len(cost[0])
	}
	if n > maxSide || m > maxSide {
		return 0, 0, &InputError{"costs", fmt.Sprintf("%d times %d; each side is at most %d", n, m, maxSide)}
	}
	for i, row := range cost {
		if len(row) != m {
			return 0, 0, &InputError{fmt.Sprintf("task %d", i), fmt.Sprintf("has %d costs, others have %d", len(row), m)}
		}
		for j, c := range row {
			if c != Forbidden && (c > maxAlone || c < -maxAlone) {
				return 0, 0, &InputError{fmt.Sprintf("task %d agent %d", i, j), "costs more than 2^40 micro-units"}
			}
		}
	}
	return n, m, nil
}

// Reassign is Assign where the tasks have agents already: whoever changes costs that much more. A task that has none yet has -1. So an
// allocation is changed only where the change is worth more than it costs.
func Reassign(cost [][]money.Amount, now []int, change money.Amount) ([]int, money.Amount, error) {
	n, m, err := sides(cost)
	if err != nil {
		return nil, 0, err
	}
	if len(now) != n {
		return nil, 0, &InputError{"now", fmt.Sprintf("has %d agents for %d tasks", len(now), n)}
	}
	if change < 0 || change > maxAlone {
		return nil, 0, &InputError{"change", "is not in 0 to 2^40 micro-units"}
	}
	dearer := make([][]money.Amount, n)
	for i, row := range cost {
		if now[i] < -1 || now[i] >= m {
			return nil, 0, &InputError{fmt.Sprintf("task %d", i), fmt.Sprintf("has agent %d of %d", now[i], m)}
		}
		dearer[i] = append([]money.Amount(nil), row...)
		for j, c := range row {
			if now[i] != -1 && j != now[i] && c != Forbidden {
				dearer[i][j] = c + change
			}
		}
	}
	return assign(dearer, n, m)
}
