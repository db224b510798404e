// SPDX-License-Identifier: Apache-2.0

package balance

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/query"
	"mabeam.dev/internal/nearest"
)

// Strategy is how one of the candidates is chosen; the package says what each does.
type Strategy string

// The strategies. Auto is the zero Strategy.
const (
	Auto           Strategy = ""
	RoundRobin     Strategy = "round_robin"
	LeastLoaded    Strategy = "least_loaded"
	PowerOfTwo     Strategy = "power_of_two"
	ByCapability   Strategy = "capability"
	Performance    Strategy = "performance_weighted"
	ResourceAware  Strategy = "resource_aware"
	ConsistentHash Strategy = "consistent_hash"
	Sticky         Strategy = "sticky"
)

// many is from how many candidates Auto draws two instead of looking at all.
const many = 64

// Strategies are all that have a name, in the order in which the package tells of them.
func Strategies() []Strategy {
	return []Strategy{RoundRobin, LeastLoaded, PowerOfTwo, ByCapability, Performance, ResourceAware, ConsistentHash, Sticky}
}

// Policy says who may get the work and how one of them is chosen. The zero Policy is any agent of the default namespace, by Auto.
type Policy struct {
	Strategy Strategy
	// Where is who is meant; nil means everybody.
	Where query.Expr
	// Namespace is the one to choose from; query.AllNamespaces is all.
	Namespace string
	// Capability is what the agent must be able to do. ByCapability needs one.
	Capability Need
	// Resources are what the work needs of the agent. ResourceAware needs one or both.
	Resources Resources
	// Degraded takes Degraded agents as readily as Healthy ones.
	Degraded bool
	// Unjudged takes agents whose health nobody has judged yet as if they were Healthy.
	Unjudged bool
	// Keys is how many keys Sticky remembers, the last used; 0 means 10,000.
	Keys int
}

// Need is one capability. The zero Need asks for none.
type Need struct {
	// Name is the capability's whole name.
	Name string
	// Version is a constraint, as [ParseConstraint] reads it; "" takes any version and none.
	Version string
	// Settings are those that ByCapability prefers an agent to have, by name; an agent without them is still a candidate.
	Settings map[string]json.RawMessage
}

// Resources are what work needs of an agent; 0 means that it does not matter. An agent without a limit of its own has no figure of what is
// free, and is no candidate where one is asked for.
type Resources struct {
	Memory int64   // bytes
	CPU    float64 // CPUs
}

// Sources are what a Balancer asks besides the rows.
type Sources struct {
	// Counts are the work in hand; nil makes a [Ledger] for this Balancer alone.
	Counts Counts
	// Open reports whether the breaker of an agent is open; nil means that none is. It must be quick.
	Open func(namespace, id string) bool
	// Rand draws for PowerOfTwo, and so is needed by that and Auto.
	Rand *rand.Rand
}

// ErrInvalidPolicy is what every mistake of a policy is. Returned by [New] and [Policy.Validate].
var ErrInvalidPolicy = fault.New(1504, "balance: invalid policy")

// Validate returns every mistake of the policy, joined.
func (p Policy) Validate() error {
	var all []error
	wrong := func(format string, args ...any) {
		all = append(all, fmt.Errorf("balance: check policy: %s: %w", fmt.Sprintf(format, args...), ErrInvalidPolicy))
	}
	if p.Strategy != Auto && !slices.Contains(Strategies(), p.Strategy) {
		names := make([]string, 0, len(Strategies()))
		for _, s := range Strategies() {
			names = append(names, string(s))
		}
		hint := ""
		if near := nearest.Word(string(p.Strategy), names); near != "" {
			hint = fmt.Sprintf(", did you mean %q?", near)
		}
		wrong("no strategy %q%s", p.Strategy, hint)
	}
	if err := (query.Query{Where: p.Where}).Validate(); err != nil {
		all = append(all, fmt.Errorf("balance: check policy: %w: %w", err, ErrInvalidPolicy))
	}
	if _, err := ParseConstraint(p.Capability.Version); err != nil {
		all = append(all, fmt.Errorf("balance: check policy: %w: %w", err, ErrInvalidPolicy))
	}
	if p.Capability.Name == "" && (p.Strategy == ByCapability || p.Capability.Version != "" || len(p.Capability.Settings) > 0) {
		wrong("a capability without a name")
	}
	for _, name := range sortedNames(p.Capability.Settings) {
		if !json.Valid(p.Capability.Settings[name]) {
			wrong("setting %q is not JSON", name)
		}
	}
	switch r := p.Resources; {
	case r.Memory < 0:
		wrong("memory %d is negative", r.Memory)
	case r.CPU < 0 || math.IsNaN(r.CPU) || math.IsInf(r.CPU, 0):
		wrong("cpu %g is not a number of CPUs", r.CPU)
	case p.Strategy == ResourceAware && r == (Resources{}):
		wrong("%s without a resource to be aware of", ResourceAware)
	}
	if p.Keys < 0 {
		wrong("keys %d is negative", p.Keys)
	}
	return errors.Join(all...)
}

func sortedNames(m map[string]json.RawMessage) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// who is the query that means everybody the policy could choose in some state of health.
func (p Policy) who(more ...query.Expr) query.Query {
	all := make([]query.Expr, 0, len(more)+2)
	if p.Where != nil {
		all = append(all, p.Where)
	}
	if p.Capability.Name != "" {
		all = append(all, query.Capability.Eq(p.Capability.Name))
	}
	q := query.Query{Namespace: p.Namespace}
	if all = append(all, more...); len(all) > 0 {
		q.Where = query.And(all...)
	}
	return q
}
