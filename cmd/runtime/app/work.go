// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

// workFlags are those of every subcommand of work.
type workFlags struct {
	addr, socket, node, queue, token, form string
}

// work looks at the queues of a running node and steers them.
func (c *command) work() *cobra.Command {
	f := &workFlags{}
	cmd := &cobra.Command{
		Use:   "work",
		Short: "See and steer the work queues of a running node",
		Long: `work asks a running node for its queues and tasks, and tells it what to do with
them. One node that runs under this user is found without a flag; a node with
several queues needs --queue.

  runtime work list                  the queues, and their dead letters
  runtime work list --state waiting  the tasks that wait for another attempt
  runtime work retry --all           give all dead letters another chance
  runtime work purge ID...           give some up
  runtime work pause --reason night  give no task out until resume`,
		Args: unknown,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&f.addr, "addr", "", "host:port of the node")
	flags.StringVar(&f.socket, "socket", "", "path of the node's socket")
	flags.StringVar(&f.node, "node", "", "name of the node, if several run")
	flags.StringVar(&f.queue, "queue", "", "name of the queue, if the node has several")
	flags.StringVar(&f.token, "token-file", "", "file with the token, for a node on another machine")
	flags.StringVarP(&f.form, "output", "o", "text", "form of the output: text or json")
	cmd.AddCommand(c.workList(f), c.workLetters(f, "retry"), c.workLetters(f, "purge"), c.workPause(f), c.workResume(f))
	return cmd
}

// reach finds the node, and the queue unless none is asked for; then it does something with them.
func (c *command) reach(cmd *cobra.Command, f *workFlags, do func(client *admin.Client, queue string) error) error {
	if err := checkOutput(f.form, "text", "json"); err != nil {
		return err
	}
	client, err := c.client(f.addr, f.socket, f.node)
	if err != nil {
		return err
	}
	if f.token != "" {
		token, err := os.ReadFile(f.token)
		if err != nil {
			return usage("token: %w", err)
		}
		client = client.WithToken(strings.TrimSpace(string(token)))
	}
	queue := f.queue
	if queue == "" {
		all, err := client.Queues(cmd.Context())
		switch {
		case err != nil:
			return told(err)
		case len(all.Queues) == 0:
			return errors.New("the node has no queue")
		case len(all.Queues) > 1:
			names := make([]string, len(all.Queues))
			for i, q := range all.Queues {
				names[i] = q.Name
			}
			return usage("the node has several queues, choose one with --queue: %s", strings.Join(names, ", "))
		}
		queue = all.Queues[0].Name
	}
	return told(do(client, queue))
}

// told gives an error its exit code.
func told(err error) error {
	var lost *admin.UnreachableError
	var refused *admin.StatusError
	switch {
	case errors.As(err, &lost):
		return exitWith(ExitUnreachable, err)
	case errors.As(err, &refused) && (refused.Reason == admin.CodeQueue || refused.Code == http.StatusBadRequest): // it did not like a word of the command line
		return exitWith(ExitUsage, err)
	}
	return err
}

func (c *command) workPause(f *workFlags) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "pause", Short: "Give no task out until resume", Args: noArgs,
		Long: `pause keeps a queue from giving tasks out, also after a restart of the node. Tasks
are still accepted, and running ones go on.

  runtime work pause --reason "database is being moved"`,
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever looks at the queue")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.steer(cmd, f, func(client *admin.Client, queue string) (admin.QueuesAnswer, error) {
			return client.Pause(cmd.Context(), queue, reason)
		})
	}
	return cmd
}

func (c *command) workResume(f *workFlags) *cobra.Command {
	cmd := &cobra.Command{Use: "resume", Short: "Let a paused queue go on", Args: noArgs}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.steer(cmd, f, func(client *admin.Client, queue string) (admin.QueuesAnswer, error) {
			return client.Resume(cmd.Context(), queue)
		})
	}
	return cmd
}

// steer does something with a queue and shows what it is like then.
func (c *command) steer(cmd *cobra.Command, f *workFlags, do func(*admin.Client, string) (admin.QueuesAnswer, error)) error {
	return c.reach(cmd, f, func(client *admin.Client, queue string) error {
		a, err := do(client, queue)
		if err != nil {
			return err
		}
		if f.form == "json" {
			return c.json(a)
		}
		return c.showQueue("text", a.Queues[0], admin.TasksAnswer{}, false)
	})
}
