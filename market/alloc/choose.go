// SPDX-License-Identifier: Apache-2.0

package alloc

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"mabeam.dev/market/money"
)

// Option is one way to do a task.
type Option struct {
	Cost  money.Amount
	Value money.Amount
}

// Choice is the best that a budget buys.
type Choice struct {
	// Options is the option of each task, or -1 where the task is left out.
	Options []int
	Cost    money.Amount
	Value   money.Amount
	// Bound is a value that no choice passes: Value itself where Optimal.
	Bound   money.Amount
	Optimal bool
}

// Choose takes at most one option of each task so that the value is the largest that the budget buys; of equally good choices it takes a cheaper one.
// It looks at work partial choices at most, 0 being a million, each in a time that grows with the number of options: then the best found so far comes with a bound and without Optimal. Values and
// costs are at least 0.
func Choose(tasks [][]Option, budget money.Amount, work int) (Choice, error) {
	if work == 0 {
		work = 1 << 20
	}
	if err := check(tasks, budget); err != nil {
		return Choice{}, err
	}
	s := newSearch(tasks, budget)
	return s.run(work), nil
}

// check returns the first mistake of a problem. Bounds keep sums inside of 62 bits.
func check(tasks [][]Option, budget money.Amount) error {
	if budget < 0 {
		return &InputError{"budget", "is negative"}
	}
	if len(tasks) > 1<<16 {
		return &InputError{"tasks", "are more than 2^16"}
	}
	for i, t := range tasks {
		for j, o := range t {
			if o.Cost < 0 || o.Value < 0 || o.Cost > 1<<44 || o.Value > 1<<44 {
				return &InputError{fmt.Sprintf("task %d option %d", i, j), "a cost or value is not in 0 to 2^44 micro-units"}
			}
		}
	}
	return nil
}

// step is a move on the upper hull of a task's options: so much more cost for so much more value.
type step struct {
	task        int // its place in the order of the search
	cost, value money.Amount
}

// steeper reports whether a gives more value for its cost than b, exactly.
func steeper(a, b step) int {
	aHi, aLo := bits.Mul64(uint64(a.value), uint64(b.cost))
	bHi, bLo := bits.Mul64(uint64(b.value), uint64(a.cost))
	if aHi != bHi {
		return cmp.Compare(bHi, aHi)
	}
	return cmp.Compare(bLo, aLo)
}

// hull returns the steps of the upper hull of options, the steepest first, from nothing at cost 0.
func hull(task int, options []Option) []step {
	sorted := slices.Clone(options)
	slices.SortFunc(sorted, func(a, b Option) int { return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(b.Value, a.Value)) })
	var all []step
	last := Option{}
	for _, o := range sorted {
		if o.Value <= last.Value {
			continue // dearer and no better
		}
		next := step{task, o.Cost - last.Cost, o.Value - last.Value}
		for len(all) > 0 && steeper(next, all[len(all)-1]) < 0 {
			next.cost += all[len(all)-1].cost
			next.value += all[len(all)-1].value
			all = all[:len(all)-1]
		}
		all = append(all, next)
		last = o
	}
	return all
}

// search is a branch and bound over tasks, the ones with the largest values first; its bound is the relaxation in which the last step may be a part.
type search struct {
	tasks  [][]Option
	budget money.Amount
	order  []int // the task at each place
	tries  [][]int
	steps  []step // of all tasks, the steepest first
	now    []int
	best   Choice
	left   int
	cut    money.Amount // the largest bound of what was not looked at
}

func newSearch(tasks [][]Option, budget money.Amount) *search {
	s := &search{tasks: tasks, budget: budget, order: make([]int, len(tasks)), tries: make([][]int, len(tasks)), now: make([]int, len(tasks)), cut: -1}
	most := make([]money.Amount, len(tasks))
	for i, t := range tasks {
		s.order[i], s.now[i] = i, -1
		for j, o := range t {
			most[i] = max(most[i], o.Value)
			if o.Cost <= budget {
				s.tries[i] = append(s.tries[i], j)
			}
		}
		slices.SortStableFunc(s.tries[i], func(a, b int) int {
			return cmp.Or(cmp.Compare(t[b].Value, t[a].Value), cmp.Compare(t[a].Cost, t[b].Cost))
		})
	}
	slices.SortStableFunc(s.order, func(a, b int) int { return cmp.Compare(most[b], most[a]) })
	for place, i := range s.order {
		s.steps = append(s.steps, hull(place, tasks[i])...)
	}
	slices.SortStableFunc(s.steps, steeper)
	s.best.Options = slices.Clone(s.now)
	return s
}

func (s *search) run(work int) Choice {
	s.greedy()
	s.left = work
	s.visit(0, 0, 0)
	s.best.Bound, s.best.Optimal = s.best.Value, true
	if s.cut > s.best.Value {
		s.best.Bound, s.best.Optimal = s.cut, false
	}
	return s.best
}

// greedy is the first choice: in the order of the steps every one that fits, without stopping at one that does not.
func (s *search) greedy() {
	level, dead := make([]Option, len(s.tasks)), make([]bool, len(s.tasks))
	left := s.budget
	for _, v := range s.steps {
		if dead[v.task] || v.cost > left {
			dead[v.task] = true // later steps of the task stand on this one
			continue
		}
		left -= v.cost
		level[v.task].Cost += v.cost
		level[v.task].Value += v.value
	}
	for place, o := range level {
		if i := s.order[place]; o.Value > 0 {
			s.now[i] = slices.Index(s.tasks[i], o)
		}
	}
	s.keep()
	for i := range s.now {
		s.now[i] = -1
	}
}

// keep takes the present choice if it is better.
func (s *search) keep() {
	var cost, value money.Amount
	for i, j := range s.now {
		if j >= 0 {
			cost += s.tasks[i][j].Cost
			value += s.tasks[i][j].Value
		}
	}
	if value > s.best.Value || value == s.best.Value && cost < s.best.Cost {
		s.best.Cost, s.best.Value = cost, value
		copy(s.best.Options, s.now)
	}
}

// bound is a value that no completion passes: of the tasks from a place on, with what is left of the budget.
func (s *search) bound(place int, value, left money.Amount) money.Amount {
	for _, v := range s.steps {
		if v.task < place {
			continue
		}
		if v.cost <= left {
			left -= v.cost
			value += v.value
			continue
		}
		hi, lo := bits.Mul64(uint64(v.value), uint64(left))
		part, _ := bits.Div64(hi, lo, uint64(v.cost)) // left < cost: a part of the value; values are whole, so the rest of it is none
		return value + money.Amount(part)
	}
	return value
}

// visit looks at the options of the task at a place, the most valuable first, and at leaving it out.
func (s *search) visit(place int, cost, value money.Amount) {
	if place == len(s.order) {
		s.keep()
		return
	}
	if b := s.bound(place, value, s.budget-cost); b <= s.best.Value {
		return
	} else if s.left == 0 {
		s.cut = max(s.cut, b)
		return
	}
	s.left--
	i := s.order[place]
	for _, j := range s.tries[i] {
		if o := s.tasks[i][j]; cost+o.Cost <= s.budget && o.Value > 0 {
			s.now[i] = j
			s.visit(place+1, cost+o.Cost, value+o.Value)
		}
	}
	s.now[i] = -1
	s.visit(place+1, cost, value)
}
