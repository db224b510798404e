// SPDX-License-Identifier: Apache-2.0

package baseline_test

import (
	"fmt"

	"mabeam.dev/internal/kernel/baseline"
)

// Each returns only when every actor has received everything, so that returning is the proof.
func ExampleSystem() {
	raw := baseline.New()
	defer raw.Close()
	raw.Send(1000, "message")
	send, stop := raw.Pairs(8, 100, "message")
	send()
	stop()
	raw.Spawn(100)()
	fmt.Println("all received")
	// Output: all received
}
