// SPDX-License-Identifier: Apache-2.0

package node

import (
	"math"

	"mabeam.dev/agents"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/market/reputation"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/machine"
)

// roster finds the participants of sessions among the node's agents.
type roster struct{ n *Node }

// Member returns an agent that lives or is known to have lived. Its reputation is what settled deals say of it, as a lower bound; nobody knows it on a
// node without deals.
func (r roster) Member(id string) (protocols.Member, bool) {
	info, ok := r.n.dir.Info(id)
	if !ok {
		return protocols.Member{}, false
	}
	keys := r.keys(info)
	m := protocols.Member{ID: id, Agent: info.Ref, Reputation: -1, Degraded: bad(info.Health.Status), PublicKey: keys.Sign, ExchangeKey: keys.Exchange}
	if w := info.Spec.Weight; w > 0 {
		m.Weight = int64(math.Round(w * machine.One))
	}
	if known := r.n.Reputation(); known != nil {
		if score, err := known.Score(reputation.Agent(id), "", r.n.sys.Now()); err == nil {
			m.Reputation = int64(math.Round(score.Overall * machine.One))
		}
	}
	return m, true
}

// keys are the public keys of an agent's entry in the registry; while the entry is on its way from the directory, which has it first, those of the directory.
func (r roster) keys(info agents.Info) agents.Keys {
	if row, ok := r.n.registry.Lookup(registry.ID{Namespace: info.Spec.Namespace, Name: info.Spec.ID}); ok {
		return row.Keys
	}
	return info.Spec.Keys
}

// Match returns the ids of the agents that a query finds, in its order.
func (r roster) Match(text string) ([]string, error) {
	q, err := who(text)
	if err != nil {
		return nil, err
	}
	page, err := r.n.registry.Find(q)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(page.Rows))
	for i, row := range page.Rows {
		ids[i] = row.ID
	}
	return ids, nil
}

// bad reports whether an agent does its work badly. One that has too much of it, or is about to be restarted, may take part.
func bad(s query.Status) bool { return s == query.Degraded || s == query.Unhealthy }
