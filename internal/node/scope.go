// SPDX-License-Identifier: Apache-2.0

package node

import (
	"sync"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/config"
	"mabeam.dev/telemetry/alert"
)

// scopes decides which keys a rule looks at: those that a pattern fits, or the agents that a query chooses as they are at that moment.
type scopes struct {
	n  *Node
	mu struct {
		sync.Mutex
		prepared map[string]*index.Prepared // by the text; nil for one that is no query
	}
}

// has reports whether a key is in a scope. An agent that is not known is in none.
func (s *scopes) has(scope, key string) bool {
	if !config.ScopeIsQuery(scope) {
		return alert.Matches(scope, key)
	}
	q := s.query(scope)
	if q == nil {
		return false
	}
	info, ok := s.n.dir.Info(key)
	return ok && q.Matches(info.Row(s.n.o.Config.Node.Name))
}

func (s *scopes) query(text string) *index.Prepared {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, known := s.mu.prepared[text]; known {
		return p
	}
	if s.mu.prepared == nil {
		s.mu.prepared = map[string]*index.Prepared{}
	}
	var prepared *index.Prepared
	if q, err := query.Parse(text); err == nil { // the config has been checked
		if p, err := index.Prepare(q); err == nil {
			prepared = p
		}
	}
	s.mu.prepared[text] = prepared
	return prepared
}
