// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
	"mabeam.dev/internal/admin"
)

// story puts the correlation of the event in a file into a variable.
func story(ts *testscript.TestScript, _ bool, args []string) {
	e, err := events.ParseLine([]byte(strings.TrimSpace(ts.ReadFile(args[0]))))
	ts.Check(err)
	ts.Setenv(args[1], e.Correlation.String())
}

// cutLast copies a file without its last line.
func cutLast(ts *testscript.TestScript, _ bool, args []string) {
	text := strings.TrimSuffix(ts.ReadFile(args[0]), "\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text[:strings.LastIndex(text, "\n")+1]), 0o600))
}

// damage changes a byte at the first place that an expression finds, and puts the number of its page into a variable.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	at := regexp.MustCompile(args[1]).FindIndex(data)
	if at == nil {
		ts.Fatalf("%s holds nothing like %q", args[0], args[1])
	}
	data[at[1]-1] ^= 1
	ts.Check(os.WriteFile(path, data, 0o600))
	ts.Setenv(args[2], strconv.Itoa((at[1]-1)/4096+1))
}

func TestMomentsAreTimesOrHowLongAgo(t *testing.T) {
	now := time.Date(2030, 5, 6, 7, 8, 9, 0, time.UTC)
	for text, want := range map[string]string{
		"":                             "",
		"90m":                          "2030-05-06T05:38:09Z",
		"0s":                           "2030-05-06T07:08:09Z",
		"2030-01-02T03:04:05Z":         "2030-01-02T03:04:05Z",
		"2030-01-02T03:04:05.25+01:00": "2030-01-02T02:04:05.25Z",
	} {
		got, err := moment(text, now)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"yesterday", "-5m", "2030-13-01T00:00:00Z", "12"} {
		_, err := moment(text, now)
		assert.Error(t, err, text)
	}
}

func TestDataIsShownByItsPlainValues(t *testing.T) {
	for data, want := range map[string]string{
		``:                  "",
		`[1,2]`:             "5 bytes",
		"\x00\xff":          "2 bytes",
		`{"b":1,"a":"x y"}`: `b=1 a="x y"`,
		`{"o":{"in":{"deep":1},"v":true},"l":[1],"n":null,"z":-1.5}`: `o.v=true z=-1.5`,
		`{"long":"` + strings.Repeat("é", 100) + `"}`:                `long="` + strings.Repeat("é", 59) + "...",
		`{"at":1795320497699070497,"timeout":3000000000}`:            "timeout=3000000000",
		`{"cut":1,"off`: "cut=1",
	} {
		assert.Equal(t, want, dataWords([]byte(data)), data)
	}
}

func TestAStoryShowsCausesAboveEffectsAndWhatComesFromElsewhere(t *testing.T) {
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	list := []events.Event{
		{New: events.New{ID: events.ID{1}, Type: "asked"}},
		{New: events.New{ID: events.ID{2}, Type: "answered", Causation: events.ID{1}, Agent: "a"}},
		{New: events.New{ID: events.ID{3}, Type: "heard", Causation: events.ID{9}}},
		{New: events.New{ID: events.ID{4}, Type: "thanked", Causation: events.ID{2}}},
	}
	var lines [][]byte
	for i := range list {
		list[i].Stream, list[i].Version, list[i].Position = "s", events.Version(i+1), events.Position(i+1)
		list[i].Correlation, list[i].At = events.ID{7}, at.Add(time.Duration(i)*time.Second)
		line, err := events.Line(list[i])
		require.NoError(t, err)
		lines = append(lines, line)
	}
	var out bytes.Buffer
	c := &command{World: World{Stdout: &out}}
	var a admin.EventsAnswer
	for _, line := range lines {
		a.Events = append(a.Events, line)
	}
	require.NoError(t, c.tell(a))
	assert.Equal(t, `07000000-0000-0000-0000-000000000000  4 events from 2030-01-01T00:00:00.000000Z, in 3s
     1  +0s          asked  s v1
     2  +1s            answered  s v2  agent a
     4  +3s              thanked  s v4
     3  +2s          (by 09000000-0000-0000-0000-000000000000, which is not among them)  heard  s v3
`, out.String())
}
