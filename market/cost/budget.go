// SPDX-License-Identifier: Apache-2.0

package cost

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mabeam.dev/market/money"
)

// Limit says how much may be spent at a node of the tree of budgets and below it.
type Limit struct {
	// Path is the node: "tenant", "tenant/team", "tenant/team/agent" and deeper, up to 8 names.
	Path string `json:"path"`
	// Amount is what may be spent and reserved; 0 allows nothing.
	Amount money.Amount `json:"amount"`
	// Soft, if it is above 0, is where grants begin to ask for thrift.
	Soft money.Amount `json:"soft,omitempty"`
	// Window, if it is above 0, is how long spending counts: windows follow each other from the beginning of 1970 on.
	Window time.Duration `json:"window,omitempty"`
	// None removes the limit.
	None bool `json:"none,omitempty"`
}

// Reserve asks for an amount before it is spent.
type Reserve struct {
	// ID names the reservation; asked for again it is there once.
	ID string `json:"id"`
	// Path is the node that will spend.
	Path   string       `json:"path"`
	Amount money.Amount `json:"amount"`
	// Until is when the reservation ends by itself; zero is never.
	Until time.Time `json:"until,omitzero"`
}

// Commit ends a reservation with what was really spent beside what was drawn from it before. It may be more than is left.
type Commit struct {
	ID     string       `json:"id"`
	Actual money.Amount `json:"actual"`
}

// reservation is one that was granted.
type reservation struct {
	Reserve
	left    money.Amount // not drawn yet; 0 after its end
	ended   bool
	endedAt time.Time
	commit  *Commit // that ended it
}

// node is one budget. Its counters are of itself and all below it.
type node struct {
	limit    *Limit
	window   int64 // the window that spent counts
	spent    money.Amount
	reserved money.Amount
	overrun  bool // recorded: facts, or a lower limit, have passed it
	pace     pace
}

// Budget is the state of one node.
type Budget struct {
	Path string
	// Limited says whether there is a limit; Limit and Soft are its amounts.
	Limited     bool
	Limit, Soft money.Amount
	// Spent is what was spent in the window, Reserved what is set aside, Left what may still be reserved: below 0 while Overrun.
	Spent, Reserved, Left money.Amount
	Overrun               bool
}

// lineage are the nodes of a path from the top, as paths.
func lineage(path string) []string {
	all := make([]string, 0, 4)
	for i := range len(path) {
		if path[i] == '/' {
			all = append(all, path[:i])
		}
	}
	return append(all, path)
}

// line is a path with all its nodes from the top.
type line struct {
	paths []string
	nodes []*node
}

// at returns the nodes of a path from the top, and makes those that are missing.
func (b *Book) at(path string) *line {
	l := b.lines[path]
	if l == nil {
		l = &line{paths: lineage(path)}
		for _, p := range l.paths {
			n := b.nodes[p]
			if n == nil {
				n = &node{}
				b.nodes[p] = n
			}
			l.nodes = append(l.nodes, n)
		}
		b.lines[path] = l
	}
	for _, n := range l.nodes {
		b.turn(n)
	}
	return l
}

// turn begins a node's next window when its time has come.
func (b *Book) turn(n *node) {
	if n.limit == nil || n.limit.Window <= 0 {
		return
	}
	if w := windowOf(b.now, n.limit.Window); w != n.window {
		n.window, n.spent = w, 0
		n.mark()
	}
}

// spentAt is what counts as spent at a time that no command has reached yet.
func (n *node) spentAt(now time.Time) money.Amount {
	if n.limit != nil && n.limit.Window > 0 && windowOf(now, n.limit.Window) != n.window {
		return 0
	}
	return n.spent
}

func windowOf(t time.Time, d time.Duration) int64 { return t.Unix() / max(int64(d/time.Second), 1) }

// left is what may still be reserved. Spent and reserved are each bounded by what the whole book has counted.
func (n *node) left() money.Amount {
	var s money.Sum
	s.Add(n.limit.Amount)
	s.Sub(n.spent)
	s.Sub(n.reserved)
	v, err := s.Amount()
	if err != nil {
		return money.Min // beyond any need
	}
	return v
}

// mark records whether the node is over its limit, and reports whether it has just become so.
func (n *node) mark() (now bool) {
	over := n.limit != nil && n.left() < 0
	now = over && !n.overrun
	n.overrun = over
	return now
}

// reserve grants a reservation at every node of its path, or nowhere.
func (b *Book) reserve(r Reserve) (Result, error) {
	if was := b.reservations[r.ID]; was != nil {
		if was.Reserve != r {
			return Result{}, fmt.Errorf("cost: reserve %q: %w", r.ID, ErrConflict)
		}
		return Result{Already: true}, nil
	}
	thrift := false
	for _, path := range lineage(r.Path) {
		n := b.nodes[path]
		if n == nil {
			continue
		}
		b.turn(n)
		if _, err := n.reserved.Add(r.Amount); err != nil {
			return Result{}, fmt.Errorf("cost: reserve %q: %w", r.ID, err)
		}
		if n.limit == nil {
			continue
		}
		left := n.left()
		if r.Amount > left {
			return Result{}, &BudgetError{Node: path, Need: r.Amount, Have: left}
		}
		thrift = thrift || n.limit.Soft > 0 && n.limit.Amount-(left-r.Amount) > n.limit.Soft
	}
	for _, n := range b.at(r.Path).nodes {
		n.reserved += r.Amount
	}
	b.reservations[r.ID] = &reservation{Reserve: r, left: r.Amount}
	if !r.Until.IsZero() {
		b.due.push(deadline{r.Until, r.ID})
	}
	return Result{Thrift: thrift}, nil
}

