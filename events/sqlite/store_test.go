// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/testkit/conform/storesuite"
)

func TestFileStoreHoldsTheLawsOfAStore(t *testing.T) {
	storesuite.Run(t, storesuite.Backend{Durable: true, Open: func(dir string, now func() time.Time) (events.Store, error) {
		return sqlite.Open(filepath.Join(dir, "sub dir?%&", "events.db"), sqlite.Options{Now: now})
	}})
}
