// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"errors"
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec/protocol"
)

// job is one attempt in the program's hands.
type job struct {
	task    agents.Task
	attempt agents.Attempt
	reply   actors.Reply[agents.Outcome]
	// taken is why the attempt was taken back; nil while the answer is wanted. The program keeps its place until it answers, so the
	// Assign is answered only then.
	taken *agents.Failure
	why   string // of the recall under way
}

// assign passes an attempt on to the program, or refuses it.
func (a *agent) assign(ctx *actors.Context[agents.Message], m agents.Assign) {
	t := protocol.Task{ID: m.Task.ID, Kind: m.Task.Kind, Input: m.Task.Input, Attempt: m.Task.Attempt}
	if !m.Task.Until.IsZero() {
		t.Timeout = m.Task.Until.Sub(ctx.Now())
		if t.Timeout <= 0 {
			m.Reply.Send(agents.Outcome{Failure: agents.Undelivered("the deadline had passed before the program could begin")})
			return
		}
	}
	notices, err := a.port.Assign(t)
	if err != nil {
		m.Reply.Send(agents.Outcome{Failure: refusal(err)})
		return
	}
	m.Task.Input = nil // on its way; not needed again
	a.jobs = append(a.jobs, &job{task: m.Task, attempt: a.spec.Begin(ctx), reply: m.Reply})
	a.take(ctx, notices)
}

// refusal is the failure of a task that the program was not given.
func refusal(err error) *agents.Failure {
	var large *protocol.TaskTooLargeError
	switch {
	case errors.As(err, &large):
		return agents.Permanent("too_large", err.Error())
	case errors.Is(err, protocol.ErrTaskInvalid):
		return agents.Permanent("invalid", err.Error())
	case errors.Is(err, protocol.ErrBusy):
		return agents.Undelivered("the agent is busy")
	}
	return agents.Undelivered(err.Error()) // it holds the task still, or is about to go
}

// recall tells the program that an attempt is no longer wanted.
func (a *agent) recall(ctx *actors.Context[agents.Message], m agents.Recall) {
	if j := a.byToken(m.Token); j != nil && j.taken == nil {
		j.why = m.Reason
		a.take(ctx, a.port.Cancel(j.task.ID))
	}
}

func (a *agent) resume(m agents.Resume) {
	if j := a.byToken(m.Token); j != nil {
		j.reply = m.Reply
	} else {
		m.Reply.Send(agents.Outcome{Failure: agents.Undelivered("the agent does not know this attempt")})
	}
}

// takenBack notes that the session gave up on a task for its owner. A task that went down with the program is left to the
// agent's own end, which fails the call.
func (a *agent) takenBack(n protocol.TaskFailed) {
	j := a.byID(n.ID)
	switch {
	case j == nil || errors.Is(n.Err, protocol.ErrAgentDown):
	case errors.Is(n.Err, protocol.ErrCancelled):
		recalled := &agents.RecalledError{Reason: j.why}
		j.taken = &agents.Failure{Class: agents.ClassRetryable, Reason: recalled.Error()}
	default:
		j.taken = &agents.Failure{Class: agents.ClassRetryable, Code: "deadline", Reason: n.Err.Error()}
	}
}

// answer ends a job with an outcome.
func (a *agent) answer(ctx *actors.Context[agents.Message], id string, o agents.Outcome) {
	i := slices.IndexFunc(a.jobs, func(j *job) bool { return j.task.ID == id })
	if i < 0 {
		return
	}
	j := a.jobs[i]
	a.jobs = slices.Delete(a.jobs, i, i+1)
	if j.taken != nil {
		o = agents.Outcome{Failure: j.taken}
	}
	j.attempt.End(ctx, o)
	if o.Failure == nil {
		a.seen.Done++
	} else {
		a.seen.Failed++
	}
	j.reply.Send(o)
}

// refused is the failure in the program's own words. One that does not say whether another attempt may help gets one.
func refused(n protocol.TaskRefused) *agents.Failure {
	f := &agents.Failure{Class: agents.ClassRetryable, Code: n.Code, Reason: n.Message}
	if n.Retry != nil && !*n.Retry {
		f.Class = agents.ClassPermanent
	}
	return f
}

// inHand lists the tasks that the program holds.
func (a *agent) inHand() []string {
	var ids []string
	for _, j := range a.jobs {
		ids = append(ids, j.task.ID)
	}
	return ids
}

// culprit is the task to blame for the end of the program: the only one in hand, or the only one that it would not let go of.
func (a *agent) culprit() string {
	suspects := a.jobs
	if errors.Is(a.ended.Reason.Cause, protocol.ErrCancelIgnored) {
		suspects = slices.DeleteFunc(slices.Clone(a.jobs), func(j *job) bool { return j.taken == nil })
	}
	if len(suspects) != 1 {
		return ""
	}
	return suspects[0].task.ID
}

func (a *agent) byID(id string) *job {
	return a.find(func(j *job) bool { return j.task.ID == id })
}

func (a *agent) byToken(t agents.Token) *job {
	return a.find(func(j *job) bool { return j.task.Token == t })
}

func (a *agent) find(match func(*job) bool) *job {
	if i := slices.IndexFunc(a.jobs, match); i >= 0 {
		return a.jobs[i]
	}
	return nil
}
