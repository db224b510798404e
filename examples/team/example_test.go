// SPDX-License-Identifier: Apache-2.0

package main

// The program as it runs.
func Example() {
	main()
	// Output:
	// "HELLO, ANN"
	// "HELLO, BOB"
	// "HELLO, CID"
	// writers ann ready 1 1
	// writers bob ready 1 1
	// writers cid ready 1 1
}
