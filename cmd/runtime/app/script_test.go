// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"mabeam.dev/agents/work/lines"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the expected output in the scripts")

// Each script runs the command as a user does and looks at what it prints, writes and answers. Besides testscript's own words there are:
//
//	exits CODE COMMAND...   run a command, which must exit with this code
//	plainly CODE COMMAND... the same without the right to pass over file modes that root has
//	node NAME ARG...        start runtime in the background
//	line NAME REGEXP        wait for a line on its standard error
//	signal NAME INT|TERM    send a signal
//	ended NAME CODE         wait for its end; NAME.stdout and NAME.stderr hold what it printed
//	outcomes FILE           print id, outcome and output of a results file, sorted; an id that is there twice fails
//	json FILE PATH WANT     compare one value, path parts separated by dots
//	listen VAR              occupy a port and put its address into a variable
//	newer FILE              make a journal one of a newer release
//	story FILE VAR          put the correlation of the event in a file into a variable
//	cut FILE COPY           copy a file without its last line
//	damage FILE REGEXP VAR  change a byte where an expression ends, and put the number of its page into a variable
func TestScripts(t *testing.T) {
	conform, err := filepath.Abs("../../../testkit/conform/testdata")
	if err != nil {
		t.Fatal(err)
	}
	scenarios, err := filepath.Abs("testdata/scenario") // archives themselves, which cannot lie in a script
	if err != nil {
		t.Fatal(err)
	}
	examples, err := filepath.Abs("../../../examples/scenarios")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *rewrite, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			// A socket's path is short by law, so the folder is not below the script's own.
			dir, err := os.MkdirTemp("", "rt")
			if err != nil {
				return err
			}
			env.Defer(func() { _ = os.RemoveAll(dir) }) // the system's folder for temporary files forgets it otherwise
			env.Setenv("XDG_RUNTIME_DIR", dir)
			env.Setenv("CONFORM", conform)
			env.Setenv("SCENARIOS", scenarios)
			env.Setenv("EXAMPLES", examples)
			env.Setenv("GORACE", "atexit_sleep_ms=0") // a program under the race detector otherwise takes a second to exit
			env.Values[stageKey{}] = &stage{env: env.Vars, nodes: map[string]*background{}}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "plainly": plainly, "node": startNode, "line": awaitLine, "signal": sendSignal, "ended": awaitEnd,
			"outcomes": outcomes, "json": compareJSON, "listen": occupy, "newer": makeNewer,
			"story": story, "cut": cutLast, "damage": damage,
		},
	})
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := status(ts, ts.Exec(args[1], args[2:]...)); got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func status(ts *testscript.TestScript, err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	ts.Check(err)
	return 0
}

func outcomes(ts *testscript.TestScript, _ bool, args []string) {
	var all []string
	seen := map[string]bool{}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if !strings.HasPrefix(line, "{") {
			continue // with results on standard output, lines of an agent may be between them
		}
		o, err := lines.ParseOutcome([]byte(line))
		ts.Check(err)
		if seen[o.ID] {
			ts.Fatalf("%s has two outcomes", o.ID)
		}
		seen[o.ID] = true
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %s%s", o.ID, o.Outcome, o.Output, o.Cause))+"\n")
	}
	slices.Sort(all)
	fmt.Fprint(ts.Stdout(), strings.Join(all, ""))
}

func compareJSON(ts *testscript.TestScript, _ bool, args []string) {
	d := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	d.UseNumber()
	var v any
	ts.Check(d.Decode(&v))
	for part := range strings.SplitSeq(args[1], ".") {
		switch in := v.(type) {
		case map[string]any:
			next, ok := in[part]
			if !ok {
				ts.Fatalf("no key %q in %v", part, slices.Sorted(maps.Keys(in)))
			}
			v = next
		case []any:
			i, err := strconv.Atoi(part)
			ts.Check(err)
			if i >= len(in) {
				ts.Fatalf("no item %d of %d", i, len(in))
			}
			v = in[i]
		default:
			ts.Fatalf("%q: %v has no parts", part, v)
		}
	}
	if got := fmt.Sprint(v); got != args[2] {
		ts.Fatalf("%s: have %s, want %s", args[1], got, args[2])
	}
}

func occupy(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], l.Addr().String())
}

// makeNewer raises the version of the layout that an SQLite file has in its header.
func makeNewer(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	if !bytes.HasPrefix(data, []byte("SQLite format 3\x00")) {
		ts.Fatalf("%s is no SQLite file", args[0])
	}
	copy(data[60:64], []byte{0, 0, 0, 99}) // user_version
	ts.Check(os.WriteFile(path, data, 0o600))
}
