// SPDX-License-Identifier: Apache-2.0

package standard_test

import (
	"fmt"

	"mabeam.dev/events"
	"mabeam.dev/events/standard"
)

func ExampleCatalog() {
	c := standard.Catalog()
	for _, t := range c.Types() {
		if t.Severity >= events.Error {
			fmt.Println(t.Severity, t.Name)
		}
	}
	// Output:
	// error alert.fired
	// critical store.loss_accepted
	// error work.died
}
