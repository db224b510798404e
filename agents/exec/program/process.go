// SPDX-License-Identifier: Apache-2.0

package program

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"mabeam.dev/agents/exec/protocol"
)

// Owner is who a program belongs to. Only Post is needed.
type Owner struct {
	// Post takes what happened, in order, from several goroutines. It blocks for as long as the owner is
	// not ready for more, and returns false once the owner is gone.
	Post func(protocol.Input) bool
	// Stderr takes the log lines that passed the rate limit, from one goroutine. nil drops them.
	Stderr func(StderrLine)
	// Clock is where time comes from.
	Clock Clock
}

// Process is one run of a program. Write and CloseInput belong to the owner; everything else may be called
// from anywhere.
type Process struct {
	spec  Spec
	owner Owner
	cmd   *exec.Cmd
	pid   int

	stdin          *os.File
	stdout, stderr *outlet
	tail           tail

	queue       chan []byte // the owner sends and closes; the writer receives; capacity Spec.QueueSize
	inputClosed bool        // the owner's: queue is closed

	gone    chan struct{} // closed by attend when the program has been reaped
	done    chan struct{} // closed by attend as its last act
	pipes   sync.WaitGroup
	reaping struct {
		sync.Mutex
		reaped bool
	}
}

// Start runs a program. When it returns without an error the program is running and its inputs go to
// Owner.Post, [protocol.ProcessExited] last.
func Start(spec Spec, owner Owner) (*Process, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	if owner.Post == nil {
		return nil, errors.New("program: start: Owner.Post is nil")
	}
	spec = spec.withDefaults()
	owner.Clock = owner.Clock.withDefaults()
	name := spec.Command[0]
	if strings.ContainsRune(name, filepath.Separator) {
		// os/exec would look from Dir, which is not what whoever wrote the path saw.
		abs, err := filepath.Abs(name)
		if err != nil {
			return nil, fmt.Errorf("program: start %q: %w", name, err)
		}
		name = abs
	}
	cmd := exec.Command(name, spec.Command[1:]...)
	cmd.Args[0] = spec.Command[0]
	cmd.Dir = spec.Dir
	cmd.Env = environment(os.LookupEnv, spec.PassEnv, spec.Env)
	p := &Process{
		spec: spec, owner: owner, cmd: cmd, tail: tail{keep: spec.StderrKeep},
		queue: make(chan []byte, spec.QueueSize), gone: make(chan struct{}), done: make(chan struct{}),
	}
	theirs, err := p.connect()
	if err == nil {
		started := make(chan error, 1)
		go p.attend(started) // waited for through done
		err = <-started
	}
	// The program has its own copies; one kept here would hide the end of its output.
	closeAll(theirs...)
	if err != nil {
		closeAll(p.stdin, p.stdout.file(), p.stderr.file())
		return nil, fmt.Errorf("program: start %q: %w%s", spec.Command[0], err, remark(cmd.Path, err))
	}
	return p, nil
}

// remark adds what the system does not say: it calls a script missing whose interpreter is.
func remark(path string, err error) string {
	var refused *fs.PathError
	if !errors.As(err, &refused) || refused.Op != "fork/exec" || !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return " (the file is there: it is the interpreter, which its first line names, that is not)"
}

// connect makes the three pipes and gives the program's ends. They are files, not readers, so that os/exec
// starts no goroutine of its own and its Wait waits for the process alone.
func (p *Process) connect() (theirs []*os.File, err error) {
	pipe := func() (r, w *os.File) {
		if err != nil {
			return nil, nil
		}
		r, w, err = os.Pipe()
		return r, w
	}
	inR, inW := pipe()
	outR, outW := pipe()
	errR, errW := pipe()
	p.stdin, p.stdout, p.stderr = inW, &outlet{f: outR}, &outlet{f: errR}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = inR, outW, errW
	return []*os.File{inR, outW, errW}, err
}

// closeAll closes what was opened; nil is what was not.
func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close() // nothing is buffered in a pipe's end that closing could lose
		}
	}
}

// Pid is the number of the process, which is that of its group too. After the exit it means nothing.
func (p *Process) Pid() int { return p.pid }

// Done closes when the process is reaped, its pipes are closed and ProcessExited was posted.
func (p *Process) Done() <-chan struct{} { return p.done }

// StderrTail is a copy of the last of what the program wrote to standard error.
func (p *Process) StderrTail() []byte { return p.tail.bytes() }

// Signal sends a signal to the whole group. After the exit it does nothing: the number may belong to another.
func (p *Process) Signal(s protocol.GroupSignal) {
	p.reaping.Lock()
	defer p.reaping.Unlock()
	if !p.reaping.reaped {
		signalGroup(p.pid, s)
	}
}

// post passes an input to the owner. A program whose owner is gone is killed at once: nobody would see what it does.
func (p *Process) post(in protocol.Input) bool {
	if p.owner.Post(in) {
		return true
	}
	p.Signal(protocol.Kill)
	return false
}
