// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const mixedStream = `{"Action":"start","Package":"p/a"}
{"Action":"run","Package":"p/a","Test":"TestGood"}
{"Action":"output","Package":"p/a","Test":"TestGood","Output":"chatter\n"}
{"Action":"pass","Package":"p/a","Test":"TestGood","Elapsed":0}
{"Action":"run","Package":"p/a","Test":"TestNeedsErlang"}
{"Action":"output","Package":"p/a","Test":"TestNeedsErlang","Output":"=== RUN   TestNeedsErlang\n"}
{"Action":"output","Package":"p/a","Test":"TestNeedsErlang","Output":"    a_test.go:12: escript is not installed: no comparison\n"}
{"Action":"output","Package":"p/a","Test":"TestNeedsErlang","Output":"--- SKIP: TestNeedsErlang (0.00s)\n"}
{"Action":"skip","Package":"p/a","Test":"TestNeedsErlang","Elapsed":0}
{"Action":"output","Package":"p/a","Output":"PASS\n"}
{"Action":"output","Package":"p/a","Output":"ok  \tp/a\t0.1s\n"}
{"Action":"pass","Package":"p/a","Elapsed":0.1}
{"Action":"start","Package":"p/none"}
{"Action":"output","Package":"p/none","Output":"?   \tp/none\t[no test files]\n"}
{"Action":"skip","Package":"p/none","Elapsed":0}`

const failingStream = `{"Action":"start","Package":"p/b"}
{"Action":"run","Package":"p/b","Test":"TestBad"}
{"Action":"output","Package":"p/b","Test":"TestBad","Output":"    b_test.go:3: expected 1, got 2\n"}
{"Action":"fail","Package":"p/b","Test":"TestBad","Elapsed":0}
{"Action":"output","Package":"p/b","Output":"FAIL\tp/b\t0.1s\n"}
{"Action":"fail","Package":"p/b","Elapsed":0.1}`

const brokenBuild = `{"ImportPath":"p/c","Action":"build-output","Output":"c.go:1:1: expected 'package'\n"}
{"ImportPath":"p/c","Action":"build-fail"}
{"Action":"start","Package":"p/c"}
{"Action":"output","Package":"p/c","Output":"FAIL\tp/c [build failed]\n"}
{"Action":"fail","Package":"p/c","Elapsed":0,"FailedBuild":"p/c"}`

func fold(t *testing.T, stream string) (*Run, string) {
	t.Helper()
	r := NewRun()
	var b strings.Builder
	require.NoError(t, feed(r, strings.NewReader(stream), &b))
	return r, b.String()
}

func TestClosingBlockNamesEverySkipWithItsReason(t *testing.T) {
	r, out := fold(t, mixedStream)
	rules := Rules{Notes: []string{"race detector: no C compiler"}}
	problems := r.Problems(rules, nil)
	assert.Empty(t, problems)
	assert.Equal(t, "ok  \tp/a\t0.1s\n", out)
	sum := r.Summary(rules, problems)
	assert.Contains(t, sum, "1 passed, 0 failed, 1 skipped in 1 packages (1 packages without tests)")
	assert.Contains(t, sum, "skipped  p/a TestNeedsErlang: escript is not installed: no comparison")
	assert.Contains(t, sum, "left out race detector: no C compiler")
	assert.True(t, strings.HasSuffix(sum, "OK\n"))
}

func TestNothingThatWentWrongCanLookLikeSuccess(t *testing.T) {
	cases := map[string]struct {
		stream   string
		rules    Rules
		childErr error
		shown    string
		problem  string
	}{
		"failing test":        {stream: failingStream, shown: "expected 1, got 2", problem: "1 failed"},
		"broken build":        {stream: brokenBuild, shown: "c.go:1:1", problem: "1 failed"},
		"package without end": {stream: `{"Action":"start","Package":"p/d"}`, problem: "p/d never reported an end"},
		"go test died":        {stream: mixedStream, childErr: errors.New("signal: killed"), problem: "signal: killed"},
		"text beside the events": {
			stream: "go: cannot find main module", childErr: errors.New("exit status 1"),
			shown: "cannot find main module", problem: "exit status 1",
		},
		"too few tests":  {stream: mixedStream, rules: Rules{Min: 2}, problem: "1 tests passed, at least 2 had to"},
		"strict skipped": {stream: mixedStream, rules: Rules{Strict: true}, problem: "1 skipped"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, out := fold(t, c.stream)
			problems := r.Problems(c.rules, c.childErr)
			require.NotEmpty(t, problems)
			assert.Contains(t, strings.Join(problems, "\n"), c.problem)
			assert.Contains(t, out, c.shown)
			assert.Contains(t, r.Summary(c.rules, problems), "NOT OK: ")
		})
	}
}

func TestOwnFlagsEndAtTheFirstForeignOne(t *testing.T) {
	rules, rest, err := parse([]string{"-min", "3", "-strict", "-note", "x y", "-race", "-min", "./..."})
	require.NoError(t, err)
	assert.Equal(t, Rules{Min: 3, Strict: true, Notes: []string{"x y"}}, rules)
	assert.Equal(t, []string{"-race", "-min", "./..."}, rest)

	for _, bad := range [][]string{{"-min"}, {"-min", "x"}, {"-min", "-1"}, {"-note"}} {
		_, _, err := parse(bad)
		assert.Error(t, err, "%v", bad)
	}
}

func TestPackagesThatStartNothingAreLeftOutOfTheRaceDetector(t *testing.T) {
	assert.Equal(t, []string{"mabeam.dev/actors", "mabeam.dev/market", "mabeam.dev/other"}, impure([]string{
		"mabeam.dev/actors", "mabeam.dev/actors/exit", "mabeam.dev/market", "mabeam.dev/market/wdp", "mabeam.dev/other", "mabeam.dev/supervision/plan",
	}))
}
