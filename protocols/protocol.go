// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
)

// Setup is what a protocol's machine is made of. It is the same at every restart of a session.
type Setup struct {
	Session    SessionID
	Spec       Spec
	Electorate consensus.Electorate
	Selection  selector.Selection
}

// Protocol is a way to coordinate.
type Protocol struct {
	Name selector.Protocol
	// Bounds is how many participants it takes.
	Bounds selector.Bounds
	// Least is the least durability that it needs; empty means any.
	Least Durability
	// New makes the machine before its first event, or says what is wrong with the spec.
	New func(s Setup) (machine.Stepper, error)
}

// Service does what a protocol's machine asks for with machine.Ask: an exchange, a judge, a combiner, an optimizer. It recognises key: what was done
// under it is not done again. args and data are JSON.
type Service interface {
	// Do does it, or returns what was done under the key before.
	Do(ctx context.Context, key string, args []byte) (data []byte, err error)
}

// ServiceFunc is a function as a Service.
type ServiceFunc func(ctx context.Context, key string, args []byte) ([]byte, error)

// Do calls the function.
func (f ServiceFunc) Do(ctx context.Context, key string, args []byte) ([]byte, error) {
	return f(ctx, key, args)
}

// Budgeter keeps budgets. Every call is idempotent by session.
type Budgeter interface {
	// Reserve sets an amount aside, or refuses.
	Reserve(ctx context.Context, session SessionID, amount int64) error
	// Commit books what was used of it, and gives the rest back.
	Commit(ctx context.Context, session SessionID, used int64) error
	// Release gives all of it back.
	Release(ctx context.Context, session SessionID) error
}

// EvidenceSink takes evidence against participants.
type EvidenceSink interface {
	// Report takes evidence in; it may come twice.
	Report(ctx context.Context, session SessionID, evidence machine.Report) error
}
