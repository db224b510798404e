// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"

	"mabeam.dev/internal/admin"
)

// variableWatch is what a watch shows.
type variableWatch struct {
	c      *command
	only   *admin.VariableView // nil for all
	asJSON bool
	left   int // lines that are still to be shown; negative for any number
}

// watchVariables shows what there is and every change of it, one line each: of one variable, or of all spaces.
func (c *command) watchVariables(ctx context.Context, client *admin.Client, a admin.VariablesAnswer, w *variableWatch) error {
	ctx, end := c.interruptible(ctx)
	defer end()
	within, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	events := make(chan admin.VariableEvent) // sent by the goroutines below, received here
	watched := 0
	for _, s := range a.Spaces {
		if w.only != nil && w.only.Space != s.Space {
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
			if err := w.event(e); err != nil || w.left == 0 {
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

func (w *variableWatch) event(e admin.VariableEvent) error {
	commits := e.Variables.Variables
	switch {
	case e.Name == "commit":
		commits = []admin.WatchedCommit{e.Commit}
	case e.Name == "gap" && !w.asJSON:
		_, err := fmt.Fprintf(w.c.Stdout, "... versions %s to %s of the space are not known any more\n", e.Gap.From, e.Gap.To)
		return err
	}
	for _, x := range commits {
		if w.left == 0 || w.only != nil && w.only.Name != x.Variable {
			continue
		}
		w.left--
		if err := w.line(e.Name, x); err != nil {
			return err
		}
	}
	if e.Name == "variables" {
		fmt.Fprintf(w.c.Stderr, "watching %s\n", e.Variables.Space)
	}
	return nil
}

func (w *variableWatch) line(event string, x admin.WatchedCommit) error {
	if w.asJSON {
		return w.c.line(struct {
			Version int    `json:"version"` // of this format: 1
			Event   string `json:"event"`   // variables for what there was at the beginning, commit for a change
			admin.WatchedCommit
		}{1, event, x})
	}
	name, k := x.Space+"/"+x.Variable, x.Commit
	if k.Scope != "" {
		name += " for " + k.Scope
	}
	value := k.Text
	if k.Gone {
		value = "taken away"
	}
	_, err := fmt.Fprintf(w.c.Stdout, "%s  %s = %s  %s  %s  %s  %s\n", k.Time, name, value, k.At, k.Cause, dash(k.Proposer), dash(firstLine(k.Because)))
	return err
}
