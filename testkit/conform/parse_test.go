// SPDX-License-Identifier: Apache-2.0

package conform_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/testkit/conform"
)

func TestEveryMistakeOfAScriptIsReportedWithItsLine(t *testing.T) {
	_, err := conform.Parse("x.txt", `# comment
sup root strategy=one_for_one colour=red
sup Root
child root a restart
child nowhere b
child root c type=supervisor
child root d starts=maybe
child root d starts=bad:x
child root d stop=never
child root d shutdown={a
stop
run
start now
sleep -1
exit a
exit a "b"
async exit a boom
dance
upgrade root v9
start_child root e starts=
check_childspec x missing=restart
run
`)
	require.Error(t, err)
	want := []string{
		`x.txt:2: sup root strategy=one_for_one colour=red: unknown key "colour", want one of strategy intensity period auto_shutdown starts`,
		`x.txt:3: sup Root: "Root" is no name: lower-case letters, digits and underscores`,
		`x.txt:4: child root a restart: "restart" is not key=value`,
		`x.txt:5: child nowhere b: sup nowhere is not defined`,
		`x.txt:6: child root c type=supervisor: sup c is not defined`,
		`x.txt:7: child root d starts=maybe: "maybe" is no outcome, want ok, ignore, error:REASON, bad:REASON or hold:OUTCOME`,
		`x.txt:8: child root d starts=bad:x: the outcome bad is for supervisors only`,
		`x.txt:9: child root d stop=never: "never" is no answer to a stop, want clean, exit:REASON or hang`,
		`x.txt:10: child root d shutdown={a: "{a" is no atom, integer, tuple or list`,
		`x.txt:11: stop: not a definition; operations come after the line run`,
		`x.txt:13: start now: unexpected "now"`,
		`x.txt:14: sleep -1: "-1" is no number of milliseconds`,
		`x.txt:15: exit a: a word is missing`,
		`x.txt:16: exit a "b": "\"b\"" is no atom, integer, tuple or list`,
		`x.txt:17: async exit a boom: exit cannot be async: it is no request to a supervisor`,
		`x.txt:18: dance: unknown operation "dance"`,
		`x.txt:19: upgrade root v9: sup v9 is not defined`,
		`x.txt:20: start_child root e starts=: starts needs an outcome`,
		`x.txt:21: check_childspec x missing=restart: missing=restart: want id or start`,
		`x.txt:22: run: unknown operation "run"`,
	}
	assert.Equal(t, want, strings.Split(err.Error(), "\n"))
	var one *conform.ParseError
	require.ErrorAs(t, err, &one)
	assert.Equal(t, 2, one.Line)
}

func TestAScriptNeedsARootAndOperations(t *testing.T) {
	_, err := conform.Parse("x.txt", "# nothing\n")
	require.EqualError(t, err, "x.txt:2: there is no line run\nx.txt:2: there is no sup")
}

func TestTextOfAScriptParsesToTheSameScript(t *testing.T) {
	for number := range uint64(50) {
		script, err := conform.Parse("generated", conform.Generate(3, number))
		require.NoError(t, err)
		again, err := conform.Parse("again", script.Text())
		require.NoError(t, err)
		assert.Equal(t, script.Text(), again.Text())
		assert.Equal(t, trace(t, script), trace(t, again))
	}
}

func FuzzParse(f *testing.F) {
	f.Add("sup root\nchild root a starts=ok,hold:error:e\nrun\nstart\nexit a {shutdown,[x,-1]}\n")
	for number := range uint64(5) {
		f.Add(conform.Generate(1, number))
	}
	f.Fuzz(func(t *testing.T, text string) {
		script, err := conform.Parse("fuzz", text)
		if err != nil {
			return
		}
		if again, err := conform.Parse("again", script.Text()); err != nil || again.Text() != script.Text() {
			t.Fatalf("%q does not survive: %v", text, err)
		}
	})
}
