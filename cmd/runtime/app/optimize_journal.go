// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive/optimize"
	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

const (
	optimizeStream = "optimize"
	optimizeStore  = "optimize.db"
)

// trialLog keeps the records of a study in a journal of its own.
type trialLog struct {
	store   *sqlite.Store
	journal *events.Journal
	version events.Version
}

// openTrialLog opens the journal in a folder. Another command that has it open is an error.
func openTrialLog(sys *actors.System, dir string, logger *slog.Logger) (*trialLog, error) {
	store, err := sqlite.Open(filepath.Join(dir, optimizeStore), sqlite.Options{Owner: "optimize", Logger: logger})
	if err != nil {
		return nil, err
	}
	l := &trialLog{store: store, journal: events.NewJournal(store, events.JournalOptions{})}
	if _, err := l.journal.Start(sys); err != nil {
		_ = store.Close() // the first error is the one that says something
		return nil, err
	}
	return l, nil
}

// replay gives every record to a study.
func (l *trialLog) replay(ctx context.Context, s *optimize.Study) error {
	for e, err := range l.journal.Read(ctx, optimizeStream, 1) {
		if err != nil {
			return err
		}
		var r optimize.Record
		if err := json.Unmarshal(e.Data, &r); err != nil {
			return fmt.Errorf("optimize: read record %d of the journal: %w", e.Version, err)
		}
		if err := s.Apply(r); err != nil {
			return fmt.Errorf("optimize: record %d of the journal: %w", e.Version, err)
		}
		l.version = e.Version
	}
	return nil
}

// keep appends records, and returns when they are durable.
func (l *trialLog) keep(ctx context.Context, records ...optimize.Record) error {
	var all []events.New
	for _, r := range records {
		data, err := json.Marshal(r)
		if err != nil {
			return err
		}
		all = append(all, events.New{Type: "optimize.trial_" + string(r.Step), Data: data})
	}
	done, err := l.journal.Append(ctx, optimizeStream, events.Exact(l.version), all...)
	if err == nil {
		l.version = done.Version
	}
	return err
}
