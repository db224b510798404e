// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

// workLetters is retry or purge.
func (c *command) workLetters(f *workFlags, word string) *cobra.Command {
	o := admin.Order{}
	cmd := &cobra.Command{
		Use: word + " [ID...]", Short: "Give dead letters up",
		Long: `purge drops dead letters with their history. They stay known: the same task handed
in again is not done.

  runtime work purge net/http os
  runtime work purge --all`,
	}
	if word == "retry" {
		cmd.Short = "Give dead letters a new series of attempts"
		cmd.Long = `retry opens dead letters again, each with all its attempts and, unless --deadline
gives a new one, without a deadline.

  runtime work retry net/http os
  runtime work retry --all --deadline 1h`
		cmd.Flags().StringVar(&o.Deadline, "deadline", "", "time the tasks have from now on, such as 10m")
	}
	cmd.Flags().BoolVar(&o.All, "all", false, "every dead letter")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if o.All == (len(args) > 0) {
			return usage("%s: name tasks, or give --all", cmd.CommandPath())
		}
		o.IDs = args
		return c.reach(cmd, f, func(client *admin.Client, queue string) error {
			send := client.Purge
			if word == "retry" {
				send = client.Retry
			}
			done, err := send(cmd.Context(), queue, o)
			if err != nil {
				return err
			}
			return c.showReceipts(f.form, word, done)
		})
	}
	return cmd
}

// showReceipts says what became of each task; one that was refused is a failure of the command.
func (c *command) showReceipts(form, word string, a admin.ReceiptsAnswer) error {
	refused := 0
	for _, t := range a.Tasks {
		if t.Error != nil {
			refused++
		}
	}
	if form == "json" {
		if err := c.json(a); err != nil {
			return err
		}
	} else {
		for _, t := range a.Tasks {
			if t.Error != nil {
				fmt.Fprintf(c.Stderr, "runtime: %s: %s\n", t.ID, t.Error.Message)
			}
		}
		past := map[string]string{"retry": "opened again", "purge": "given up"}[word]
		fmt.Fprintf(c.Stdout, "%s  %d %s\n", a.Queue, len(a.Tasks)-refused, past)
	}
	if refused > 0 {
		return fmt.Errorf("%d of %d tasks were refused", refused, len(a.Tasks))
	}
	return nil
}
