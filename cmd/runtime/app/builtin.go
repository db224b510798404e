// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
	"mabeam.dev/agents/exec/guest"
	"mabeam.dev/agents/reviewer"
)

// builtin are the kinds that every binary knows.
func builtin() []agents.Kind {
	echo := agents.Native("echo", "Answers each task with its input; for first steps and tests.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(_ context.Context, t agents.Task) (json.RawMessage, error) { return t.Input, nil }), nil
	})
	return []agents.Kind{echo, reviewer.Kind(), exec.Kind()}
}

// reviewAgent is a reviewer as an agent program, for binaries that have no program beside them.
func (c *command) reviewAgent() *cobra.Command {
	return &cobra.Command{Use: "review-agent", Hidden: true, Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		err := guest.Serve(cmd.Context(), c.Stdin, c.Stdout, guest.Hello{}, func(ctx context.Context, t guest.Task) (any, error) {
			return reviewer.Do(ctx, t.Input, reviewer.Options{MaxFindings: 25})
		})
		if err != nil {
			return fmt.Errorf("review-agent: %w", err)
		}
		return nil
	}}
}
