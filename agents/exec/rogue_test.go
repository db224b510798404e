// SPDX-License-Identifier: Apache-2.0

//go:build unix

package exec_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/exec"
)

func TestFloodIsCutInTheLogAndStopsNobody(t *testing.T) {
	w := newWorld(t)
	a := w.spawn("honest")
	published := watch[exec.Published](w)
	out, err := w.do(a, "t1", "flood")
	require.NoError(t, err)
	assert.JSONEq(t, `"through"`, out)
	assert.Equal(t, "flood", await(w, published, "the event").Topic)

	a.PID().Stop()
	w.reason(a)
	log := w.log.String()
	assert.Contains(t, log, "level=WARN msg=\"log 0\"")
	assert.Contains(t, log, "msg=\"err 0\"")
	assert.Contains(t, log, "messages left out of the log")
	assert.Contains(t, log, "lines of standard error left out of the log")
	assert.Less(t, strings.Count(log, "\n"), 20_000, "of 40,000 lines")
}

func TestStrayAnswersAreReportedAndReachNobody(t *testing.T) {
	w := newWorld(t)
	a := w.spawn("honest")
	refused := watch[exec.LineRefused](w)
	out, err := w.do(a, "t1", "strays")
	require.NoError(t, err)
	assert.JSONEq(t, `"once"`, out)
	var kinds []string
	for i := range 3 {
		e := await(w, refused, "a refused line")
		assert.Equal(t, i+1, e.Total)
		kinds = append(kinds, e.Kind)
	}
	assert.Equal(t, []string{"unknown_task", "wrong_attempt", "duplicate"}, kinds)
}

func TestProgramGetsTheNamedVariablesAndNoOthers(t *testing.T) {
	t.Setenv("EXEC_TEST_SECRET", "s")
	t.Setenv("EXEC_TEST_PASSED", "p")
	w := newWorld(t)
	a := w.spawn("honest", func(s *exec.Settings) {
		s.PassEnv = []string{"EXEC_TEST_PASSED"}
		s.Env["EXEC_TEST_ADDED"] = "a"
	})
	out, err := w.do(a, "t1", "environment")
	require.NoError(t, err)
	var env []string
	require.NoError(t, json.Unmarshal([]byte(out), &env))
	assert.Contains(t, env, "EXEC_TEST_PASSED=p")
	assert.Contains(t, env, "EXEC_TEST_ADDED=a")
	assert.NotContains(t, env, "EXEC_TEST_SECRET=s")
}

func TestInspectionShowsTheProgram(t *testing.T) {
	w := newWorld(t)
	started := watch[exec.ProgramStarted](w)
	a := w.spawn("honest")
	_, err := w.do(a, "t1", "echo")
	require.NoError(t, err)
	got, err := actors.Inspect(w.ctx, a.PID())
	require.NoError(t, err)
	view, ok := got.(exec.View)
	require.True(t, ok, "%T", got)
	assert.Equal(t, "running", view.State)
	assert.Equal(t, uint64(1), view.Done)
	said := await(w, started, "the start")
	assert.Equal(t, said.OSPID, view.OSPID)
	assert.Equal(t, "role", said.Name)
}
