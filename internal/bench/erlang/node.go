// SPDX-License-Identifier: Apache-2.0

package erlang

import (
	"bufio"
	"bytes"
	"context"
	_ "embed" // the Erlang module
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed mabeam_bench.erl
var source []byte

// ErrMissing is returned by Start where Erlang is not installed.
var ErrMissing = errors.New("erlang: erl and erlc are not both installed (Debian: apt-get install erlang-base)")

// Node is a running Erlang virtual machine that measures on demand. It belongs to one goroutine.
type Node struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errors bytes.Buffer
	// Version says which Erlang it is, as it calls itself: "Erlang/OTP 25 (erts-13.1.5, jit, 2 schedulers)".
	Version string
}

// Start compiles the module into dir and starts Erlang, which ends with Close or with ctx.
func Start(ctx context.Context, dir string) (*Node, error) {
	compiler, errCompiler := exec.LookPath("erlc")
	machine, errMachine := exec.LookPath("erl")
	if errCompiler != nil || errMachine != nil {
		return nil, ErrMissing
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("erlang: start: %w", err)
	}
	file := filepath.Join(dir, "mabeam_bench.erl")
	if err := os.WriteFile(file, source, 0o644); err != nil {
		return nil, fmt.Errorf("erlang: start: %w", err)
	}
	if text, err := exec.CommandContext(ctx, compiler, "-Werror", "-o", dir, file).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("erlang: compile %q: %w: %s", file, err, bytes.TrimSpace(text))
	}
	n := &Node{cmd: exec.CommandContext(ctx, machine, "-noshell", "-pa", dir, "-s", "mabeam_bench", "main")}
	n.cmd.Stderr = &n.errors
	in, errIn := n.cmd.StdinPipe()
	out, errOut := n.cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut); err != nil {
		return nil, fmt.Errorf("erlang: start: %w", err)
	}
	n.in, n.out = in, bufio.NewReader(out)
	if err := n.cmd.Start(); err != nil {
		return nil, fmt.Errorf("erlang: start: %w", err)
	}
	version, err := n.read("ready ")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("erlang: start: %w", err), n.Close())
	}
	n.Version = version
	return n, nil
}

// Measure runs one measure: tell, pairs, pingpong, call, start, restart, name, table or group with a number of operations, in nanoseconds
// for all; or idle with a number of processes, in bytes for one.
func (n *Node) Measure(name string, ops int) (int64, error) {
	if _, err := fmt.Fprintf(n.in, "%s %d\n", name, ops); err != nil {
		return 0, fmt.Errorf("erlang: measure %q: %w", name, err)
	}
	text, err := n.read("ok ")
	if err != nil {
		return 0, fmt.Errorf("erlang: measure %q: %w", name, err)
	}
	return strconv.ParseInt(text, 10, 64)
}

// read returns what follows the word in the next line.
func (n *Node) read(word string) (string, error) {
	line, err := n.out.ReadString('\n')
	if err != nil {
		return "", errors.Join(err, errors.New(strings.TrimSpace(n.errors.String())))
	}
	text, ok := strings.CutPrefix(strings.TrimSpace(line), word)
	if !ok {
		return "", errors.New(strings.TrimSpace(line))
	}
	return text, nil
}

// Close ends Erlang, which does so when its input ends, and waits for it.
func (n *Node) Close() error {
	err := n.in.Close()
	if wait := n.cmd.Wait(); wait != nil {
		return fmt.Errorf("erlang: close: %w", errors.Join(wait, err))
	}
	return nil
}
