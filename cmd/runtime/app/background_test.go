// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// guard ends a test that would hang; it is never the measure of anything.
const guard = 60 * time.Second

// stage is what one script has in the background.
type stage struct {
	env   []string
	nodes map[string]*background
}

type stageKey struct{}

// background is a running command.
type background struct {
	cmd    *exec.Cmd
	stdout bytes.Buffer
	lines  chan string   // of standard error; closed at its end
	past   []string      // those that were taken from lines
	ended  chan struct{} // closed when the process is gone; the exit code is in cmd then
}

func startNode(ts *testscript.TestScript, _ bool, args []string) {
	s := ts.Value(stageKey{}).(*stage)
	path, err := exec.LookPath("runtime")
	ts.Check(err)
	b := &background{cmd: exec.Command(path, args[1:]...), lines: make(chan string, 4096), ended: make(chan struct{})}
	b.cmd.Dir = ts.MkAbs(".")
	b.cmd.Env = append(append(s.env, "PWD="+b.cmd.Dir), "GOROOT="+ts.Getenv("GOROOT"))
	b.cmd.Stdout = &b.stdout
	stdin, err := b.cmd.StdinPipe() // stays open and silent
	ts.Check(err)
	ts.Defer(func() { _ = stdin.Close() }) // closed already, if the command has ended
	stderr, err := b.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(b.cmd.Start())
	go b.read(stderr)
	s.nodes[args[0]] = b
	ts.Defer(func() {
		_ = b.cmd.Process.Kill() // gone already, if the script waited for it
		<-b.ended
	})
}

// read takes in standard error and then the end of the process.
func (b *background) read(stderr io.Reader) {
	r := bufio.NewReader(stderr)
	for {
		line, err := r.ReadString('\n')
		if line != "" {
			b.lines <- strings.TrimSuffix(line, "\n")
		}
		if err != nil {
			break
		}
	}
	close(b.lines)
	_ = b.cmd.Wait() // the exit code tells
	close(b.ended)
}

func find(ts *testscript.TestScript, name string) *background {
	b := ts.Value(stageKey{}).(*stage).nodes[name]
	if b == nil {
		ts.Fatalf("nothing named %q was started", name)
	}
	return b
}

func awaitLine(ts *testscript.TestScript, _ bool, args []string) {
	b, want := find(ts, args[0]), regexp.MustCompile(args[1])
	for _, line := range b.past {
		if want.MatchString(line) {
			return
		}
	}
	limit := time.After(guard)
	for {
		select {
		case line, ok := <-b.lines:
			if !ok {
				ts.Fatalf("ended without a line like %q:\n%s", args[1], strings.Join(b.past, "\n"))
			}
			b.past = append(b.past, line)
			if want.MatchString(line) {
				return
			}
		case <-limit:
			ts.Fatalf("no line like %q:\n%s", args[1], strings.Join(b.past, "\n"))
		}
	}
}

func sendSignal(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "KILL": os.Kill}
	ts.Check(find(ts, args[0]).cmd.Process.Signal(signals[args[1]]))
}

func awaitEnd(ts *testscript.TestScript, _ bool, args []string) {
	b := find(ts, args[0])
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	limit := time.After(guard)
	for open := true; open; {
		var line string
		select {
		case line, open = <-b.lines:
			if open {
				b.past = append(b.past, line)
			}
		case <-limit:
			ts.Fatalf("did not end:\n%s", strings.Join(b.past, "\n"))
		}
	}
	<-b.ended
	stderr := strings.Join(b.past, "\n") + "\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".stdout"), b.stdout.Bytes(), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".stderr"), []byte(stderr), 0o600))
	if got := b.cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("exit status %d, want %d:\n%s", got, want, stderr)
	}
}
