// SPDX-License-Identifier: Apache-2.0

//go:build unix

package main

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
)

// asProgram makes the test binary run as the program.
const asProgram = "EXAMPLE_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestBothProgramsWorkAsAgents(t *testing.T) {
	for _, c := range []struct {
		name       string
		settings   exec.Settings
		capability string
		answers    map[string]string // input -> output
	}{
		{
			"go",
			exec.Settings{Command: []string{os.Args[0]}, Env: map[string]string{asProgram: "1"}},
			"text",
			map[string]string{`"so it goes"`: `"SO IT GOES"`, `""`: `""`, `"grün\n\"<>"`: `"GRÜN\n\"<>"`},
		},
		{
			"sh",
			exec.Settings{Command: []string{"sh/words.sh"}},
			"count",
			map[string]string{`"so it goes"`: `3`, `"*"`: `1`, `"a \\ b"`: `3`},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			sys := actors.New(actors.Options{})
			defer sys.Close(ctx)
			settings, err := json.Marshal(c.settings)
			require.NoError(t, err)
			a, err := agents.Spawn(sys, agents.Spec{ID: "a", Settings: settings}, exec.Kind(), nil)
			require.NoError(t, err)
			for in, want := range c.answers {
				out, err := a.Do(ctx, agents.Task{ID: "task-1", Attempt: 1, Token: 1, Input: json.RawMessage(in)})
				require.NoError(t, err)
				assert.JSONEq(t, want, string(out))
			}
			a.PID().Stop()
			why, err := a.PID().Await(ctx)
			require.NoError(t, err)
			assert.Equal(t, exit.Shutdown, why.Kind())
		})
	}
}

func TestInputThatIsNoStringIsRefusedForGood(t *testing.T) {
	got := upper(message{ID: "t", Attempt: 2, Input: []byte(`{}`)})
	require.NotNil(t, got.Retry)
	assert.False(t, *got.Retry)
	assert.Equal(t, []any{"error", "t", 2, "bad_input"}, []any{got.Type, got.ID, got.Attempt, got.Code})
}
