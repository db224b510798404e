// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/reviewer"
	"mabeam.dev/agents/work/lines"
)

// guard ends a test that would hang; it is never the measure of anything.
const guard = 90 * time.Second

// programs is the folder of the binaries under test, as users build them but for the compiler's profile, which would cost another minute.
var programs string

// TestMain builds the binaries once.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "mb")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		build := exec.Command("go", "build", "-buildvcs=false", "-pgo=off", "-o", dir+string(filepath.Separator), "mabeam.dev/cmd/runtime", "mabeam.dev/examples/reviewer")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%s\n%s", err, out)
			return 1
		}
		programs = dir
		return m.Run()
	}())
}

// rig is a folder in which the command runs again and again.
type rig struct {
	t        *testing.T
	dir      string
	packages []reviewer.Package // what there is to review
}

// newRig makes a folder, short enough for a socket's path.
func newRig(t *testing.T) *rig {
	t.Helper()
	dir, err := os.MkdirTemp("", "rt")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	return &rig{t: t, dir: dir}
}

// source writes a tree like the one below GOROOT: packages that a round reviews in about a second.
func (r *rig) source(packages int) {
	r.t.Helper()
	for i := range packages {
		var text strings.Builder
		fmt.Fprintf(&text, "// Package p%03d is made up.\npackage p%03d\n", i, i)
		for n := range 400 + i%7*100 {
			fmt.Fprintf(&text, "\n// F%d does nothing.\nfunc F%d(a, b int) int {\n\tif a > b {\n\t\tfor i := range a {\n\t\t\tb += i\n\t\t}\n\t}\n\treturn a + b\n}\n\nfunc (t T%d) M() {}\n\ntype T%d struct{ A, B int }\n", n, n, n, n)
		}
		dir := filepath.Join(r.dir, "goroot", "src", fmt.Sprintf("p%03d", i))
		require.NoError(r.t, os.MkdirAll(dir, 0o755))
		require.NoError(r.t, os.WriteFile(filepath.Join(dir, "p.go"), []byte(text.String()), 0o644))
	}
	var err error
	r.packages, err = reviewer.StdlibPackages(filepath.Join(r.dir, "goroot"))
	require.NoError(r.t, err)
	require.Len(r.t, r.packages, packages)
}

// run is one run of the command.
type run struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdout bytes.Buffer
	lines  chan string // of standard error, closed at its end
	said   []string
}

// start starts the command.
func (r *rig) start(args ...string) *run {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), guard)
	r.t.Cleanup(cancel)
	p := &run{t: r.t, cmd: exec.CommandContext(ctx, filepath.Join(programs, "runtime"), args...), lines: make(chan string, 1<<14)}
	p.cmd.Dir = r.dir
	p.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.dir, "XDG_RUNTIME_DIR=" + r.dir, "GOROOT=" + filepath.Join(r.dir, "goroot")}
	p.cmd.Stdout = &p.stdout
	stderr, err := p.cmd.StderrPipe()
	require.NoError(r.t, err)
	require.NoError(r.t, p.cmd.Start())
	go func() { // ends with the process
		defer close(p.lines)
		in := bufio.NewReader(stderr)
		for {
			line, err := in.ReadString('\n')
			if line != "" {
				p.lines <- line
			}
			if err != nil {
				return
			}
		}
	}()
	return p
}

// line waits for a line on standard error; false if the command ends without one.
func (p *run) line(pattern string) bool {
	want := regexp.MustCompile(pattern)
	for line := range p.lines {
		p.said = append(p.said, line)
		if want.MatchString(line) {
			return true
		}
	}
	return false
}

// wait waits for the end and returns the exit status; -1 stands for a signal.
func (p *run) wait() int {
	p.t.Helper()
	for line := range p.lines {
		p.said = append(p.said, line)
	}
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(p.t, err)
	}
	return p.cmd.ProcessState.ExitCode()
}

// told is what the run printed, for messages of failed tests; standard output is known when it has ended.
func (p *run) told() string {
	if p.cmd.ProcessState == nil {
		return strings.Join(p.said, "")
	}
	return strings.Join(p.said, "") + p.stdout.String()
}

// outcomes reads the results file; no id may be there twice. A half line at its end, which a kill may leave, is no outcome.
func (r *rig) outcomes() map[string]lines.Outcome {
	r.t.Helper()
	f, err := os.Open(filepath.Join(r.dir, "results.jsonl"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	require.NoError(r.t, err)
	defer f.Close()
	all := map[string]lines.Outcome{}
	in := bufio.NewReader(f)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(r.t, err)
		o, err := lines.ParseOutcome(line)
		require.NoError(r.t, err)
		if _, twice := all[o.ID]; twice {
			r.t.Fatalf("%s has two outcomes", o.ID)
		}
		all[o.ID] = o
	}
}

// complete checks that every package has its one outcome, and that it is what a review of one's own says.
func (r *rig) complete() {
	r.t.Helper()
	all := r.outcomes()
	require.Len(r.t, all, len(r.packages))
	for _, p := range r.packages {
		o := all[p.ImportPath]
		require.Equal(r.t, "done", o.Outcome, "%s: %s", p.ImportPath, o.Reason)
		report, err := reviewer.Review(r.t.Context(), p, reviewer.Options{MaxFindings: 25})
		require.NoError(r.t, err)
		want, err := report.JSON()
		require.NoError(r.t, err)
		require.JSONEq(r.t, string(want), string(o.Output))
	}
}
