// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/supervision"
)

func TestSettingsReportEveryMistakeAtOnce(t *testing.T) {
	require.NoError(t, Settings{Command: []string{"x"}}.Validate())
	err := Settings{
		Command: []string{"", "a\x00b"}, Dir: "d\x00", Env: map[string]string{"": "1", "A=B": "2", "C": "3\x00"}, PassEnv: []string{"D="},
		LineLimit: -1, PingMisses: -1,
	}.Validate()
	require.Error(t, err)
	for _, part := range []string{
		"command: is missing", `command: "a\x00b"`, `dir: "d\x00"`, `env: "" is`, `env: "A=B"`, `env: the value of "C"`, `pass_env: "D="`,
		"line_limit", "ping_misses",
	} {
		assert.ErrorContains(t, err, part)
	}
}

func TestSettingsSurviveTheirEncodingAndRefuseUnknownKeys(t *testing.T) {
	want := Settings{
		Command: []string{"a", "b"}, Dir: "d", Env: map[string]string{"E": "1"}, PassEnv: []string{"P"}, LineLimit: 1, JunkLimit: 2,
		Strict: true, StderrKeep: 3, LogRate: 4, HelloTimeout: 5, PingInterval: 6, PingMisses: 7, WriteTimeout: 8, CancelGrace: 9, TermGrace: 10,
	}
	raw, err := json.Marshal(want)
	require.NoError(t, err)
	got, err := parse(raw)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	_, err = parse([]byte(`{"command":["x"],"comand":["y"]}`))
	assert.ErrorContains(t, err, "comand")
	_, err = parse([]byte(`{"command":["x"]} {}`))
	assert.ErrorContains(t, err, "after")
	_, err = parse(nil)
	assert.ErrorContains(t, err, "command: is missing")
}

func TestEverySettingReachesTheProgramOrTheConversation(t *testing.T) {
	s := Settings{
		Command: []string{"c"}, Dir: "d", Env: map[string]string{"B": "2", "A": "1"}, PassEnv: []string{"P"}, LineLimit: 1, JunkLimit: 2,
		Strict: true, StderrKeep: -1, LogRate: 4, HelloTimeout: 5, PingInterval: 6, PingMisses: 7, WriteTimeout: 8, CancelGrace: 9,
	}
	p := s.program()
	require.NoError(t, p.Validate())
	assert.Equal(t, []string{"A=1", "B=2"}, p.Env, "in order")
	assert.Equal(t, []any{1, 8 * time.Nanosecond, -1, 4, "d"}, []any{p.LineLimit, p.WriteTimeout, p.StderrKeep, p.StderrRate, p.Dir})
	assert.Equal(t, protocol.Config{
		StartTimeout: 5, PingInterval: 6, PingMisses: 7, CancelGrace: 9, JunkLimit: 2, LineLimit: 1, Strict: true,
	}, s.protocol())
}

func TestKillComesBeforeTheSupervisorLosesPatience(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name       string
		how        supervision.Shutdown
		term       time.Duration
		stop, wait time.Duration
	}{
		{"default", 0, 0, 2500 * ms, 2000 * ms},
		{"short", supervision.After(100 * ms), 0, 45 * ms, 45 * ms},
		{"long", supervision.After(time.Minute), 0, 52 * time.Second, 2 * time.Second},
		{"own term grace", supervision.After(10 * time.Second), time.Second, 8 * time.Second, time.Second},
		{"no term grace", supervision.After(time.Second), -1, 900*ms - 1, 1},
		{"no time", supervision.After(0), 0, 1, 1},
		{"infinite", supervision.Infinity, 0, time.Minute, 2 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			stop, term := graces(c.how, c.term)
			assert.Equal(t, []time.Duration{c.stop, c.wait}, []time.Duration{stop, term})
			if limit, timed := c.how.Deadline(); timed && limit > 0 {
				assert.Less(t, stop+term, limit)
			}
		})
	}
}
