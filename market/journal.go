// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"

	"mabeam.dev/actors/fault"
)

// Errors of the edges of markets.
var (
	// ErrVersion is returned by a Journal when a stream does not have the version that the writer expects: somebody else has written.
	ErrVersion = fault.New(4521, "market: the stream has another version")
	// ErrUnavailable is returned when a process of a market is down, or ended before it answered. Whether what was asked was done is open: repeat
	// it with the same key.
	ErrUnavailable = fault.New(2621, "market: the process is not available")
)

// Event is one fact in a stream.
type Event struct {
	// Type names the fact: "market.ledger.batch".
	Type string
	// Data is the fact, JSON by convention. It is immutable.
	Data []byte
}

// Journal keeps events for good. The program that builds a node connects one.
type Journal interface {
	// Append appends events to a stream, all or none, and returns when they are durable: next is the stream's new version, the number of all its
	// events. ErrVersion if the version is not expect; after any other error the outcome is open, unless the error says otherwise.
	Append(ctx context.Context, stream string, expect uint64, ev ...Event) (next uint64, err error)
	// Read gives the events behind version from, in order with their versions, up to those that were durable when it began. It ends with
	// the error of yield.
	Read(ctx context.Context, stream string, from uint64, yield func(version uint64, ev Event) error) error
}

// Snapshots keeps states beside a journal. They are caches: one that is lost costs time.
type Snapshots interface {
	// Save keeps the state of a stream's owner at a version of the stream.
	Save(ctx context.Context, stream string, version uint64, state []byte) error
	// Load gives the newest state that was kept; ok is false if there is none.
	Load(ctx context.Context, stream string) (version uint64, state []byte, ok bool, err error)
}
