// SPDX-License-Identifier: Apache-2.0

package scenario_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/config"
	"mabeam.dev/testkit/scenario"
)

func parse(t *testing.T, text string) *scenario.Script {
	t.Helper()
	s, err := scenario.Parse("x.txtar", text)
	require.NoError(t, err)
	return s
}

func args(c scenario.Command) []string {
	var out []string
	for _, a := range c.Args {
		out = append(out, a.Text)
	}
	return out
}

func TestWordsArePartedByBlanksOutsideQuotesAndBrackets(t *testing.T) {
	for line, want := range map[string][]string{
		`log a  b	c`:                        {"a", "b", "c"},
		`log 'a b' "c d" # gone`:            {"a b", "c d"},
		`log "a # b" c#d`:                   {"a # b", "c#d"},
		`log "say \"hi\"" 'as \it is'`:      {`say "hi"`, `as \it is`},
		`log {"a": [1, 2], "b": "x } y"} z`: {`{"a": [1, 2], "b": "x } y"}`, "z"},
		`log ""`:                            {""},
		`log ä ö "ü"`:                       {"ä", "ö", "ü"},
	} {
		s := parse(t, line+"\n")
		require.Len(t, s.Commands, 1, line)
		assert.Equal(t, want, args(s.Commands[0]), line)
	}
}

func TestExpectedOutputEndsWithAnEmptyLineOrWithTwoFences(t *testing.T) {
	s := parse(t, "tree\n----\na\nb\n\nsettle\n----\n----\na\n\nb\n----\n----\n! settle\n----\n\nlog end\n")
	require.Len(t, s.Commands, 4)
	assert.Equal(t, "a\nb\n", s.Commands[0].Expected.Text)
	assert.Equal(t, "a\n\nb\n", s.Commands[1].Expected.Text)
	assert.Empty(t, s.Commands[2].Expected.Text)
	assert.True(t, s.Commands[2].Fails)
	assert.Nil(t, s.Commands[3].Expected)
}

func TestFilesOfTheArchiveKnowTheirLines(t *testing.T) {
	s := parse(t, "log a\n-- one --\n1\n-- two --\n-- three --\n3\n3\n")
	require.Len(t, s.Files, 3)
	assert.Equal(t, []scenario.File{
		{Name: "one", Data: []byte("1\n"), Line: 3}, {Name: "two", Data: []byte(""), Line: 5}, {Name: "three", Data: []byte("3\n3\n"), Line: 6},
	}, s.Files)
}

func TestUpdateReplacesOutputAloneAndASecondTimeNothing(t *testing.T) {
	text := "log one\n----\nwrong\n\nlog two\n----\n----\nmore\n\nthan\n----\n----\nlog three\nexpect time == 5s\n-- f --\n"
	s := parse(t, text)
	r := scenario.Run(s, scenario.Options{})
	for range 3 { // one block a run
		s = parse(t, s.Update(r))
		r = scenario.Run(s, scenario.Options{})
	}
	want := "log one\n----\n00:00:00.000 one\n\nlog two\n----\n----\n00:00:00.000 two\n----\n----\nlog three\nexpect time == 5s\n-- f --\n"
	assert.Equal(t, want, s.Update(r))
	assert.Equal(t, want, parse(t, want).Update(scenario.Run(parse(t, want), scenario.Options{})))
}

func TestFormatChangesNothingThatARunSees(t *testing.T) {
	files, err := filepath.Glob("../../examples/scenarios/*.txtar")
	require.NoError(t, err)
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		text, err := scenario.Format(f, string(data))
		require.NoError(t, err)
		assert.Equal(t, string(data), text, "runtime scenario fmt %s", f)
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("../../examples/scenarios/*.txtar")
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil {
			f.Add(string(data))
		}
	}
	f.Add("tree\n----\n----\n")
	f.Add("! expect \"a\n----\n-- x --\n----")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := scenario.Parse("x", text)
		if err == nil {
			again, err := scenario.Format("x", text)
			require.NoError(t, err)
			twice, err := scenario.Format("x", again)
			require.NoError(t, err, again)
			require.Equal(t, again, twice)
			require.NotNil(t, s)
			return
		}
		var all config.Errors
		require.ErrorAs(t, err, &all)
		lines := strings.Count(text, "\n") + 1
		for _, e := range all {
			require.True(t, e.Line >= 1 && e.Line <= lines+1 && e.Col >= 1, "%v of %d lines", e, lines)
			require.NotEmpty(t, e.Reason)
		}
		require.False(t, errors.Is(err, os.ErrNotExist))
	})
}
