// SPDX-License-Identifier: Apache-2.0

package waitfor

import "slices"

// Wait is one thing that somebody waits for.
type Wait struct {
	// Who waits, For what, by its name; ID tells the wait from others. They are for the caller: nothing is concluded from them.
	Who, For, ID string
	// All are those who must go on before, each of them.
	All []string
	// Short is how much is missing of what those in Some have; 0 is nothing. Somebody may be there more than once.
	Short int64
	// Some are those of whom enough must go on.
	Some []Share
}

// Share is what somebody gives back when it goes on.
type Share struct {
	Who   string
	Units int64 // above 0
}

// Cycle returns waits that make a cycle through who: the first is who's, each is for the Who of the next one, and the last is for who. All of them are in
// a knot out of which nobody can go on. It is nil if who goes on some time, or is stuck behind a cycle that it is not in.
func Cycle(who string, waits func(who string) []Wait) []Wait {
	g := reach([]string{who}, waits)
	if !g.stuck(who) {
		return nil
	}
	return g.cycle(who)
}

// Any returns the cycle of the first of those named who are in one, as Cycle does; nil if everybody goes on some time.
func Any(all []string, waits func(who string) []Wait) []Wait {
	g := reach(all, waits)
	for _, who := range all {
		if !g.stuck(who) {
			continue
		}
		if c := g.cycle(who); c != nil {
			return c
		}
	}
	return nil
}

// graph is what can be reached from somebody.
type graph struct {
	waits map[string][]Wait
	free  map[string]bool
}

// reach gathers everybody whom those named wait for, directly or not, and who of them goes on.
func reach(from []string, waits func(string) []Wait) *graph {
	g := &graph{waits: map[string][]Wait{}, free: map[string]bool{}}
	behind := map[string][]string{} // who waits for somebody
	var order []string              // in which they were found
	for todo := slices.Clone(from); len(todo) > 0; {
		who := todo[0]
		todo = todo[1:]
		if _, seen := g.waits[who]; seen {
			continue
		}
		g.waits[who] = waits(who)
		order = append(order, who)
		for _, w := range g.waits[who] {
			w.each(func(b string) bool {
				behind[b] = append(behind[b], who)
				todo = append(todo, b)
				return true
			})
		}
	}
	for todo := order; len(todo) > 0; { // who goes on lets others go on
		who := todo[0]
		todo = todo[1:]
		if !g.free[who] && !slices.ContainsFunc(g.waits[who], g.blocked) {
			g.free[who] = true
			todo = append(todo[:len(todo):len(todo)], behind[who]...)
		}
	}
	return g
}

// each calls yield with everybody who has to do with a wait, until it says no.
func (w *Wait) each(yield func(string) bool) {
	for _, who := range w.All {
		if !yield(who) {
			return
		}
	}
	if w.Short <= 0 {
		return
	}
	for _, s := range w.Some {
		if !yield(s.Who) {
			return
		}
	}
}

// blocked reports whether those who go on do not end a wait.
func (g *graph) blocked(w Wait) bool {
	if slices.ContainsFunc(w.All, g.stuck) {
		return true
	}
	short := w.Short
	for _, s := range w.Some {
		if g.free[s.Who] {
			short -= s.Units
		}
	}
	return short > 0
}

func (g *graph) stuck(who string) bool { return !g.free[who] }

// cycle looks for a way from who back to who, among those who are stuck.
func (g *graph) cycle(start string) []Wait {
	var path []Wait
	seen := map[string]bool{}
	var visit func(who string) bool
	visit = func(who string) (found bool) {
		seen[who] = true
		for _, w := range g.waits[who] {
			if !g.blocked(w) {
				continue
			}
			path = append(path, w)
			w.each(func(b string) bool {
				found = g.stuck(b) && (b == start || !seen[b] && visit(b))
				return !found
			})
			if found {
				return true
			}
			path = path[:len(path)-1]
		}
		return false
	}
	if visit(start) {
		return path
	}
	return nil
}