// live returns a reservation that has not ended.
func (b *Book) live(id string) (*reservation, error) {
	r := b.reservations[id]
	switch {
	case r == nil:
		return nil, fmt.Errorf("cost: reservation %q: %w", id, ErrUnknownReservation)
	case r.ended:
		return nil, fmt.Errorf("cost: reservation %q: %w", id, ErrReservationEnded)
	}
	return r, nil
}

// spend records what was spent at a path, out of a reservation as far as it reaches. The reservation may be for a node above or below the path; below, it says
// more exactly who spends. One that has ended, is unknown or is of somebody else pays nothing: facts are recorded all the same.
func (b *Book) spend(path, from string, a money.Amount) (overrun []string, err error) {
	ever, err := b.ever.Add(a) // no node has spent more
	if err != nil {
		return nil, fmt.Errorf("cost: spend at %q: %w", path, err)
	}
	b.ever = ever
	var drawn money.Amount
	reserved := 0 // nodes, from the top, at which the reservation is
	if r := b.reservations[from]; r != nil && !r.ended && (within(r.Path, path) || within(path, r.Path)) {
		if within(r.Path, path) {
			path = r.Path
		}
		drawn = min(r.left, a)
		r.left -= drawn
		reserved = len(lineage(r.Path))
	}
	l := b.at(path)
	for i, n := range l.nodes {
		n.spent += a
		if i < reserved {
			n.reserved -= drawn
		}
		n.pace.add(b.now, a)
		if n.mark() {
			overrun = append(overrun, l.paths[i])
		}
	}
	return overrun, nil
}

// within reports whether a path is a node or below it.
func within(path, node string) bool {
	return path == node || strings.HasPrefix(path, node) && path[len(node)] == '/'
}

// adjust changes what was spent by a late price. A window that has ended stays below 0 nowhere.
func (b *Book) adjust(path string, a money.Amount) (overrun []string) {
	l := b.at(path)
	for i, n := range l.nodes {
		n.spent = max(n.spent+a, 0)
		if n.mark() {
			overrun = append(overrun, l.paths[i])
		}
	}
	return overrun
}

// commit ends a reservation with a fact.
func (b *Book) commit(c Commit) (Result, error) {
	if r := b.reservations[c.ID]; r != nil && r.commit != nil {
		if *r.commit != c {
			return Result{}, fmt.Errorf("cost: commit %q: %w", c.ID, ErrConflict)
		}
		return Result{Already: true}, nil
	}
	r, err := b.live(c.ID)
	if err != nil {
		return Result{}, err
	}
	overrun, err := b.spend(r.Path, c.ID, c.Actual)
	if err != nil {
		return Result{}, err
	}
	overrun = append(overrun, b.free(r)...)
	r.commit = &c
	return Result{Cost: c.Actual, Overrun: overrun}, nil
}

// release ends a reservation.
func (b *Book) release(id string) (Result, error) {
	r, err := b.live(id)
	if err != nil {
		return Result{}, err
	}
	b.free(r)
	return Result{}, nil
}

// free ends a reservation and gives back what is left of it.
func (b *Book) free(r *reservation) (overrun []string) {
	l := b.at(r.Path)
	for i, n := range l.nodes {
		n.reserved -= r.left
		if n.mark() {
			overrun = append(overrun, l.paths[i])
		}
	}
	r.left, r.ended, r.endedAt = 0, true, b.now
	return overrun
}

// expire ends the reservations whose time has come, in the order of their times.
func (b *Book) expire() {
	for {
		d, ok := b.due.first()
		if !ok || d.at.After(b.now) {
			return
		}
		b.due.pop()
		if r := b.reservations[d.id]; r != nil && !r.ended && r.Until.Equal(d.at) {
			b.free(r)
			r.endedAt = d.at
		}
	}
}

// limit sets or removes a limit.
func (b *Book) limit(l Limit) Result {
	nodes := b.at(l.Path).nodes
	n := nodes[len(nodes)-1]
	if l.None {
		n.limit, n.overrun = nil, false
		return Result{}
	}
	n.limit = &l
	if l.Window > 0 {
		n.window = windowOf(b.now, l.Window)
	}
	if n.mark() {
		return Result{Overrun: []string{l.Path}}
	}
	return Result{}
}

// Budget returns the state of a node; it is of the time of the last command.
func (b *Book) Budget(path string) (Budget, bool) {
	n := b.nodes[path]
	if n == nil {
		return Budget{}, false
	}
	v := Budget{Path: path, Spent: n.spent, Reserved: n.reserved, Overrun: n.overrun}
	if n.limit != nil {
		v.Limited, v.Limit, v.Soft, v.Left = true, n.limit.Amount, n.limit.Soft, n.left()
	}
	return v, true
}

// Budgets returns all nodes below a path and the path's own, in order; those of all tenants if it is empty.
func (b *Book) Budgets(below string) []Budget {
	var all []Budget
	for path := range b.nodes {
		if below == "" || within(path, below) {
			v, _ := b.Budget(path)
			all = append(all, v)
		}
	}
	slices.SortFunc(all, func(x, y Budget) int { return strings.Compare(x.Path, y.Path) })
	return all
}
