// SPDX-License-Identifier: Apache-2.0

package pbft

import "mabeam.dev/protocols/pbft/wire"

// App is the replicated state: a pure function of the operations that were applied to it, in order. A replica owns its App.
type App interface {
	// Validate says whether an operation may be ordered at all. It must not depend on the state, as replicas ask at different times.
	Validate(op []byte) error
	// Apply executes an operation and returns its result. Whatever it does must follow from the state and its arguments alone.
	Apply(at Place, op []byte) []byte
	// Snapshot returns the encoding of the state, the same for the same state at every replica.
	Snapshot() []byte
	// Restore replaces the state by one that Snapshot returned. Nil is the state of the beginning.
	Restore(state []byte) error
}

// Place is where an operation stands in the order of all.
type Place struct {
	Epoch  uint64
	Seq    uint64
	Client wire.Client
	Number uint64 // of the request, at its client
	Index  int    // of the operation, in its request
}

// Reconfigurer is an App whose operations can change the group.
type Reconfigurer interface {
	// Next returns the configuration of the next epoch once an operation has decided on one, nil before. It takes effect at the next
	// checkpoint that is stable. Its Epoch is the present one plus 1: others, those of another group, and those that are not valid count
	// for nothing. The replica sets its Base.
	Next() *wire.Config
}
