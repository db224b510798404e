// SPDX-License-Identifier: Apache-2.0

package work

import (
	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/telemetry"
)

// effect does one thing for the plan. All that was decided before it is durable.
func (a *queue) effect(ctx *actors.Context[Message], effect plan.Effect) {
	switch e := effect.(type) {
	case plan.Ack:
		a.acknowledge(e)
	case plan.Dispatch:
		a.dispatch(ctx, e)
	case plan.Procure:
		a.tender(ctx, e)
	case plan.Settle:
		a.settle(ctx, e.Debt)
	case plan.Recall:
		if l := a.lives[e.Agent]; l != nil {
			l.ref.From(ctx).Tell(agents.Recall{Token: agents.Token(e.Token), Reason: e.Reason})
		}
	case plan.Condemn:
		if l := a.lives[e.Agent]; l != nil {
			l.condemned = true
			telemetry.Emit(a.bus, AgentCondemned{Queue: a.handle.o.Name, Agent: e.Agent.ID, Reason: e.Reason})
			l.pid.Kill()
		}
	case plan.Ask:
		a.askAgain(ctx, e)
	case plan.Emit:
		for _, o := range a.outlets {
			o.add(e)
		}
	case plan.DeadLetter:
		telemetry.Emit(a.bus, TaskDead{Queue: a.handle.o.Name, Task: e.ID, Cause: string(e.Cause), Reason: e.Reason})
	case plan.Arm:
		a.timerAt = e.At
		a.setTimer(ctx)
	case plan.Wake:
		a.retryParked(ctx)
	case plan.Late:
		telemetry.Emit(a.bus, AnswerLate{Queue: a.handle.o.Name, Agent: e.Agent.ID, Token: uint64(e.Token)})
	}
}

// dispatch gives an attempt to its agent. If the agent has gone meanwhile, its end has ended the attempt.
func (a *queue) dispatch(ctx *actors.Context[Message], d plan.Dispatch) {
	l := a.lives[d.Agent]
	if l == nil {
		return
	}
	task := agents.Task{
		ID: d.Task.ID, Kind: d.Task.Kind, Input: d.Task.Input, Attempt: d.Attempt, Token: agents.Token(d.Token), Until: d.Until.Time(),
		Correlation: a.handle.Correlation(d.Task.ID).String(),
	}
	actors.Request(ctx, l.ref, -1, func(r actors.Reply[agents.Outcome]) agents.Message {
		return agents.Assign{Task: task, Reply: r}
	}, heard(d.Agent, d.Token))
}

// askAgain asks for an attempt whose reply address died with an earlier incarnation of the queue.
func (a *queue) askAgain(ctx *actors.Context[Message], e plan.Ask) {
	if l := a.lives[e.Agent]; l != nil {
		actors.Request(ctx, l.ref, -1, func(r actors.Reply[agents.Outcome]) agents.Message {
			return agents.Resume{Token: agents.Token(e.Token), Reply: r}
		}, heard(e.Agent, e.Token))
	}
}

func heard(agent plan.Agent, token plan.Token) func(agents.Outcome, error) Message {
	return func(o agents.Outcome, err error) Message { return answer{agent, token, o, err} }
}
