// SPDX-License-Identifier: Apache-2.0

package work

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/agents"
	"mabeam.dev/agents/work/plan"
)

// life is one incarnation of an agent.
type life struct {
	ref       actors.Ref[agents.Message]
	pid       actors.PID
	spec      agents.Spec
	condemned bool               // killed on the plan's order, so its end says nothing about the tasks it had
	standing  plan.AgentStanding // as the plan was told last
}

func (a *queue) agentOf(e agents.Entry) plan.Agent { return a.agent(e.Spec.ID, e.PID) }

// change follows the directory.
func (a *queue) change(ctx *actors.Context[Message], c agents.Change) {
	if c.Joined {
		a.meet(c.Entry)
		// An id that the plan refuses gets no work; the agent's own spec is wrong then, and the event says so.
		if err := a.step(ctx, a.up(c.Entry)); err != nil {
			ctx.Logger().Warn("agent refused", "agent", c.Entry.Spec.ID, "error", err)
		}
		return
	}
	a.gone(ctx, a.agentOf(c.Entry), c.Reason)
}

func (a *queue) meet(e agents.Entry) {
	if agent := a.agentOf(e); a.lives[agent] == nil {
		a.lives[agent] = &life{ref: e.Ref, pid: e.PID, spec: e.Spec}
	}
}

func (a *queue) up(e agents.Entry) plan.AgentUp {
	agent := a.agentOf(e)
	standing := a.firstStanding(agent, e)
	if l := a.lives[agent]; l != nil {
		l.standing = standing
	}
	return plan.AgentUp{Agent: agent, Standing: standing, Kind: e.Spec.Kind, Capabilities: e.Spec.Offers(), Concurrency: e.Spec.Slots(), Weight: e.Spec.Weight}
}

// gone ends the attempts of an incarnation. It may be told twice, by the end of a call and by the directory.
func (a *queue) gone(ctx *actors.Context[Message], agent plan.Agent, why actors.Reason) {
	l := a.lives[agent]
	if l == nil {
		return
	}
	delete(a.lives, agent)
	down := plan.AgentDown{Agent: agent, Reason: tidy("agent ended: " + why.String())}
	switch why.Kind() {
	case exit.Crash:
		down.Crashed = true
		var guilty *agents.TaskPanicError
		if errors.As(why.CrashError(), &guilty) {
			down.Culprit = guilty.Task
		}
	case exit.Killed:
		down.Crashed = !l.condemned
	case exit.Normal, exit.Shutdown, exit.NoProc:
	}
	a.step(ctx, down)
}

// answered takes what came of an attempt.
func (a *queue) answered(ctx *actors.Context[Message], m answer) {
	switch {
	case m.err != nil:
		a.unanswered(ctx, m)
	case m.outcome.Failure != nil:
		f := m.outcome.Failure
		class := plan.Retryable
		switch f.Class {
		case agents.ClassPermanent:
			class = plan.Permanent
		case agents.ClassUndelivered:
			class = plan.Undelivered
		case agents.ClassRetryable:
		}
		reason := f.Reason
		if f.Code != "" {
			reason = f.Code + ": " + reason
		}
		a.step(ctx, plan.Failure{Agent: m.agent, Token: m.token, Class: class, Reason: tidy(reason), After: f.After})
	case len(m.outcome.Output) > MaxOutput:
		a.step(ctx, plan.Failure{
			Agent: m.agent, Token: m.token, Class: plan.Permanent,
			Reason: fmt.Sprintf("output has %d bytes, at most %d are allowed", len(m.outcome.Output), MaxOutput),
		})
	default:
		a.step(ctx, plan.Result{Agent: m.agent, Token: m.token, Output: m.outcome.Output})
	}
}

// unanswered takes the end of a call without an answer.
func (a *queue) unanswered(ctx *actors.Context[Message], m answer) {
	var died *actors.CallError
	switch {
	case errors.As(m.err, &died):
		// The directory will say the same; this is a little earlier.
		a.gone(ctx, m.agent, died.Reason)
	case errors.Is(m.err, actors.ErrNoProc):
		if l := a.lives[m.agent]; l != nil {
			if why, ended := l.pid.Reason(); ended {
				a.gone(ctx, m.agent, why)
			}
		}
	case errors.Is(m.err, actors.ErrMailboxFull):
		a.step(ctx, plan.Failure{Agent: m.agent, Token: m.token, Class: plan.Undelivered, Reason: "the agent's mailbox is full"})
	case errors.Is(m.err, actors.ErrStopped), errors.Is(m.err, actors.ErrFenced):
	default:
		a.step(ctx, plan.Failure{Agent: m.agent, Token: m.token, Class: plan.Retryable, Reason: tidy(m.err.Error())})
	}
}

// tidy bounds a reason and takes out what would swell in the journal's JSON, so that the history of a task fits into one event.
func tidy(reason string) string {
	if len(reason) > maxReason {
		reason = reason[:maxReason] + "..."
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, reason)
}
