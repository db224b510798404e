// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// shown is how many of the last steps a report prints.
const shown = 50

// report is the text of a failed exploration.
func report(test string, first Result, short shortened) string {
	var b strings.Builder
	r := short.result
	fmt.Fprintf(&b, "sim: seed %d fails: %v\n", r.Seed, r.Failure)
	if len(r.Faults) > 0 {
		fmt.Fprintf(&b, "faults:\n  %s\n", strings.Join(r.Faults, "\n  "))
	}
	steps := r.Trace.Last(shown)
	fmt.Fprintf(&b, "last %d of %d steps:\n", len(steps), r.Trace.Len())
	for _, s := range steps {
		fmt.Fprintf(&b, "  %s\n", s)
	}
	if short.prefix >= 0 && short.prefix < first.Choices {
		fmt.Fprintf(&b, "the whole run took %d decisions and %d steps; drawing the first %d decisions is enough to fail\n",
			first.Choices, first.Trace.Len(), short.prefix)
	}
	fmt.Fprintf(&b, "run it again: %s", replay(test, r.Seed, short.prefix))
	return b.String()
}

// replay is the command that repeats a run.
func replay(test string, seed uint64, prefix int) string {
	command := fmt.Sprintf("go test %s -run '^%s$' -sim.seed=%d", here(), strings.ReplaceAll(test, "/", "$/^"), seed)
	if prefix >= 0 {
		command += fmt.Sprintf(" -sim.prefix=%d", prefix)
	}
	return command
}

// here is the package under test as the go command takes it: tests run in its folder.
func here() string {
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	for root := dir; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			if rel, err := filepath.Rel(root, dir); err == nil {
				return "./" + filepath.ToSlash(rel)
			}
		}
		if root == filepath.Dir(root) {
			return "."
		}
	}
}
