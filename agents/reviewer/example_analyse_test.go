// SPDX-License-Identifier: Apache-2.0

package reviewer_test

import (
	"fmt"

	"mabeam.dev/agents/reviewer"
)

func ExampleAnalyse() {
	report, err := reviewer.Analyse("example/greet", []reviewer.Source{{
		Name: "greet.go",
		Text: []byte("// Package greet greets.\npackage greet\n\nfunc Hello(name string) string { return name }\n"),
	}}, reviewer.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Functions, "function,", report.Complexity.Max, "path")
	for _, f := range report.Findings {
		fmt.Printf("%s:%d:%d: %s: %s\n", f.File, f.Line, f.Column, f.Rule, f.Message)
	}
	// Output:
	// 1 function, 1 path
	// greet.go:4:6: undocumented: exported function Hello has no comment
}
