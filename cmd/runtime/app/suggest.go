// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/nearest"
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
	var names []string
	for _, w := range strings.Fields(cmd.Flags().FlagUsages()) {
		if name, ok := strings.CutPrefix(w, "--"); ok {
			names = append(names, name)
		}
	}
	return nearest.Word(word, names)
}
