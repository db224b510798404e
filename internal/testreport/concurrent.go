// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os/exec"
	"strings"

	"mabeam.dev/internal/archtest"
)

// module is the path that all packages begin with.
const module = "mabeam.dev"

// program is the package whose tests run finished binaries: there is no detector in these, and nothing starts beside them.
const program = module + "/cmd/runtime"

// concurrent puts the packages that may start something in the place of the patterns at the end of the arguments: those of the pure layer cannot race, and in a finished program nobody would see it.
func concurrent(goTool string, args []string) ([]string, error) {
	first := len(args)
	for first > 0 && !strings.HasPrefix(args[first-1], "-") {
		first--
	}
	out, err := exec.Command(goTool, append([]string{"list"}, args[first:]...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("list packages: %w", err)
	}
	return append(args[:first:first], impure(strings.Fields(string(out)))...), nil
}

// impure leaves the packages of the pure layer out, and the finished program.
func impure(packages []string) (all []string) {
	for _, p := range packages {
		if p == program {
			continue
		}
		if row, ok := archtest.RowOf(strings.TrimPrefix(strings.TrimPrefix(p, module), "/")); !ok || !row.Pure {
			all = append(all, p)
		}
	}
	return all
}
