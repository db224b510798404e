// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"encoding/json"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/lifecycle"
)

// MaxBatch is how many ops one Batch may have: a commit is one turn of the registry's process, and others wait for it.
const MaxBatch = 10_000

// Mode says what the refusal of one op means for the others of its batch.
type Mode uint8

const (
	// Each does what can be done.
	Each Mode = iota
	// Atomic does all or nothing.
	Atomic
)

// Op is one thing to do in a batch: [Register], [Unregister], [Update] or [Restore].
type Op interface{ op() }

// Register enters an agent; see Writer.Register.
type Register struct{ Row *index.Row }

// Unregister takes one out; see Writer.Unregister.
type Unregister struct{ ID ID }

// Update changes one; see Writer.Update.
type Update struct {
	ID        ID
	IfVersion uint64
	Patch     Patch
}

// Restore puts a row exactly as it is, with its version, incarnation and times, whatever was there: for what is copied from another registry or
// brought back. A Handle that is an actors.PID is monitored; if it has ended, the row goes as with any death.
type Restore struct{ Row *index.Row }

func (Register) op()   {}
func (Unregister) op() {}
func (Update) op()     {}
func (Restore) op()    {}

// Result is what one op did.
type Result struct {
	// Row is the row after the op; nil after Unregister, and when the op was refused.
	Row *index.Row
	// Err is why it was refused. In an atomic batch that was refused the others have [ErrUndone].
	Err error
}

// Patch is a change of a row: what is not known in it stays as it is.
type Patch struct {
	// Team, Role and Node replace; "" takes the value away.
	Team, Role, Node index.Maybe[string]
	// Capabilities and Labels replace all that there are.
	Capabilities index.Maybe[[]index.Capability]
	Labels       index.Maybe[[]index.Label]
	Health       index.Maybe[index.Health]
	Limits       index.Maybe[index.Limits]
	Usage        index.Maybe[index.Usage]
	Performance  index.Maybe[index.Performance]
	Weight       index.Maybe[float64]
	Config       index.Maybe[json.RawMessage]
	Coordination index.Maybe[*index.Coordination]
	// Event moves the state as package lifecycle says. Take and Finish move nothing: work in hand is counted beside the row.
	Event index.Maybe[lifecycle.Event]
	// Reason is why, for a change of state.
	Reason index.Maybe[string]
}
