// SPDX-License-Identifier: Apache-2.0

//go:build unix

package program_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
)

func TestAProgramDiesWithItsRuntimeThoughItIgnoresItsInput(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs the parent-death signal of Linux")
	}
	fifo := filepath.Join(t.TempDir(), "life")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	life, err := os.OpenFile(fifo, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	require.NoError(t, err)
	defer life.Close()

	node := exec.Command(os.Args[0])
	node.Env = append(os.Environ(), rogueMode+"=runtime", rogueLife+"="+fifo)
	out, err := node.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, node.Start())
	said, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "running\n", said)

	require.NoError(t, node.Process.Kill())
	require.NoError(t, life.SetReadDeadline(time.Now().Add(guard)))
	_, err = io.Copy(io.Discard, life)
	assert.NoError(t, err, "the program outlived its runtime")
	assert.Error(t, node.Wait())
}

func TestWhatCannotStartSaysWhyAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	require.NoError(t, os.WriteFile(plain, []byte("text"), 0o600))
	post := func(protocol.Input) bool { t.Error("input of a program that never ran"); return false }
	before := descriptors(t)
	for _, tc := range []struct {
		name string
		spec program.Spec
		want error
	}{
		{"no such name", program.Spec{Command: []string{"mabeam-no-such-program"}}, exec.ErrNotFound},
		{"no such path", program.Spec{Command: []string{filepath.Join(dir, "none")}}, os.ErrNotExist},
		{"not executable", program.Spec{Command: []string{plain}}, os.ErrPermission},
		{"no such folder", program.Spec{Command: []string{os.Args[0]}, Dir: filepath.Join(dir, "none")}, os.ErrNotExist},
	} {
		_, err := program.Open(tc.spec, protocol.Config{}, program.Owner{Post: post})
		require.ErrorIs(t, err, tc.want, tc.name)
		assert.ErrorContains(t, err, tc.spec.Command[0])
	}
	assert.Equal(t, before, descriptors(t))

	_, err := program.Open(program.Spec{Command: []string{"true"}}, protocol.Config{}, program.Owner{})
	assert.ErrorContains(t, err, "Post")
	_, err = program.Open(program.Spec{Command: []string{"true"}}, protocol.Config{Inflight: -1}, program.Owner{Post: post})
	assert.ErrorContains(t, err, "Inflight")
}

func TestAScriptWhoseInterpreterIsMissingIsNotCalledMissingItself(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(script, []byte("#!/no/such/interpreter\n"), 0o700))
	owner := program.Owner{Post: func(protocol.Input) bool { return true }}
	for path, noted := range map[string]bool{script: true, script + ".none": false} {
		_, err := program.Open(program.Spec{Command: []string{path}}, protocol.Config{}, owner)
		require.ErrorIs(t, err, os.ErrNotExist)
		assert.Equal(t, noted, strings.Contains(err.Error(), "the interpreter"), err)
	}
}

func TestASpecReportsEveryMistakeAtOnce(t *testing.T) {
	require.NoError(t, program.Spec{Command: []string{"x"}}.Validate())
	err := program.Spec{
		Dir: "a\x00b", Env: []string{"NOVALUE", "=x"}, PassEnv: []string{"A=B", ""}, LineLimit: -1, QueueSize: -1,
	}.Validate()
	require.Error(t, err)
	for _, part := range []string{`"Command": is empty`, "zero byte", `"NOVALUE"`, `"=x"`, `"A=B"`, `""`, "LineLimit", "QueueSize"} {
		assert.ErrorContains(t, err, part)
	}
}

func TestManyStartsAndKillsLeaveNoDescriptor(t *testing.T) {
	cat, err := exec.LookPath("cat")
	if err != nil {
		t.Skip("needs cat")
	}
	cycle := func(i int) {
		inbox := program.NewInbox()
		defer inbox.Leave()
		port, err := program.Open(program.Spec{Command: []string{cat}}, protocol.Config{}, program.Owner{Post: inbox.Post})
		require.NoError(t, err)
		if i%2 == 0 {
			port.Kill()
		} else {
			port.Stop() // cat gives its input back, which is junk, and exits at the end of input
		}
		for port.State() != protocol.Exited {
			port.Handle(<-inbox.Inputs())
		}
		<-port.Done()
		port.Kill() // must do nothing: the number may be another's by now
		port.Abort()
	}
	cycle(0) // what the first run opens for good, such as the poller
	before := descriptors(t)
	for i := range 200 {
		cycle(i)
	}
	assert.Equal(t, before, descriptors(t))
}

func TestWriteAfterTheEndSaysSo(t *testing.T) {
	exited := make(chan protocol.Status, 1)
	p, err := program.Start(program.Spec{Command: []string{"true"}}, program.Owner{Post: func(in protocol.Input) bool {
		if e, ok := in.(protocol.ProcessExited); ok {
			exited <- e.Status
		}
		return true
	}})
	require.NoError(t, err)
	assert.Equal(t, protocol.Status{}, <-exited)
	<-p.Done()
	assert.ErrorIs(t, p.Write([]byte("x\n")), program.ErrInputClosed)
	p.CloseInput()
	p.CloseInput()
	assert.ErrorIs(t, p.Write([]byte("x\n")), program.ErrInputClosed)
	p.Signal(protocol.Kill)
}
