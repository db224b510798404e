// SPDX-License-Identifier: Apache-2.0

package reputation

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"mabeam.dev/market/money"
)

// Stake is what an agent has locked.
type Stake struct {
	// Agent is who locked it.
	Agent Agent
	// Amount is how much, of the one asset that stakes are in.
	Amount money.Amount
	// Since is when it was locked.
	Since time.Time
}

// Edge says that one agent was served by another and was satisfied.
type Edge struct {
	// From was served, To served.
	From, To Agent
	// Value is what the satisfied deals were worth; 0 or more.
	Value float64
}

// Network is what trust is computed from.
type Network struct {
	// Stakes anchor it.
	Stakes []Stake
	// Edges are the satisfied deals. Several of one pair add up.
	Edges []Edge
	// Owners merges agents: they are one node, which has the owner's name. Agents that are not in it own themselves.
	Owners map[Agent]Agent
	// Now and MinAge say which stakes count: those locked for at least MinAge.
	Now    time.Time
	MinAge time.Duration
	// Cap is the most that one owner's stake counts for; 0 is no cap.
	Cap money.Amount
	// Restart is the chance a to begin again at a stake; 0 is 0.15.
	Restart float64
	// Tolerance is the change at which the computation stops; 0 is 1e-9.
	Tolerance float64
}

// graph is a network with numbers for names, ready for multiplication.
type graph struct {
	names  []Agent // in order
	anchor []float64
	// Rows by source: the targets of node i are to[first[i]:first[i+1]], in order, with normalised weights.
	first []int32
	to    []int32
	share []float64
	a     float64
	tol   float64
}

func (n *Network) owner(a Agent) Agent {
	if o, ok := n.Owners[a]; ok {
		return o
	}
	return a
}

// Validate returns everything that is wrong, each problem wrapping ErrInvalidNetwork.
func (n *Network) Validate() error {
	var wrong []error
	bad := func(format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("reputation: network "+format+": %w", append(args, ErrInvalidNetwork)...))
	}
	for i, s := range n.Stakes {
		if s.Agent == "" || s.Amount < 0 {
			bad("stakes[%d]: %v of %.64q", i, s.Amount, string(s.Agent))
		}
	}
	for i, e := range n.Edges {
		if e.From == "" || e.To == "" || !(e.Value >= 0) || e.Value > math.MaxFloat64/1e9 {
			bad("edges[%d]: %g from %.64q to %.64q", i, e.Value, string(e.From), string(e.To))
		}
	}
	for _, a := range slices.Sorted(maps.Keys(n.Owners)) {
		if n.Owners[a] == "" {
			bad("owners[%.64q]: empty", string(a))
		}
	}
	if n.Restart < 0 || !(n.Restart < 1) {
		bad("restart: %g, want 0 to 1", n.Restart)
	}
	if !(n.Tolerance >= 0) {
		bad("tolerance: %g, want 0 or more", n.Tolerance)
	}
	if n.Cap < 0 || n.MinAge < 0 {
		bad("cap %v, age %v: negative", n.Cap, n.MinAge)
	}
	return errors.Join(wrong...)
}

// graph numbers the owners in the order of their names and normalises the rows.
func (n *Network) graph() (*graph, error) {
	if err := n.Validate(); err != nil {
		return nil, err
	}
	g := &graph{a: n.Restart, tol: n.Tolerance}
	or(&g.a, .15)
	or(&g.tol, 1e-9)
	number := map[Agent]int32{}
	note := func(a Agent) {
		if _, ok := number[a]; !ok {
			number[a] = 0
			g.names = append(g.names, a)
		}
	}
	for _, s := range n.Stakes {
		note(n.owner(s.Agent))
	}
	for i := range n.Edges {
		note(n.owner(n.Edges[i].From))
		note(n.owner(n.Edges[i].To))
	}
	slices.Sort(g.names)
	for i, a := range g.names {
		number[a] = int32(i)
	}
	if err := n.anchors(g, number); err != nil {
		return nil, err
	}
	n.rows(g, number)
	return g, nil
}

// anchors makes the distribution p of the stakes that count.
func (n *Network) anchors(g *graph, number map[Agent]int32) error {
	g.anchor = make([]float64, len(g.names))
	for _, s := range n.Stakes {
		if n.Now.Sub(s.Since) >= n.MinAge {
			g.anchor[number[n.owner(s.Agent)]] += float64(s.Amount)
		}
	}
	sum := 0.0
	for i, v := range g.anchor {
		if n.Cap > 0 {
			g.anchor[i] = min(v, float64(n.Cap))
		}
		sum += g.anchor[i]
	}
	if sum == 0 {
		return fmt.Errorf("reputation: rank %d agents: %w", len(g.names), ErrNoStake)
	}
	for i := range g.anchor {
		g.anchor[i] /= sum
	}
	return nil
}

// rows sorts the edges, adds up those of one pair and divides by the sum of the row. What an owner thinks of itself is left out.
func (n *Network) rows(g *graph, number map[Agent]int32) {
	type arc struct {
		key   uint64
		value float64
	}
	arcs := make([]arc, 0, len(n.Edges))
	for i := range n.Edges {
		e := &n.Edges[i]
		from, to := number[n.owner(e.From)], number[n.owner(e.To)]
		if from != to && e.Value > 0 {
			arcs = append(arcs, arc{uint64(from)<<32 | uint64(to), e.Value})
		}
	}
	// By value as well: floating point sums depend on the order, and the order of the input must not matter.
	slices.SortFunc(arcs, func(x, y arc) int { return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.value, y.value)) })
	g.first = make([]int32, len(g.names)+1)
	last := uint64(math.MaxUint64)
	for _, x := range arcs {
		if x.key == last {
			g.share[len(g.share)-1] += x.value
			continue
		}
		last = x.key
		g.to = append(g.to, int32(uint32(x.key)))
		g.share = append(g.share, x.value)
		g.first[x.key>>32+1]++
	}
	for i := range g.names {
		g.first[i+1] += g.first[i]
		row := g.share[g.first[i]:g.first[i+1]]
		sum := 0.0
		for _, v := range row {
			sum += v
		}
		for j := range row {
			row[j] /= sum
		}
	}
}
