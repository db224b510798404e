// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"errors"
	"fmt"

	"mabeam.dev/config"
)

func ExampleLoad() {
	text := `version: 1
tree:
  children:
    - {id: lint, kind: exec, command: [python3, lint.py], restart: permanant}
`
	_, _, err := config.Load(config.Input{Name: "node.yaml", Data: []byte(text)})
	var problems config.Errors
	if errors.As(err, &problems) {
		fmt.Print(problems.Text())
	}
	// Output:
	// node.yaml:4:68: tree.children[0].restart: unknown value "permanant"
	//     4 |     - {id: lint, kind: exec, command: [python3, lint.py], restart: permanant}
	//       |                                                                    ^^^^^^^^^ did you mean "permanent"? one of: permanent, transient, temporary
}
