// SPDX-License-Identifier: Apache-2.0

package main

// The program as it runs.
func Example() {
	main()
	// Output: hello, world <nil>
}
