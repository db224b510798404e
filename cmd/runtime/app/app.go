// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"mabeam.dev/agents"
)

// Option changes what the command knows.
type Option func(*command)

// Kind adds a kind of agents that config files can name.
func Kind(k agents.Kind) Option { return func(c *command) { c.kinds.Add(k) } }

// World is what the command sees of the process it runs in.
type World struct {
	Args           []string // without the program's name
	Env            []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Signals gives SIGINT and SIGTERM; nil means that none comes.
	Signals <-chan os.Signal
	// Executable is the path of the running binary; empty if unknown.
	Executable string
}

// command is the state of one run of the command.
type command struct {
	World
	kinds agents.Kinds
}

// Main runs the command for this process and ends it.
func Main(options ...Option) {
	signals := notify()
	exe, _ := os.Executable() // without it the helper program beside it is not found, and the built-in one is used
	os.Exit(Run(context.Background(), World{
		Args: os.Args[1:], Env: os.Environ(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Signals: signals, Executable: exe,
	}, options...))
}

// Run runs the command and returns its exit code.
func Run(ctx context.Context, w World, options ...Option) int {
	c := &command{World: w, kinds: agents.Kinds{}}
	c.kinds.Add(builtin()...)
	for _, o := range options {
		o(c)
	}
	root := c.root()
	root.SetArgs(w.Args)
	root.SetIn(w.Stdin)
	root.SetOut(w.Stdout)
	root.SetErr(w.Stderr)
	ran, err := root.ExecuteContextC(ctx)
	if err != nil && err.Error() != "" {
		c.complain(ran, err)
	}
	return codeOf(err)
}

// root builds the tree of subcommands.
func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "runtime",
		Short: "Run supervised agents from a config file",
		Long: `runtime runs a node: a supervision tree of agents declared in one file, and work
queues that feed them tasks and lose none.

  runtime run                    the main job: review Go's standard library
  runtime run -c node.yaml       your own node
  runtime validate node.yaml     every mistake of a config file at once
  runtime inspect tree           the tree of a running node
  runtime work list              its queues, tasks and dead letters
  runtime explain E2201          what the code of an error means, and what to do
  runtime events query           what has happened, from its journal`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			return unknown(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(helpCommand(root))
	root.SuggestionsMinimumDistance = 2
	root.AddCommand(c.run(), c.validate(), c.conform(), c.scenario(), c.inspect(), c.agents(), c.alerts(), c.work(), c.market(), c.optimize(), c.coordinate(), c.variables(), c.events(), c.schema(), c.explain(), c.version(), c.reviewAgent(), exitCodesTopic())
	return root
}

// unknown refuses a word that is no subcommand, with what it may have meant.
func unknown(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("unknown command %q", args[0])
	for _, s := range cmd.SuggestionsFor(args[0]) {
		text += fmt.Sprintf(", did you mean %q?", s)
		break
	}
	return usage("%s", text)
}

// helpCommand is cobra's, but a topic that does not exist is refused.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{Use: "help [command]", Short: "Help about any command", RunE: func(_ *cobra.Command, args []string) error {
		topic, rest, err := root.Find(args)
		if err != nil {
			return usage("%w", err)
		}
		if err := unknown(topic, rest); err != nil {
			return err
		}
		return topic.Help()
	}}
}

// noArgs is cobra.NoArgs with our exit code.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s takes no arguments, got %q", cmd.CommandPath(), args[0])
	}
	return nil
}

func exitCodesTopic() *cobra.Command {
	return &cobra.Command{Use: "exit-codes", Short: "What each exit code means", Long: exitCodesText(), Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		fmt.Fprint(cmd.OutOrStdout(), exitCodesText())
		return nil
	}}
}

// outputFlag is the flag -o.
func outputFlag(cmd *cobra.Command, allowed ...string) *string {
	return cmd.Flags().StringP("output", "o", allowed[0], "form of the output: "+list(allowed))
}

func checkOutput(form string, allowed ...string) error {
	for _, a := range allowed {
		if form == a {
			return nil
		}
	}
	return usage("output %q: want %s", form, list(allowed))
}

func list(words []string) string {
	text := ""
	for i, w := range words {
		switch {
		case i == 0:
			text = w
		case i == len(words)-1:
			text += " or " + w
		default:
			text += ", " + w
		}
	}
	return text
}
