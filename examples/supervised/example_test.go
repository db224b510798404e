// SPDX-License-Identifier: Apache-2.0

package main

// The program as it runs: the second greeting comes from the second incarnation, and the second crash is one too many.
func Example() {
	main()
	// Output:
	// started /app#1 <nil>
	// /app/greeter#2 hello, world <nil>
	// /app/greeter#3 hello, world <nil>
	// shutdown <nil>
}
