// SPDX-License-Identifier: Apache-2.0

package archtest_test

import (
	"fmt"

	"mabeam.dev/internal/archtest"
)

func ExampleRowOf() {
	row, _ := archtest.RowOf("supervision/plan")
	fmt.Println(row.Layer, row.Pure)
	row, _ = archtest.RowOf("supervision")
	fmt.Println(row.Layer, row.Imports)
	// Output:
	// L0 pure true
	// L2 [L0 pure L0 base L1 actors]
}
