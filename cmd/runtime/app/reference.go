// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mabeam.dev/agents"
)

// Reference returns the documentation of the command as Markdown, made of the tree of subcommands itself: every visible one with its
// usage, help and flags, and the exit codes.
func Reference() string {
	root := (&command{kinds: agents.Kinds{}}).root()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	var b strings.Builder
	b.WriteString("# The command\n\n")
	describe(&b, root)
	b.WriteString("## Exit codes\n\n| Code | Meaning |\n|---|---|\n")
	for _, c := range ExitCodes {
		fmt.Fprintf(&b, "| %d | %s |\n", c.Code, c.Meaning)
	}
	return b.String()
}

// describe writes a command and those below it.
func describe(b *strings.Builder, cmd *cobra.Command) {
	if cmd.HasParent() {
		fmt.Fprintf(b, "## %s\n\n", cmd.CommandPath())
	}
	fmt.Fprintf(b, "%s.\n\n```text\n%s\n```\n\n", strings.TrimSuffix(cmd.Short, "."), cmd.UseLine())
	if cmd.Long != "" {
		fmt.Fprintf(b, "```text\n%s\n```\n\n", strings.TrimSpace(cmd.Long))
	}
	if flags := cmd.LocalFlags().FlagUsages(); flags != "" {
		fmt.Fprintf(b, "```text\n%s```\n\n", flags)
	}
	for _, sub := range cmd.Commands() {
		if !sub.Hidden {
			describe(b, sub)
		}
	}
}
