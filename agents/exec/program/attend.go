// SPDX-License-Identifier: Apache-2.0

package program

import (
	"runtime"

	"mabeam.dev/agents/exec/protocol"
)

// attend starts the program, waits for its exit and clears up. It keeps one operating system thread for all
// of this: the parent-death signal is sent when the thread that forked ends, and the wait blocks a thread anyway.
func (p *Process) attend(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	prepareGroup(p.cmd)
	if err := startGroup(p.cmd); err != nil {
		started <- err
		return
	}
	p.pid = p.cmd.Process.Pid
	p.pipes.Go(p.readOutput)
	p.pipes.Go(p.readStderr)
	p.pipes.Go(p.writeInput)
	started <- nil

	p.reap()
	close(p.gone)
	closeAll(p.stdin) // frees a writer that is stuck; the writer's own close is then without effect
	p.stdout.cut()
	p.stderr.cut()
	p.pipes.Wait()
	p.owner.Post(protocol.ProcessExited{Status: exitStatus(p.cmd.ProcessState)})
	close(p.done)
}

// reap waits for the exit, ends what is left of the group and takes the exit status, in this order where
// the system allows: until it is reaped, the dead leader keeps the group's number from being given away.
func (p *Process) reap() {
	peeked := awaitExit(p.pid)
	if !peeked {
		_ = p.cmd.Wait() // the status is in ProcessState
	}
	p.reaping.Lock()
	defer p.reaping.Unlock()
	signalGroup(p.pid, protocol.Kill)
	if peeked {
		_ = p.cmd.Wait() // returns at once
	}
	p.reaping.reaped = true
}
