// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/agents/exec/protocol"
)

func TestErrorsSayInOneLineWhatHappened(t *testing.T) {
	exit3 := protocol.Reason{Kind: protocol.ExitStatus, Code: 3}
	for want, err := range map[string]error{
		`exec: start "p": file does not exist`:                             &StartError{Program: "p", Err: fs.ErrNotExist},
		`exec: start "p": exit 3 before hello; last words: "no"`:           &StartError{Program: "p", Reason: exit3, Stderr: "yes\nno\n"},
		`exec: run "p": exit 3`:                                            &ExitError{Program: "p", Reason: exit3, Stderr: " \n"},
		`exec: run "p": exit 3 with task "t" in hand; last words: "\x00x"`: &ExitError{Program: "p", Reason: exit3, Tasks: []string{"t"}, Stderr: "\x00x"},
		`exec: run "p": exit 3 with 2 tasks in hand`:                       &ExitError{Program: "p", Reason: exit3, Tasks: []string{"t", "u"}},
		`exec: run "p": exit 3; last words: "` + strings.Repeat("y", wordsLimit) + `"`: &ExitError{
			Program: "p", Reason: exit3, Stderr: "x" + strings.Repeat("y", wordsLimit),
		},
	} {
		assert.Equal(t, want, err.Error())
	}
}

func TestErrorsLeadToTheCauseAndTheCulprit(t *testing.T) {
	silent := protocol.Reason{Kind: protocol.Unhealthy, Cause: protocol.ErrSilent}
	assert.ErrorIs(t, &StartError{Err: fs.ErrNotExist}, fs.ErrNotExist)
	assert.ErrorIs(t, &StartError{Reason: silent}, protocol.ErrSilent)

	err := &ExitError{Reason: silent, Tasks: []string{"t"}, Culprit: "t"}
	require.ErrorIs(t, err, protocol.ErrSilent)
	var guilty *agents.TaskPanicError
	require.ErrorAs(t, err, &guilty)
	assert.Equal(t, "t", guilty.Task)
	assert.False(t, errors.As(&ExitError{Reason: silent, Tasks: []string{"t", "u"}}, &guilty))
	assert.False(t, errors.Is(err, fs.ErrNotExist), "the search ends")
}
