// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// flagError refuses a flag, with what it may have meant.
func flagError(cmd *cobra.Command, err error) error {
	text := ""
	if _, name, ok := strings.Cut(err.Error(), "unknown flag: --"); ok {
		if s := nearestFlag(cmd, name); s != "" {
			text = fmt.Sprintf(", did you mean %q?", "--"+s)
		}
	}
	return usage("%w%s (see '%s --help')", err, text, cmd.CommandPath())
}

// nearestFlag returns the flag that a word was probably meant to be; empty if none is near. The names are taken from the help text.
func nearestFlag(cmd *cobra.Command, word string) string {
	best, least := "", 3
	for _, w := range strings.Fields(cmd.Flags().FlagUsages()) {
		name, ok := strings.CutPrefix(w, "--")
		if d := edits(word, name); ok && d < least && d < len(name) {
			best, least = name, d
		}
	}
	return best
}

// edits is the least number of letters to add, drop or change between two words.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
