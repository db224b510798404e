// SPDX-License-Identifier: Apache-2.0

package kind_test

import (
	"fmt"

	"mabeam.dev/cognitive/kind"
)

func ExampleFloat() {
	k := kind.Float{Min: 0, Max: 2, Step: 0.1}
	v, err := k.Normal(kind.OfFloat(0.7))
	fmt.Println(v, err)
	_, err = k.Normal(kind.OfFloat(2.1))
	fmt.Println(err)
	// Output:
	// 0.7 <nil>
	// kind: 2.1 is not in [0, 2] in steps of 0.1
}
