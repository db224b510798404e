// SPDX-License-Identifier: Apache-2.0

package phase

// Name is a phase of a node.
type Name string

// The phases in the order in which they start; they stop in reverse. Surfaces are the first, so that a node can be asked how it is from the
// first moment of its start to the last of its end; they take work in when all others are up.
const (
	Surfaces      Name = "surfaces"      // HTTP and the control socket
	Telemetry     Name = "telemetry"     // recorder, series, alert rules
	Journal       Name = "journal"       // event store and its upkeep
	Configuration Name = "configuration" // config server, flags
	Registry      Name = "registry"      // who lives; owner of the tables
	Economy       Name = "economy"       // ledger, auctions, reputation
	Coordination  Name = "coordination"  // sessions, locks, elections
	Cognition     Name = "cognition"     // variables, adaptation
	Agents        Name = "agents"        // the tree of the config
	Work          Name = "work"          // queues
)

// All returns the phases in the order in which they start.
func All() []Name {
	return []Name{Surfaces, Telemetry, Journal, Configuration, Registry, Economy, Coordination, Cognition, Agents, Work}
}

// Need says what becomes of a start without the service.
type Need uint8

const (
	// Required services start, or the node does not; while one is down the node is not ready.
	Required Need = iota
	// Optional services that do not start, or are down, leave the node degraded. They are tried again and again.
	Optional
)

// String returns "required" or "optional".
func (n Need) String() string {
	if n == Optional {
		return "optional"
	}
	return "required"
}

// Loss says what a crash of the service does to those that started after it.
type Loss uint8

const (
	// Escalates: it is started again in its place, and the others go on; when that happens too often its phase and all later ones are
	// rebuilt.
	Escalates Loss = iota
	// Alone: it is started again in its place as often as it takes, after waits that grow; nobody is ever rebuilt for it.
	Alone
	// Rebuilds: its phase and all later ones are rebuilt at once, because what they know of it is gone with it.
	Rebuilds
)

// String returns "escalates", "alone" or "rebuilds".
func (l Loss) String() string {
	switch l {
	case Alone:
		return "alone"
	case Rebuilds:
		return "rebuilds"
	}
	return "escalates"
}

// Service is what is declared of one part of a node.
type Service struct {
	// Name is unique in the node.
	Name string
	// Phase in which it starts.
	Phase Name
	// Need is Required unless it is set.
	Need Need
	// Loss is Escalates unless it is set.
	Loss Loss
	// After names services of this phase, or of earlier ones, that must be up before it starts. Only a loss that Rebuilds starts it again with
	// one of them.
	After []string
	// Without says what those who use it see while it is down; one sentence for people.
	Without string
}
