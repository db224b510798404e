// SPDX-License-Identifier: Apache-2.0

package lifecycle

import "mabeam.dev/agents/query"

// State is where an agent is in its life: the same values as in the field state of queries.
type State = query.Lifecycle

// The states.
const (
	// None is the state before Register and after Unregister: there is no such agent.
	None = query.Stateless
	// Registered agents are known and have never been started.
	Registered = query.Registered
	// Starting agents run their Init.
	Starting = query.Starting
	// Ready agents have nothing in hand and take work.
	Ready = query.Ready
	// Busy agents have work in hand and take more of it as their concurrency allows.
	Busy = query.Busy
	// Maintenance is a pause: work in hand goes on, none is taken.
	Maintenance = query.Maintenance
	// Draining agents finish what they have in hand, up to a deadline, and stop.
	Draining = query.Draining
	// Stopped agents ended in order.
	Stopped = query.Stopped
	// Failed agents crashed, were killed or never came up.
	Failed = query.Failed
	// Lost agents were on a node that is gone.
	Lost = query.Lost
)

// States lists all states in the order of a life, None first.
func States() []State {
	all := make([]State, query.Lifecycles)
	for i := range all {
		all[i] = State(i)
	}
	return all
}

// Alive reports whether an agent in this state has a process.
func Alive(s State) bool { return s >= Starting && s <= Draining }

// TakesWork reports whether an agent in this state may be given work.
func TakesWork(s State) bool { return s == Ready || s == Busy }
