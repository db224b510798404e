// SPDX-License-Identifier: Apache-2.0

package eventmgr_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/eventmgr"
	"mabeam.dev/actors/exit"
)

// The golden files hold commands to a manager, each of which a process gives that owns what it adds with own and take, and their traces:
//
//	add ID, own ID           add a handler, or one that belongs to the process
//	delete ID
//	swap ID BY, take ID BY   the latter makes the process the owner
//	notify NAME ID=DOES...   an event, and what handlers do at it: remove, error, panic, swap/BY, bad-swap/BY
//	sync NAME ID=DOES...
//	call ID DOES             the same for one handler; answer does nothing else
//	list, signal, stop, kill
//
// With error or panic after it the Init of a handler does not work. What the owner hears comes last in a trace.

// scripted is the handler of the golden files.
type scripted struct {
	w   *world
	how string
}

func (s *scripted) Init(t *turn, handover any) error {
	if handover == nil {
		handover = "nothing"
	}
	s.w.say("%s init with %v", t.ID, handover)
	switch s.how {
	case "error":
		return errBroken
	case "panic":
		panic(errBroken)
	}
	return nil
}

func (s *scripted) Handle(t *turn, ev act) error {
	s.w.say("%s event %s", t.ID, ev.name)
	if do := ev.do[t.ID]; do != nil {
		return do(t)
	}
	return nil
}

func (s *scripted) Terminate(t *turn, why eventmgr.Why) any {
	s.w.say("%s ends %s", t.ID, why.Cause)
	return "state of " + t.ID
}

// does is what a handler does, from its word.
func (w *world) does(word string) func(t *turn) error {
	verb, by, _ := strings.Cut(word, "/")
	switch verb {
	case "answer":
		return func(*turn) error { return nil }
	case "remove":
		return func(*turn) error { return eventmgr.Remove }
	case "error":
		return func(*turn) error { return errBroken }
	case "panic":
		return func(*turn) error { panic(errBroken) }
	case "swap":
		return func(t *turn) error { return t.Swap(by, &scripted{w: w}) }
	case "bad-swap":
		return func(t *turn) error { return t.Swap(by, &scripted{w: w, how: "error"}) }
	}
	panic("golden: " + word)
}

// hears is how a golden file says what an owner hears: as OTP, which knows no more.
func hears(g eventmgr.Gone) string {
	switch g.Why.Cause {
	case eventmgr.Deleted, eventmgr.Removed:
		return g.ID + " normal"
	case eventmgr.Swapped:
		return g.ID + " swapped " + g.Why.By
	case eventmgr.OwnerEnded, eventmgr.ManagerEnded:
		return g.ID + " shutdown"
	case eventmgr.Crashed:
	}
	return g.ID + " crashed"
}

// command gives one command in the process and returns its trace.
func (w *world) command(m manager, p actors.Ref[task], words []string) []string {
	var heard []string
	gone := func(g eventmgr.Gone) task {
		return task{func(*cx) error { heard = append(heard, "owner hears: "+hears(g)); return nil }}
	}
	w.owner = gone
	said := ""
	in(p, func(c *cx) error {
		var err error
		said, err = w.give(c, m, words)
		if err != nil {
			said = "refused"
		}
		return nil
	})
	trace := w.heard()
	if said != "" {
		trace = append(trace, said)
	}
	return append(trace, heard...)
}

func (w *world) give(c *cx, m manager, words []string) (said string, err error) {
	how := func(i int) *scripted {
		if len(words) > i {
			return &scripted{w, words[i]}
		}
		return &scripted{w: w}
	}
	hear := func(g eventmgr.Gone) task { return w.owner(g) }
	switch words[0] {
	case "add":
		return "", m.Add(c, words[1], how(2))
	case "own":
		return "", eventmgr.AddSupervised(c, m, words[1], how(2), hear)
	case "delete":
		v, err := m.Delete(c, words[1])
		return fmt.Sprint(v), err
	case "swap":
		return "", m.Swap(c, words[1], words[2], how(3))
	case "take":
		return "", eventmgr.SwapSupervised(c, m, words[1], words[2], how(3), hear)
	case "notify", "sync":
		ev := act{words[1], map[string]func(*turn) error{}}
		for _, d := range words[2:] {
			id, what, _ := strings.Cut(d, "=")
			ev.do[id] = w.does(what)
		}
		if words[0] == "notify" {
			m.Notify(ev)
			return "", nil
		}
		return "", m.SyncNotify(c, ev)
	case "call":
		do := w.does(words[2])
		return eventmgr.Call(c, m, words[1], func(_ *scripted, t *turn) (string, error) { return "answer of " + t.ID, do(t) })
	case "list":
		ids, err := m.Handlers(c)
		return strings.TrimSpace("handlers " + strings.Join(ids, " ")), err
	case "signal":
		c.AskExit(m.PID(), exit.ShutdownWith("no reason"))
		return "", nil
	case "stop":
		m.PID().Stop()
		return "", nil
	case "kill":
		m.PID().Kill()
		return "", nil
	}
	panic("golden: " + words[0])
}

// golden reads the golden files: for each the commands and the traces that it holds.
func golden(t *testing.T) (names []string, commands, want [][]string) {
	datadriven.Walk(t, "testdata/golden", func(t *testing.T, path string) {
		var cmds, traces []string
		datadriven.RunTest(t, path, func(_ *testing.T, d *datadriven.TestData) string {
			words := []string{d.Cmd}
			for _, a := range d.CmdArgs {
				words = append(words, a.String())
			}
			cmds = append(cmds, strings.Join(words, " "))
			traces = append(traces, strings.TrimSuffix(d.Expected, "\n"))
			return d.Expected
		})
		names, commands, want = append(names, path), append(commands, cmds), append(want, traces)
	})
	return names, commands, want
}

// A manager gives the traces of real OTP.
func TestManagerGivesTheGoldenTraces(t *testing.T) {
	names, commands, want := golden(t)
	for i, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				m, p := w.start(t), w.process("owner")
				for j, cmd := range commands[i] {
					got := strings.Join(w.command(m, p, strings.Fields(cmd)), "\n")
					if want[i][j] != got {
						t.Errorf("%s\nwant:\n%s\ngot:\n%s", cmd, want[i][j], got)
					}
				}
				synctest.Wait()
			})
		})
	}
}

// Where Erlang is installed, real OTP gives the golden traces too.
func TestOTPAgreesWithTheGoldenTraces(t *testing.T) {
	if _, err := exec.LookPath("escript"); err != nil {
		t.Skip("Erlang is not installed")
	}
	names, commands, want := golden(t)
	dir := t.TempDir()
	args := []string{"testdata/otp.escript"}
	for i := range names {
		path := filepath.Join(dir, fmt.Sprint(i))
		require.NoError(t, os.WriteFile(path, []byte(strings.Join(commands[i], "\n")), 0o644))
		args = append(args, path)
	}
	cmd := exec.CommandContext(t.Context(), "escript", args...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(t, cmd.Run(), "escript: %s", &output)
	for i, name := range names {
		data, err := os.ReadFile(args[i+1] + ".trace")
		require.NoError(t, err)
		blocks := strings.Split(strings.TrimSuffix(string(data), "--\n"), "--\n")
		require.Len(t, blocks, len(want[i]), name)
		for j, block := range blocks {
			if got := strings.TrimSuffix(block, "\n"); got != want[i][j] {
				t.Errorf("%s: %s\nwant:\n%s\nOTP:\n%s", name, commands[i][j], want[i][j], got)
			}
		}
	}
}
