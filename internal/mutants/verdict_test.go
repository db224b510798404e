// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestOnlyAFailedTestKills(t *testing.T) {
	pass, fail := `{"Action":"pass","Package":"p","Test":"TestA"}`, `{"Action":"fail","Package":"p","Test":"TestB"}`
	pkgPass, pkgFail := `{"Action":"pass","Package":"p"}`, `{"Action":"fail","Package":"p"}`
	for _, c := range []struct {
		name   string
		stream []string
		exit   bool
		want   Verdict
	}{
		{"all pass", []string{pass, pkgPass}, true, Survived},
		{"one fails", []string{pass, fail, pkgFail}, false, Killed},
		{"no test", []string{pkgPass}, true, NoVerdict},
		{"only skipped", []string{`{"Action":"skip","Package":"p","Test":"TestA"}`, pkgPass}, true, NoVerdict},
		{"the program ends badly and no test failed", []string{pass, pkgFail}, false, NoVerdict},
		{"nothing at all", nil, false, NoVerdict},
		{"not go test", []string{"go: no such tool"}, false, NoVerdict},
		{"a build fails", []string{
			`{"ImportPath":"p","Action":"build-output","Output":"p.go:1: undefined: x\n"}`, `{"ImportPath":"p","Action":"build-fail"}`,
			`{"Action":"fail","Package":"p","FailedBuild":"p"}`,
		}, false, NotCompiling},
	} {
		assert.Equal(t, c.want, readRun(strings.Join(c.stream, "\n")).judge(c.exit), c.name)
	}
}

func TestARunNamesWhatFailedAndKeepsWhatTheCompilerSaid(t *testing.T) {
	run := readRun(`warning: odd
{"ImportPath":"p","Action":"build-output","Output":"p.go:1: undefined: x\n"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"long story\n"}
{"Action":"fail","Package":"p","Test":"TestA/one"}
{"Action":"pass","Package":"p","Test":"TestA/two"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p","Test":"TestAB"}
{"Action":"output","Package":"p","Output":"FAIL\n"}
`)
	assert.Equal(t, TestRun{Failed: []string{"TestA/one", "TestAB"}, Passed: 1, Output: "warning: odd\np.go:1: undefined: x\nFAIL\n"}, run)
}

func TestTheTableSaysWhoNoticedWhat(t *testing.T) {
	rows := []Row{
		{Mutant: Mutant{Name: "a"}, Verdict: Killed, Failed: []string{"TestX/01_one.txt", "TestX/02_two.txt", "TestY", "TestZ"}},
		{Mutant: Mutant{Name: "long-name", Why: "costs nothing"}, Verdict: Survived},
		{Mutant: Mutant{Name: "c"}, Verdict: NotCompiling, Detail: "p.go:1: undefined: x\nFAIL\n"},
	}
	var table strings.Builder
	for _, r := range rows {
		table.WriteString(r.text(9))
	}
	table.WriteString(summary(rows, 61*time.Second))
	assert.Equal(t, strings.Join([]string{
		"a          killed              4  01_one, 02_two, TestY, and 1 more",
		"long-name  SURVIVED          no test notices: costs nothing",
		"c          DOES NOT COMPILE",
		"    p.go:1: undefined: x",
		"    FAIL",
		"mutants: 3 tried: 1 killed, 1 survived, 1 does not compile (1m1s)", "",
	}, "\n"), table.String())
	assert.False(t, allKilled(rows))
	assert.True(t, allKilled(rows[:1]))
}
