// SPDX-License-Identifier: Apache-2.0

// Package balance chooses the agent that gets a piece of work.
//
// # Guarantees
//
//   - A candidate is an agent that the policy's query means, that is Ready or Busy and Healthy, whose breaker is not open, that holds less
//     than its limit, and that was not tried before. A Degraded agent is one only if there is nobody else, or if the policy takes it.
//     An agent that nobody has judged yet is none, unless the policy takes it.
//   - The same View, counts, random numbers and order of picks choose the same agents. Ties are settled by namespace and id.
//   - Nobody to choose is a [*NoAgentError], which counts the agents that were meant by what was against each.
//   - Who is picked is counted at once, so picks of one moment spread although the rows do not change between them.
//   - A change of the View costs a pick about as much as there are changes, not as there are agents.
//
// # Strategies
//
//	round_robin           the next in the order of ids, whoever came and went meanwhile
//	least_loaded          the least work in hand for its weight
//	power_of_two          the less loaded of two that are drawn
//	capability            the newest version of the capability, then the most settings asked for, then the least loaded
//	performance_weighted  the least work in hand x median time / share of success; unseen agents are taken for middling ones
//	resource_aware        the most free of the resource that is scarcest for it, less what was given since it was measured
//	consistent_hash       by a key: when agents come or go, only their own keys move
//	sticky                by a key: it stays with its agent as long as that is a candidate
//
// The zero Strategy is least_loaded among up to 64 candidates and power_of_two among more.
//
// # Usage
//
//	b, err := balance.New(balance.Policy{Capability: balance.Need{Name: "nlp/summarise", Version: ">=1.2"}}, balance.Sources{Rand: rand})
//	agent, err := b.Pick(view, balance.Ask{Tried: tried})
//	defer b.Done(agent)
//
// # Duties of the user
//
// A [Balancer] belongs to one process or loop. Each pick is matched by one Done when the work has ended, whatever its outcome. Where several
// give work to the same agents they share [Counts].
//
// # Failure modes
//
// [New] returns every mistake of a policy, joined: each is [ErrInvalidPolicy]. Pick fails with [ErrNoAgent] alone.
//
// # State
//
// A Balancer remembers the candidates of the last View, the last agent of round_robin, and a bounded number of keys of sticky. It has no clock,
// no goroutine and no lock. To test code that uses it, hand in an [index.View] made by Apply.
package balance
