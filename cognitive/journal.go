// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"

	"mabeam.dev/actors/fault"
)

// ErrVersion is returned by a Journal when a stream does not have the version that the writer expects: somebody else has written.
var ErrVersion = fault.New(4695, "cognitive: the stream has another version")

// Event is one fact in a stream.
type Event struct {
	// Type names the fact: "cognitive.batch".
	Type string
	// Data is the fact as JSON. It is immutable.
	Data []byte
}

// Journal keeps events for good. The program that builds a node connects one.
type Journal interface {
	// Append appends an event to a stream and returns when it is durable: next is the stream's new version, the number of all its events.
	// ErrVersion if the version is not expect; after any other error the outcome is open.
	Append(ctx context.Context, stream string, expect uint64, ev Event) (next uint64, err error)
	// Read gives the events behind version from, in order with their versions, up to those that were durable when it began. It ends with
	// the error of yield.
	Read(ctx context.Context, stream string, from uint64, yield func(version uint64, ev Event) error) error
}
