// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"

	"mabeam.dev/internal/admin"
)

// watchVariables shows what there is and every change of it, one line each: of one variable, or of all spaces.
func (c *command) watchVariables(ctx context.Context, client *admin.Client, a admin.VariablesAnswer, only *admin.VariableView, asJSON bool) error {
	within, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	events := make(chan admin.VariableEvent) // sent by the goroutines below, received here
	watched := 0
	for _, s := range a.Spaces {
		if only != nil && only.Space != s.Space {
			continue
		}
		watched++
		go func() { // ends with within, or with its stream
			stop(client.WatchVariables(within, s.Space, func(e admin.VariableEvent) error {
				select {
				case events <- e:
					return nil
				case <-within.Done():
					return within.Err()
				}
			}))
		}()
	}
	if watched == 0 {
		return nil
	}
	for {
		select {
		case e := <-events:
			if err := c.watchedVariable(e, only, asJSON); err != nil {
				return err
			}
		case <-within.Done():
			if ctx.Err() != nil {
				return nil // interrupted, as it is meant to be
			}
			return context.Cause(within)
		}
	}
}

func (c *command) watchedVariable(e admin.VariableEvent, only *admin.VariableView, asJSON bool) error {
	commits := e.Variables.Variables
	if e.Name == "commit" {
		commits = []admin.WatchedCommit{e.Commit}
	}
	if e.Name == "gap" && !asJSON {
		_, err := fmt.Fprintf(c.Stdout, "... versions %s to %s of the space are not known any more\n", e.Gap.From, e.Gap.To)
		return err
	}
	for _, w := range commits {
		if only != nil && only.Name != w.Variable {
			continue
		}
		if asJSON {
			if err := c.line(struct {
				Version int    `json:"version"` // of this format: 1
				Event   string `json:"event"`   // variables for what there was at the beginning, commit for a change
				admin.WatchedCommit
			}{1, e.Name, w}); err != nil {
				return err
			}
			continue
		}
		name, k := w.Space+"/"+w.Variable, w.Commit
		if k.Scope != "" {
			name += " for " + k.Scope
		}
		value := k.Text
		if k.Gone {
			value = "taken away"
		}
		if _, err := fmt.Fprintf(c.Stdout, "%s  %s = %s  %s  %s  %s  %s\n", k.Time, name, value, k.At, k.Cause, dash(k.Proposer), dash(firstLine(k.Because))); err != nil {
			return err
		}
	}
	return nil
}
