// SPDX-License-Identifier: Apache-2.0

package lines_test

import (
	"errors"
	"fmt"
	"strings"

	"mabeam.dev/agents/work/lines"
)

// A bad line is reported with its place and does not stop the reading.
func Example() {
	r := lines.NewReader(strings.NewReader(`{"id":"fmt","kind":"review","input":{"package":"fmt"}}
{"id":"net","kind":"review","prioritty":3}
{"id":"os","kind":"review","input":[]}
`), lines.Options{File: "tasks.jsonl"})
	for {
		line, err := r.Next(0)
		var bad *lines.LineError
		switch {
		case errors.As(err, &bad):
			fmt.Println(err)
			continue
		case err != nil:
			fmt.Println("end:", err, "bad lines:", r.Bad())
			return
		}
		fmt.Println(line.Task.ID, string(line.Task.Input))
	}
	// Output:
	// fmt {"package":"fmt"}
	// tasks.jsonl:2:29: unknown key "prioritty" (did you mean "priority"?)
	// os []
	// end: EOF bad lines: 1
}
