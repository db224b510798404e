// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"context"
	"encoding/json"
	"runtime/debug"
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
)

// native is an agent whose work is a Go function.
type native struct {
	spec   Spec
	worker Worker
	dir    *Directory
	jobs   map[Token]*job
	seen   Activity
}

// job is one attempt in hand.
type job struct {
	task    Task
	attempt Attempt
	cancel  context.CancelCauseFunc
	reply   actors.Reply[Outcome]
}

// RecalledError is the cause of a task's cancelled context when its attempt was taken back.
type RecalledError struct {
	Reason string // why the queue took the attempt back
}

// Error gives the reason.
func (e *RecalledError) Error() string { return "agents: attempt recalled: " + e.Reason }

// FaultCode is E3203.
func (*RecalledError) FaultCode() fault.Code { return 3203 }

// Init enters the agent in the directory.
func (n *native) Init(ctx *actors.Context[Message]) error {
	n.dir.Join(ctx, n.spec)
	return nil
}

// Receive handles one message.
func (n *native) Receive(ctx *actors.Context[Message], m Message) error {
	switch m := m.(type) {
	case Assign:
		n.assign(ctx, m)
	case Recall:
		if j := n.jobs[m.Token]; j != nil {
			j.cancel(&RecalledError{m.Reason})
		}
	case Resume:
		if j := n.jobs[m.Token]; j != nil {
			j.reply = m.Reply
		} else {
			m.Reply.Send(Outcome{Failure: Undelivered("the agent does not know this attempt")})
		}
	case Finished:
		n.finished(ctx, m)
	case Describe:
		m.Reply.Send(n.activity())
	default:
		return &actors.UnknownMessageError{Message: m}
	}
	return nil
}

func (n *native) assign(ctx *actors.Context[Message], m Assign) {
	if len(n.jobs) >= n.spec.Slots() {
		m.Reply.Send(Outcome{Failure: Undelivered("the agent is busy")})
		return
	}
	if n.jobs[m.Task.Token] != nil {
		m.Reply.Send(Outcome{Failure: Undelivered("the agent has an attempt with this token in hand")})
		return
	}
	named := context.WithValue(context.WithValue(context.Context(ctx), lifeKey{}, context.Context(ctx)), selfKey{}, &n.spec)
	work, cancel := context.WithCancelCause(named)
	n.jobs[m.Task.Token] = &job{task: m.Task, attempt: n.spec.Begin(ctx), cancel: cancel, reply: m.Reply}
	ctx.Go(func(context.Context) Message {
		return Finished{m.Task.Token, run(work, n.spec.ID, n.worker, m.Task)}
	})
}

func (n *native) finished(ctx *actors.Context[Message], m Finished) {
	j := n.jobs[m.Token]
	delete(n.jobs, m.Token)
	j.cancel(nil)
	j.attempt.End(ctx, m.Outcome)
	if m.Outcome.Failure == nil {
		n.seen.Done++
	} else {
		n.seen.Failed++
	}
	j.reply.Send(m.Outcome)
}

func (n *native) activity() Activity {
	a := n.seen
	for _, j := range n.jobs {
		a.Running = append(a.Running, j.task.ID)
	}
	slices.Sort(a.Running)
	return a
}

// Inspect shows what the agent is doing.
func (n *native) Inspect() any { return n.activity() }

// lifeKey finds the context of the agent's process in that of a task.
type lifeKey struct{}

// Life returns the context of the agent's process, which a recall does not end; ctx is that of a task.
func Life(ctx context.Context) context.Context {
	if life, ok := ctx.Value(lifeKey{}).(context.Context); ok {
		return life
	}
	return ctx
}

// Run does one attempt and makes its error an outcome. A panic goes on as a *TaskPanicError that names the task.
func Run(ctx context.Context, w Worker, t Task) Outcome { return run(ctx, "", w, t) }

func run(ctx context.Context, agent string, w Worker, t Task) Outcome {
	defer func() {
		if r := recover(); r != nil {
			panic(&stackedPanic{TaskPanicError{Task: t.ID, Value: r, Agent: agent, Correlation: t.Correlation}, debug.Stack()})
		}
	}()
	out, err := w.Do(ctx, t)
	if err == nil {
		if len(out) == 0 {
			out = json.RawMessage("null")
		}
		return Outcome{Output: out}
	}
	return Outcome{Failure: failureOf(err, t.Attempt)}
}

// stackedPanic keeps the stack of the first panic, which the second would hide.
type stackedPanic struct {
	TaskPanicError
	Stack []byte
}

// Unwrap returns the error that names the task.
func (e *stackedPanic) Unwrap() error { return &e.TaskPanicError }
