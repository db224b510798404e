// SPDX-License-Identifier: Apache-2.0

package discover

import "mabeam.dev/agents/query"

// In asks the same in another namespace, or in query.AllNamespaces.
func In(namespace string, q query.Query) query.Query {
	q.Namespace = namespace
	return q
}

// ByCapability means every agent with a capability of this name, or of one below it: "nlp" means nlp/summarise too. Version and health do not
// matter.
func ByCapability(name string) query.Query {
	return query.Query{Where: query.Capability.HasPrefix(name)}
}

// Capable means the agents that can do it and would get work now: Ready or Busy, and Healthy.
func Capable(name string) query.Query { return query.Query{Where: capable(name)} }

func capable(name string, more ...query.Expr) query.Expr {
	return query.And(append([]query.Expr{
		query.Capability.HasPrefix(name), query.State.In(query.Ready, query.Busy), query.Health.Eq(query.Healthy),
	}, more...)...)
}

// AllOf means every agent that has all of these capabilities, each by its whole name.
func AllOf(names ...string) query.Query {
	all := make([]query.Expr, 0, len(names))
	for _, name := range names {
		all = append(all, query.Capability.Eq(name))
	}
	return query.Query{Where: query.Conjunction{Of: all}}
}

// Resources are what must be free of an agent's limits; 0 does not matter.
type Resources struct {
	Memory int64   // bytes
	CPU    float64 // CPUs
}

func (r Resources) free() []query.Expr {
	var all []query.Expr
	if r.Memory > 0 {
		all = append(all, query.MemoryFree.Gte(r.Memory))
	}
	if r.CPU > 0 {
		all = append(all, query.CPUFree.Gte(r.CPU))
	}
	return all
}

// WithResources means every agent that has at least so much free. Without any bound it means everybody.
func WithResources(least Resources) query.Query {
	if all := least.free(); len(all) > 0 {
		return query.Query{Where: query.And(all...)}
	}
	return query.Query{}
}

// CapableWithResources means those of [Capable] that have at least so much free.
func CapableWithResources(name string, least Resources) query.Query {
	return query.Query{Where: capable(name, least.free()...)}
}

// InRange means every agent whose figure is from lo to hi, both included.
func InRange[T query.Scalar](field query.Typed[T], lo, hi T) query.Query {
	return query.Query{Where: query.And(field.Gte(lo), field.Lte(hi))}
}

// On means every agent on a node.
func On(node string) query.Query { return query.Query{Where: query.Node.Eq(node)} }

// LeastLoaded means the n agents of [Capable] with the fewest messages waiting, then the least work in hand. To give each the next piece of work, and not
// the same one all, is what package balance does.
func LeastLoaded(name string, n int) query.Query {
	return query.Query{Where: capable(name), OrderBy: []query.Order{query.Queue.Asc(), query.Inflight.Asc()}, Limit: n}
}

// Best means the n agents of [Capable] that are best by a measure: those of the highest success_rate, throughput, memory.free, cpu.free or done, and
// of the lowest anything else. Of equals the less loaded come first.
func Best[T query.Scalar](name string, by query.Typed[T], n int) query.Query {
	first := by.Asc()
	switch first.Field.Column {
	case query.ColumnSuccessRate, query.ColumnThroughput, query.ColumnMemoryFree, query.ColumnCPUFree, query.ColumnDone:
		first = by.Desc()
	}
	order := []query.Order{first}
	if first.Field.Column != query.ColumnQueue {
		order = append(order, query.Queue.Asc())
	}
	return query.Query{Where: capable(name), OrderBy: order, Limit: n}
}
