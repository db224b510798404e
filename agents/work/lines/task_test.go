// SPDX-License-Identifier: Apache-2.0

package lines

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/work/plan"
)

const now = plan.Instant(1_700_000_000_000_000_000)

func TestParseReadsEveryKey(t *testing.T) {
	task, err := Parse("f", 1, []byte(` { "id" : "a\"}", "kind":"review", "input": {"x" : [1, "}{"] , "e":"\\"} ,"capability":"go","key":"k",
		"priority":-7,"attempts":4,"timeout":"90s","deadline":"10m"} `), now)
	require.NoError(t, err)
	require.Equal(t, plan.Task{
		ID: `a"}`, Kind: "review", Input: json.RawMessage(`{"x":[1,"}{"],"e":"\\"}`), Capability: "go", Key: "k",
		Priority: -7, Attempts: 4, Timeout: 90 * time.Second, Deadline: now.Add(10 * time.Minute),
	}, task)

	task, err = Parse("f", 1, []byte(`{"id":"a","kind":"k","deadline":"2027-01-31T12:00:00.5+01:00"}`), now)
	require.NoError(t, err)
	require.Equal(t, "2027-01-31T11:00:00.5Z", task.Deadline.Time().Format(time.RFC3339Nano))
}

func TestParseNamesThePlaceOfEveryProblem(t *testing.T) {
	long := strings.Repeat("x", plan.MaxName+1)
	for _, c := range []struct {
		line string
		want []string
	}{
		{`{"id":"a","kind":"k","prioriti":1}`, []string{`f:7:22: unknown key "prioriti" (did you mean "priority"?)`}},
		{`{"id":"a","kind":"k","zebra":1}`, []string{`f:7:22: unknown key "zebra" (one of: id, kind, input, capability, key, priority, attempts, timeout, deadline)`}},
		{`{"id":"ä","kind":"k","zebra":1}`, []string{`f:7:22: unknown key "zebra" (one of: id, kind, input, capability, key, priority, attempts, timeout, deadline)`}},
		{`{"id":"a","id":"b","kind":"k"}`, []string{`f:7:11: key "id" is given twice`}},
		{` {}`, []string{`f:7:2: key "id" is missing`, `f:7:2: key "kind" is missing`}},
		{`{"id":7,"kind":""}`, []string{`f:7:7: key "id" must be a string`, `f:7:16: key "kind" is empty`}},
		{`{"id":"` + long + `","kind":"k"}`, []string{`f:7:7: key "id" has 257 bytes, at most 256 are allowed`}},
		{
			`{"id":"a","kind":"k","priority":1.5,"attempts":0}`,
			[]string{`f:7:33: key "priority" must be a whole number from -1000 to 1000`, `f:7:48: key "attempts" must be a whole number from 1 to 100`},
		},
		{`{"id":"a","kind":"k","priority":null}`, []string{`f:7:33: key "priority" must be a whole number from -1000 to 1000`}},
		{
			`{"id":"a","kind":"k","timeout":30,"deadline":"soon"}`,
			[]string{`f:7:32: key "timeout" must be a duration with a unit (write "30s")`, `f:7:46: key "deadline" must be a duration above zero (such as "30s")`},
		},
		{`{"id":"a","kind":"k","timeout":"-3s"}`, []string{`f:7:32: key "timeout" must be a duration above zero (such as "30s")`}},
		{
			`{"id":"a","kind":"k","deadline":"2027-13-31T12:00:00Z"}`,
			[]string{`f:7:33: key "deadline" must be a time between 1971 and 2261 or a duration (such as "2027-01-31T12:00:00Z" or "10m")`},
		},
		{`[1]`, []string{`f:7:1: a task must be a JSON object`}},
		{`{"id":"a",}`, []string{`f:7:11: not JSON: invalid character '}' looking for beginning of object key string`}},
		{`{"id":"a"`, []string{`f:7:10: not JSON: unexpected end of JSON input`}},
		{`{"id":"a"} {}`, []string{`f:7:12: not JSON: invalid character '{' after top-level value`}},
		{"{\"id\":\"\xff\"}", []string{`f:7:8: not valid UTF-8`}},
		{``, []string{`f:7:1: not JSON: unexpected end of JSON input`}},
	} {
		task, err := Parse("f", 7, []byte(c.line), now)
		require.Error(t, err, c.line)
		require.Equal(t, plan.Task{}, task)
		require.Equal(t, c.want, strings.Split(err.Error(), "\n"))
		var line *LineError
		require.ErrorAs(t, err, &line)
		require.Equal(t, "f", line.File)
		require.Equal(t, 7, line.Line)
	}
}

func drawTask(t *rapid.T) plan.Task {
	name := func(n string) string { return rapid.StringN(1, 20, 200).Draw(t, n) }
	task := plan.Task{ID: name("id"), Kind: name("kind"), Priority: rapid.IntRange(-1000, 1000).Draw(t, "priority")}
	if rapid.Bool().Draw(t, "more") {
		task.Capability, task.Key = name("capability"), name("key")
		task.Attempts = rapid.IntRange(1, 100).Draw(t, "attempts")
		task.Timeout = time.Duration(rapid.Int64Range(1, 1<<50).Draw(t, "timeout"))
		task.Deadline = plan.Instant(rapid.Int64Range(1<<56, 1<<62).Draw(t, "deadline"))
		input, err := json.Marshal(map[string]string{name("a"): name("b")})
		if err != nil {
			t.Fatal(err)
		}
		task.Input = input
	}
	return task
}

func TestTaskLinesAreReadBackEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		task := drawTask(t)
		line := AppendTask(nil, task)
		if strings.Count(string(line), "\n") != 1 {
			t.Fatalf("not one line: %q", line)
		}
		got, err := Parse("f", 1, line, 0)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		require.Equal(t, task, got)
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"id":"a","kind":"k","input":{"x":[1,2,{"y":"\"}"}]},"priority":3,"deadline":"10m","timeout":"1s","attempts":2,"capability":"c","key":"q"}`,
		`{"id":"a","kind":"k","input":"\u2028\ud800"}`, `{"id":"a"} {`, `{"":{}}`, "\xef\xbb\xbf{}", `{"deadline":"2027-01-31T12:00:00Z"}`, `{"timeout":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		task, err := Parse("f", 1, line, now)
		if err != nil {
			var e *LineError
			if !errors.As(err, &e) || e.Col < 1 || e.Col > len(line)+1 || e.Reason == "" {
				t.Fatalf("error without a place: %v", err)
			}
			return
		}
		if err := task.Validate(0); err != nil {
			t.Fatalf("accepted a task the queue refuses: %v", err)
		}
		again, err := Parse("f", 1, AppendTask(nil, task), now)
		require.NoError(t, err)
		require.Equal(t, task, again)
	})
}
