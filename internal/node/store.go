// SPDX-License-Identifier: Apache-2.0

package node

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"mabeam.dev/config"
	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/telemetry"
)

// StoreFile is the name of the journal in the data folder.
const StoreFile = "mabeam.db"

// openStore opens the journal that the options give, or the one in the node's data folder, which it makes if it is missing.
func openStore(o Options) (events.Store, error) {
	if o.Store != nil {
		return o.Store, nil
	}
	dir := o.Config.Node.Data.Reveal()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("node: data folder: %w", err)
	}
	c := o.Config.Journal
	return sqlite.Open(filepath.Join(dir, StoreFile), sqlite.Options{
		Owner: o.Config.Node.Name, Logger: o.Logger, Flush: flushOf(c.Flush), FlushEvery: c.FlushEvery, ReserveBytes: int64(c.Reserve),
	})
}

// flushOf converts the word of a file. A config that was made by hand may say nothing, which is the strictest.
func flushOf(f config.Flush) sqlite.Flush {
	switch f {
	case config.FlushInterval:
		return sqlite.FlushInterval
	case config.FlushNever:
		return sqlite.FlushNever
	case config.FlushAlways:
	}
	return sqlite.FlushAlways
}

// freeReserve gives the last events before the end room on a full disk: queues hand back what is in their hands.
func (n *Node) freeReserve() {
	s, ok := n.store.(interface{ FreeReserve() (bool, error) })
	if !ok || !n.store.Stats().Full {
		return
	}
	freed, err := s.FreeReserve()
	n.o.Logger.Warn("node: the disk is full; the reserve of the journal is given up for its last events", slog.Bool("freed", freed), slog.Any(telemetry.KeyError, err))
}
