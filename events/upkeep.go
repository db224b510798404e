// SPDX-License-Identifier: Apache-2.0

package events

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry"
)

// UpkeepOptions set up the process that keeps a store in order. The zero value does nothing.
type UpkeepOptions struct {
	// Name is the process's name; empty means "upkeep".
	Name string
	// Retention is what may be removed.
	Retention Retention
	// Catalog, if it is set, has old versions of its types rewritten in the background, once after each start.
	Catalog *Catalog
	// Every is the time from the end of one sweep to the begin of the next; 0 means 10 minutes.
	Every time.Duration
	// Pause is the time between two batches, in which appends have the journal for themselves; 0 means 20 ms.
	Pause time.Duration
}

func (o UpkeepOptions) withDefaults() UpkeepOptions {
	if o.Name == "" {
		o.Name = "upkeep"
	}
	if o.Every <= 0 {
		o.Every = 10 * time.Minute
	}
	if o.Pause <= 0 {
		o.Pause = 20 * time.Millisecond
	}
	return o
}

// UpkeepMessage is what the upkeep's process takes; it tells itself when to go on.
type UpkeepMessage interface{ upkeep() }

type (
	// next begins a batch.
	next struct{}
	// stepped is the end of a batch.
	stepped struct {
		done bool
		err  error
	}
)

func (next) upkeep()    {}
func (stepped) upkeep() {}

// NewUpkeep gives the behaviour of a process that migrates old versions and applies the retention, a batch at a time, for a child specification below the journal's. All its progress
// is in the store, so it may die and be started again at any time. Init refuses a malformed retention.
func NewUpkeep(j *Journal, o UpkeepOptions) actors.Behavior[UpkeepMessage] {
	return &upkeepActor{j: j, o: o.withDefaults()}
}

// upkeepActor is one incarnation. All its state belongs to the process.
type upkeepActor struct {
	j         *Journal
	o         UpkeepOptions
	migration *Migration // nil when it is done
	sweep     *Sweep     // nil between sweeps
}

// Init begins with the migration.
func (a *upkeepActor) Init(ctx *actors.Context[UpkeepMessage]) error {
	if err := a.o.Retention.Validate(); err != nil {
		return err
	}
	if a.o.Catalog != nil {
		a.migration = NewMigration(a.o.Catalog)
	}
	ctx.After(a.o.Pause, next{})
	return nil
}

// Receive does a batch, or plans the next one.
func (a *upkeepActor) Receive(ctx *actors.Context[UpkeepMessage], m UpkeepMessage) error {
	switch m := m.(type) {
	case next:
		return a.begin(ctx)
	case stepped:
		return a.ended(ctx, m)
	default:
		return &actors.UnknownMessageError{Message: m}
	}
}

// begin does one batch of whatever is to be done. The work runs beside the process, so that it can be stopped meanwhile.
func (a *upkeepActor) begin(ctx *actors.Context[UpkeepMessage]) error {
	step := func(ctx context.Context) (bool, error) { return a.migration.Step(ctx, a.j) }
	if a.migration == nil {
		if a.sweep == nil {
			var err error
			if a.sweep, err = NewSweep(a.o.Retention, ctx.Now()); err != nil {
				return err
			}
		}
		step = func(ctx context.Context) (bool, error) { return a.sweep.Step(ctx, a.j) }
	}
	ctx.Go(func(ctx context.Context) UpkeepMessage {
		done, err := step(ctx)
		return stepped{done, err}
	})
	return nil
}

// ended plans what follows a batch. An event that cannot be migrated stays as it is and ends the migration until the next start, because reading it reports the same; any other error
// is the process's, whose supervisor decides.
func (a *upkeepActor) ended(ctx *actors.Context[UpkeepMessage], m stepped) error {
	var stuck *MigrationError
	switch {
	case m.err != nil && a.migration != nil && errors.As(m.err, &stuck):
		ctx.Logger().Warn("old versions of events stay as they are", slog.Any(telemetry.KeyError, m.err))
		a.migration = nil
	case m.err != nil:
		return m.err
	case m.done && a.migration != nil:
		a.migration = nil
	case m.done:
		a.sweep = nil
		ctx.After(a.o.Every, next{})
		return nil
	}
	ctx.After(a.o.Pause, next{})
	return nil
}
