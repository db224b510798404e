// SPDX-License-Identifier: Apache-2.0

package capability_test

import (
	"fmt"

	"mabeam.dev/agents/capability"
)

func ExampleNeed_MetBy() {
	need, err := capability.ParseNeed("nlp/summarise >= 1.2, < 2")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, version := range []string{"1.1", "1.4", "2.0"} {
		fmt.Println(version, need.MetBy(capability.Offer{Name: "nlp/summarise", Version: version}))
	}
	_, err = capability.ParseNeed("nlp/summarise >= new")
	fmt.Println(err)
	// Output:
	// 1.1 false
	// 1.4 true
	// 2.0 false
	// capability: read "nlp/summarise >= new": at 15: balance: read version constraint ">=new": "new" is no version
}
