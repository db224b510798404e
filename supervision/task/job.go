// SPDX-License-Identifier: Apache-2.0

package task

import (
	"context"
	"sync"

	"mabeam.dev/actors"
	"mabeam.dev/supervision/dynamic"
)

// job is what a task does, on its way from who starts the task to the task's process.
//
// The process does not begin by itself when somebody is to be linked to it: first there is the link with its supervisor, then that with its
// caller, then the work. So the supervisor hears of the end before the caller, and may be asked at once for another task.
type job struct {
	run     func(ctx *Context) error // actors.Stop ends the task in order
	waits   bool                     // for begin; else the process begins at once
	link    actors.PID               // the process that the task is linked to; zero: none but its supervisor
	callers []actors.PID

	mu struct {
		sync.Mutex
		pid     actors.PID  // the task's process, once there is one
		begin   func(begin) // has it begin
		dropped bool        // whoever wanted it could not wait for its start
	}
}

// enter is called by each process that is to do the job; false if nobody wants it any more.
func (j *job) enter(pid actors.PID, deliver func(begin)) bool {
	j.mu.Lock()
	j.mu.pid, j.mu.begin = pid, deliver
	wanted := !j.mu.dropped
	j.mu.Unlock()
	if wanted && !j.waits {
		deliver(begin{})
	}
	return wanted
}

// begin has the process begin that entered.
func (j *job) begin() {
	j.mu.Lock()
	deliver := j.mu.begin
	j.mu.Unlock()
	deliver(begin{})
}

// drop ends the job wherever it is: the start that was asked for may still be to come.
func (j *job) drop() {
	j.mu.Lock()
	pid := j.mu.pid
	j.mu.dropped = true
	j.mu.Unlock()
	pid.Kill()
}

// start has a supervisor start a process for the job. If that fails, also because ctx has ended, there is none.
func (j *job) start(ctx context.Context, in *Supervisor, t dynamic.Template[*job, message]) (actors.Ref[message], error) {
	if in.super == nil {
		return actors.Ref[message]{}, actors.ErrNoProc
	}
	ref, err := t.Start(ctx, in.super, j)
	if err != nil {
		j.drop()
	}
	return ref, err
}
