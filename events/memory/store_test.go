// SPDX-License-Identifier: Apache-2.0

package memory_test

import (
	"testing"
	"time"

	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/testkit/conform/storesuite"
)

func TestMemoryStoreHoldsTheLawsOfAStore(t *testing.T) {
	storesuite.Run(t, storesuite.Backend{Open: func(_ string, now func() time.Time) (events.Store, error) {
		return memory.New(memory.Options{Now: now}), nil
	}})
}
