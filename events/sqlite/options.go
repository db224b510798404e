// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"crypto/rand"
	"io"
	"log/slog"
	"time"
)

// Options set up a store. The zero value is ready for use.
type Options struct {
	// Now is the clock that stamps events and paces the flush of the head witness; nil means time.Now.
	Now func() time.Time
	// Entropy gives the 16 bytes of a new store's identity; nil means crypto/rand.
	Entropy io.Reader
	// Owner describes this process to another one that finds the store locked, for example the name of the node; it may be empty.
	Owner string
	// Logger gets the warnings; nil means slog.Default().
	Logger *slog.Logger
	// ReadOnly opens the store as it is, for looking at what is left after damage: no check of the witness, of the file or of the
	// last rows stands in the way, and every write gives events.ErrReadOnly. Reads still check each row.
	ReadOnly bool
	// AcceptLoss opens a store whose tail is lost (see LostTailError), records the loss as an event on the stream LossStream, and
	// raises the store's epoch. It is an operator's decision, and has no effect on a store that has lost nothing.
	AcceptLoss bool
	// Flush says what an acknowledged append survives, for the streams that Flushes does not name.
	Flush Flush
	// Flushes are the policies of single classes of streams; the first whose prefix fits counts.
	Flushes []StreamFlush
	// FlushEvery is the interval of FlushInterval; 0 means one second.
	FlushEvery time.Duration
	// ReserveBytes is the size of a file beside the store that keeps space on the disk for a shutdown; see Store.FreeReserve. 0 means none.
	ReserveBytes int64
	// Readers is the number of reading connections; 0 means 4.
	Readers int
	// CheckpointPages is how many pages of 4 KiB the write-ahead log collects before they are brought into the main file; 0 means 4,000.
	CheckpointPages int
	// LogWarnBytes is the size of the write-ahead log above which a warning is logged, once per crossing; 0 means 64 MiB.
	LogWarnBytes int64
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Entropy == nil {
		o.Entropy = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Readers <= 0 {
		o.Readers = 4
	}
	if o.CheckpointPages <= 0 {
		o.CheckpointPages = 4000
	}
	if o.LogWarnBytes <= 0 {
		o.LogWarnBytes = 64 << 20
	}
	if o.FlushEvery <= 0 {
		o.FlushEvery = time.Second
	}
	return o
}
