// SPDX-License-Identifier: Apache-2.0

package node

import (
	"fmt"
	"os"
	"path/filepath"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
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
	return sqlite.Open(filepath.Join(dir, StoreFile), sqlite.Options{Owner: o.Config.Node.Name, Logger: o.Logger})
}
