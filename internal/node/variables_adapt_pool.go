// SPDX-License-Identifier: Apache-2.0

package node

import (
	"iter"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

// pool is the agents that live by a variable: those that a query finds, in its order, as they are when it is asked.
type pool struct {
	n     *Node
	query string
}

// rows are the agents that live, of all namespaces. Nobody is there as long as the registry is not.
func (p pool) rows() iter.Seq[*index.Row] {
	return func(yield func(*index.Row) bool) {
		q, err := who(p.query)
		if err != nil || p.n.registry == nil {
			return
		}
		page, err := p.n.registry.Find(q)
		if err != nil {
			return
		}
		for _, r := range page.Rows {
			if lives(r) && !yield(r) {
				return
			}
		}
	}
}

// lives reports whether an agent does work, or will again in a moment.
func lives(r *index.Row) bool {
	return r.Health.Status != query.Dead && r.State >= query.Starting && r.State <= query.Busy
}

// Members returns their names; see cognitive.AgentPool.
func (p pool) Members() (names []string) {
	for r := range p.rows() {
		names = append(names, r.ID)
	}
	return names
}
