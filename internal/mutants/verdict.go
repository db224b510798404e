// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"slices"
	"strings"
)

// Verdict is what became of one mutant.
type Verdict string

// Killed is the only good verdict.
const (
	Killed        Verdict = "killed"           // at least one test failed
	Survived      Verdict = "SURVIVED"         // all tests passed
	NotCompiling  Verdict = "DOES NOT COMPILE" // the compiler noticed it, so it says nothing about the tests
	NotApplicable Verdict = "DOES NOT APPLY"   // the source has moved on
	NoVerdict     Verdict = "NO VERDICT"       // no test ran, or the tests ended badly without one that failed
)

// TestRun is how one run of go test -json ended.
type TestRun struct {
	// Failed are the tests that failed, in the order of their end, without those that failed only because a subtest did.
	Failed []string
	// Passed counts tests that passed, subtests included.
	Passed int
	// Broken tells that a package did not build.
	Broken bool
	// Output is what the compiler said and what go test printed outside of tests.
	Output string
}

// readRun folds the output of go test -json. Lines that are not events count as output.
func readRun(stream string) TestRun {
	var run TestRun
	var failed []string
	var out strings.Builder
	for line := range strings.Lines(stream) {
		var e struct{ Action, Test, Output, FailedBuild string }
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Action == "" {
			out.WriteString(line)
			continue
		}
		switch {
		case e.Action == "build-fail" || e.FailedBuild != "":
			run.Broken = true
		case e.Test == "" || e.Action == "build-output":
			out.WriteString(e.Output)
		case e.Action == "pass":
			run.Passed++
		case e.Action == "fail":
			failed = append(failed, e.Test)
		}
	}
	for _, name := range failed {
		if !slices.ContainsFunc(failed, func(other string) bool { return strings.HasPrefix(other, name+"/") }) {
			run.Failed = append(run.Failed, name)
		}
	}
	run.Output = out.String()
	return run
}

// judge returns the verdict; exitedWell tells whether go test ended with status 0.
func (r TestRun) judge(exitedWell bool) Verdict {
	switch {
	case r.Broken:
		return NotCompiling
	case len(r.Failed) > 0:
		return Killed
	case exitedWell && r.Passed > 0:
		return Survived
	default:
		return NoVerdict
	}
}
