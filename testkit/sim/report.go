// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"
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
	if c := short.cut; c.prefix >= 0 && c.prefix < first.Choices || c.only != nil {
		fmt.Fprintf(&b, "the whole run took %d decisions and %d steps; to fail it is enough to draw %s\n", first.Choices, first.Trace.Len(), c)
	}
	fmt.Fprintf(&b, "run it again: %s", replay(test, r.Seed, short.cut))
	return b.String()
}

// String says in words what is drawn.
func (c cut) String() string {
	switch {
	case c.only != nil && len(c.only) == 0, c.prefix == 0:
		return "none: the first in line always runs"
	case c.only != nil:
		return fmt.Sprintf("%d of them, and to let the first in line run in the others", len(c.only))
	}
	return fmt.Sprintf("the first %d", c.prefix)
}

// replay is the command that repeats a run.
func replay(test string, seed uint64, c cut) string {
	command := fmt.Sprintf("go test %s -run %s -sim.seed=%d", quoted(here()), quoted(pattern(test)), seed)
	switch {
	case c.only != nil && len(c.only) == 0:
		command += " -sim.prefix=0"
	case c.only != nil:
		command += " -sim.drawn=" + strings.ReplaceAll(strings.Trim(fmt.Sprint(c.only), "[]"), " ", ",")
	case c.prefix >= 0:
		command += fmt.Sprintf(" -sim.prefix=%d", c.prefix)
	}
	return command
}

// numbers reads what replay has written; nil for an empty text.
func numbers(list string) (all []int, err error) {
	if list == "" {
		return nil, nil
	}
	for word := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

// pattern makes the test's name what -run takes: an expression for each part of the name.
func pattern(test string) string {
	parts := strings.Split(test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// quoted makes a word one that the shell takes as it is.
func quoted(word string) string {
	if !strings.ContainsFunc(word, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-./", r)
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
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
