// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"fmt"
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/collect"
)

// take does what the notices of the session call for.
func (a *agent) take(ctx *actors.Context[agents.Message], notices []protocol.Notice) {
	for _, n := range notices {
		a.notice(ctx, n)
	}
}

func (a *agent) notice(ctx *actors.Context[agents.Message], n protocol.Notice) {
	switch n := n.(type) {
	case protocol.BecameReady:
		a.becameReady(ctx, n)
		telemetry.Emit(ctx.Events(), ProgramStarted{Origin: a.origin(ctx), OSPID: a.port.Pid(), Name: n.Hello.Name})
	case protocol.TaskDone:
		a.answer(ctx, n.ID, agents.Outcome{Output: n.Output})
	case protocol.TaskRefused:
		a.answer(ctx, n.ID, agents.Outcome{Failure: refused(n)})
	case protocol.TaskFailed:
		a.takenBack(n)
	case protocol.PlaceFreed:
		telemetry.Emit(ctx.Events(), AnswerDropped{Origin: a.origin(ctx), Task: n.ID})
		a.answer(ctx, n.ID, agents.Outcome{})
	case protocol.TaskProgressed:
		telemetry.Emit(ctx.Events(), TaskProgressed{Origin: a.origin(ctx), Task: n.ID, Attempt: n.Attempt, Data: n.Data})
	case protocol.Logged:
		a.log.write(ctx, ctx.Now(), n.Log)
	case protocol.Recorded:
		collect.RecordAgent(ctx.System(), a.spec.ID, n.Record.Metric, n.Record.Value)
	case protocol.EventReceived:
		telemetry.Emit(ctx.Events(), Published{Origin: a.origin(ctx), Topic: n.Event.Topic, Data: n.Event.Data})
	case protocol.JunkSeen:
		telemetry.Emit(ctx.Events(), LineRefused{Origin: a.origin(ctx), Kind: n.Junk.Kind.String(), Err: n.Junk, Total: n.Total})
	case protocol.StrayAnswer:
		telemetry.Emit(ctx.Events(), LineRefused{Origin: a.origin(ctx), Kind: n.Stray.Kind.String(), Err: n.Stray, Total: n.Total})
	case protocol.BidMade:
		a.bid(n)
	case protocol.BidPassed:
		a.passed(n)
	case protocol.BidRefused:
		telemetry.Emit(ctx.Events(), BidRefused{Origin: a.origin(ctx), Kind: n.Err.Kind(), Err: n.Err, Total: n.Total})
	case protocol.VoteCast:
		a.voted(n)
	case protocol.VoteMissing:
		a.unvoted(n)
	case protocol.VoteRefused:
		telemetry.Emit(ctx.Events(), VoteRefused{Origin: a.origin(ctx), Kind: n.Err.Kind(), Err: n.Err, Total: n.Total})
	case protocol.Suggested:
		a.suggest(ctx, n.Suggestion)
	case protocol.Reported:
		a.report(ctx, n.Feedback)
	case protocol.Confirmed:
		a.confirm(ctx, n.Confirmation)
	case protocol.VariableRefused:
		telemetry.Emit(ctx.Events(), VariableRefused{Origin: a.origin(ctx), Kind: n.Err.Kind(), Err: n.Err, Total: n.Total})
		a.respond(ctx, protocol.Refusal(n.Err.ID, n.Err))
	case protocol.Leaving:
		// Tasks are refused from here on; the exit follows.
	case protocol.Ended:
		a.ended = &n
		a.log.rest()
		telemetry.Emit(ctx.Events(), ProgramEnded{Origin: a.origin(ctx), Reason: n.Reason, Junk: n.Junk, Late: n.Late})
	default:
		panic(fmt.Sprintf("exec: unknown notice %T", n))
	}
}

// becameReady makes the spec what the program can really do: it may know more than the spec says, and take fewer tasks at once. What the
// spec says of a capability counts more than what the program says.
func (a *agent) becameReady(ctx *actors.Context[agents.Message], n protocol.BecameReady) {
	a.ready = true
	a.spec.Concurrency = n.Inflight
	a.spec.Capabilities = slices.Clone(a.spec.Capabilities)
	for _, c := range agents.Can(n.Hello.Capabilities...) {
		known := slices.ContainsFunc(a.spec.Capabilities, func(had agents.Capability) bool { return had.Name == c.Name })
		if known {
			continue
		}
		a.spec.Capabilities = append(a.spec.Capabilities, c)
		if err := a.spec.Validate(); err != nil {
			a.spec.Capabilities = a.spec.Capabilities[:len(a.spec.Capabilities)-1]
			ctx.Logger().Warn("the program names a capability that is none", "agent", a.spec.ID, "error", err)
		}
	}
}

// origin says where an event of this agent comes from.
func (a *agent) origin(ctx *actors.Context[agents.Message]) telemetry.Origin {
	return telemetry.Origin{
		At: ctx.Now(), Path: ctx.PID().Path(), Kind: a.spec.Kind, Incarnation: ctx.PID().Incarnation(), Agent: a.spec.ID,
	}
}
