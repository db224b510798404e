// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mabeam.dev/actors/fault"
	"mabeam.dev/internal/nearest"
)

// MissingError is a need that nobody fills.
type MissingError struct {
	Name  string // who needs it
	Needs string // what is needed
	Near  string // a name that was probably meant; empty if none is near
}

// Error names both, and what was probably meant.
func (e *MissingError) Error() string {
	text := fmt.Sprintf("phase: order %q: it depends on %q, which is not there", e.Name, e.Needs)
	if e.Near != "" {
		text += fmt.Sprintf(" (did you mean %q?)", e.Near)
	}
	return text
}

// FaultCode is E9211.
func (*MissingError) FaultCode() fault.Code { return 9211 }

// CycleError is a circle of needs: each name needs the next, and the last needs the first.
type CycleError struct {
	Names []string // in the order of the circle, the one that was given first at the beginning
}

// Error shows the whole circle.
func (e *CycleError) Error() string {
	return fmt.Sprintf("phase: order %q: it depends on itself: %s", e.Names[0], e.Circle())
}

// FaultCode is E9212.
func (*CycleError) FaultCode() fault.Code { return 9212 }

// Circle draws the circle, as in a -> b -> a.
func (e *CycleError) Circle() string {
	return strings.Join(append(slices.Clone(e.Names), e.Names[0]), " -> ")
}

// Sort returns the names in an order in which each stands behind all that it needs, and otherwise as they were given: of those that could
// come next, the one that was given first does. Names must be unique. The error joins a *MissingError for each need that is no name and a
// *CycleError for each circle of names that need each other which a walk in the given order closes, at least one of each knot; names in or
// behind a circle are left out of the order.
func Sort(names []string, needs map[string][]string) ([]string, error) {
	index := make(map[string]int, len(names))
	for i, n := range names {
		index[n] = i
	}
	var problems []error
	open := make([]int, len(names))    // needs that do not stand yet
	users := make([][]int, len(names)) // who waits for a name
	edges := make([][]int, len(names)) // whom a name needs
	for i, n := range names {
		for _, need := range needs[n] {
			to, ok := index[need]
			if !ok {
				problems = append(problems, &MissingError{Name: n, Needs: need, Near: nearest.Word(need, names)})
				continue
			}
			open[i]++
			users[to] = append(users[to], i)
			edges[i] = append(edges[i], to)
		}
	}
	order := make([]string, 0, len(names))
	done := make([]bool, len(names))
	ready := &heap{}
	for i, n := range open {
		if n == 0 {
			ready.push(i)
		}
	}
	for len(*ready) > 0 {
		i := ready.pop()
		done[i] = true
		order = append(order, names[i])
		for _, u := range users[i] {
			if open[u]--; open[u] == 0 {
				ready.push(u)
			}
		}
	}
	for _, circle := range circles(edges, done) {
		e := &CycleError{}
		for _, i := range circle {
			e.Names = append(e.Names, names[i])
		}
		problems = append(problems, e)
	}
	return order, errors.Join(problems...)
}

// circles finds a circle in each knot of what is not done. A name that only waits behind a circle is not in one.
func circles(edges [][]int, done []bool) [][]int {
	const (
		fresh = iota
		onPath
		left
	)
	state := make([]int, len(edges))
	var found [][]int
	var path []int
	var visit func(int)
	visit = func(i int) {
		state[i] = onPath
		path = append(path, i)
		for _, to := range edges[i] {
			switch {
			case done[to] || state[to] == left:
			case state[to] == onPath:
				circle := slices.Clone(path[slices.Index(path, to):])
				first := slices.Index(circle, slices.Min(circle))
				found = append(found, append(circle[first:], circle[:first]...))
			default:
				visit(to)
			}
		}
		path = path[:len(path)-1]
		state[i] = left
	}
	for i := range edges {
		if !done[i] && state[i] == fresh {
			visit(i)
		}
	}
	return found
}

// heap gives the smallest number first.
type heap []int

func (h *heap) push(v int) {
	s := append(*h, v)
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if s[up] <= s[i] {
			break
		}
		s[up], s[i] = s[i], s[up]
		i = up
	}
	*h = s
}

func (h *heap) pop() int {
	s := *h
	least := s[0]
	s[0] = s[len(s)-1]
	s = s[:len(s)-1]
	for i := 0; ; {
		low := 2*i + 1
		if low >= len(s) {
			break
		}
		if low+1 < len(s) && s[low+1] < s[low] {
			low++
		}
		if s[i] <= s[low] {
			break
		}
		s[i], s[low] = s[low], s[i]
		i = low
	}
	*h = s
	return least
}
