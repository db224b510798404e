// SPDX-License-Identifier: Apache-2.0

package balance

import (
	"fmt"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

// Balancer picks agents for one kind of work. It belongs to one process or loop.
type Balancer struct {
	policy Policy
	from   Sources
	meant  *index.Prepared // everybody the query means
	up     *index.Prepared // those of them that are Ready or Busy
	ranks  []*rank
	turn   name    // the last agent of round_robin
	keys   *sticky // nil but for Sticky

	buf []float64
}

// Ask is one pick.
type Ask struct {
	// Tried are the ids of agents that must not get it again; in a choice from all namespaces they exclude each agent with such an id.
	Tried []string
	// Key is what ConsistentHash and Sticky go by.
	Key string
}

// New makes a Balancer, or returns every mistake of the policy, joined.
func New(p Policy, from Sources) (*Balancer, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if from.Rand == nil && (p.Strategy == Auto || p.Strategy == PowerOfTwo) {
		return nil, fmt.Errorf("balance: make balancer: strategy %q needs a source of random numbers: %w", p.Strategy, ErrInvalidPolicy)
	}
	if from.Counts == nil {
		from.Counts = new(Ledger)
	}
	b := &Balancer{policy: p, from: from}
	accepts, err := ParseConstraint(p.Capability.Version)
	if err != nil {
		return nil, err
	}
	if b.meant, err = index.Prepare(p.who()); err != nil {
		return nil, err
	}
	working := query.State.In(query.Ready, query.Busy)
	if b.up, err = index.Prepare(p.who(working)); err != nil {
		return nil, err
	}
	for _, statuses := range p.ranks() {
		prepared, err := index.Prepare(p.who(working, query.Health.In(statuses...)))
		if err != nil {
			return nil, err
		}
		b.ranks = append(b.ranks, &rank{pool{prepared: prepared, need: p.Capability, accepts: accepts}, statuses})
	}
	if p.Strategy == Sticky {
		b.keys = newSticky(p.Keys)
	}
	return b, nil
}

// Pick chooses one of the View's agents and counts the work as taken. Its only error is [*NoAgentError].
func (b *Balancer) Pick(v *index.View, ask Ask) (*index.Row, error) {
	for _, r := range b.ranks {
		r.follow(v)
		if m := b.choose(candidates{b, r.members, ask}); m != nil {
			b.from.Counts.Take(m.row.Namespace, m.row.ID)
			return m.row, nil
		}
	}
	return nil, b.nobody(v, ask)
}

// Done says that the work that an agent was picked for has ended.
func (b *Balancer) Done(agent *index.Row) { b.from.Counts.Done(agent.Namespace, agent.ID) }

// Candidates counts those who could be picked now, of the rank that would be picked from.
func (b *Balancer) Candidates(v *index.View, ask Ask) int {
	for _, r := range b.ranks {
		r.follow(v)
		n := 0
		for range (candidates{b, r.members, ask}).all() {
			n++
		}
		if n > 0 {
			return n
		}
	}
	return 0
}

// nobody counts what is against everybody who is meant. Who is in no state or health to work is counted by the indexes alone.
func (b *Balancer) nobody(v *index.View, ask Ask) error {
	e := &NoAgentError{Query: b.meant.Query(), Meant: v.Count(b.meant)}
	up := v.Count(b.up)
	var n [causes]int
	n[ByState], n[ByHealth] = e.Meant-up, up
	for _, r := range b.ranks {
		n[ByHealth] -= len(r.members)
		of := candidates{b, r.members, ask}
		for _, m := range r.members {
			if cause, out := of.against(m); out {
				n[cause]++
			}
		}
	}
	for cause, n := range n {
		if n > 0 {
			e.Excluded = append(e.Excluded, Exclusion{Cause(cause), n})
		}
	}
	return e
}
