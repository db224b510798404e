// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"encoding/json"
	"errors"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/protocols/machine"
)

// ballot is an invitation that the program has not answered.
type ballot struct {
	invite machine.Invite
	reply  actors.Reply[agents.Outcome]
}

// consult asks the program for its opinion, if the task is an invitation that asks for one; false for other tasks. It takes no slot, as a call for bids takes
// none. Where the program does not vote the agent's policy answers, or nobody.
func (a *agent) consult(ctx *actors.Context[agents.Message], m agents.Assign) bool {
	role, ok := machine.RoleOf(m.Task.Kind)
	if !ok || !role.Opinion() {
		return false
	}
	var in machine.Invite
	if err := json.Unmarshal(m.Task.Input, &in); err != nil {
		m.Reply.Send(agents.Outcome{Failure: agents.Permanent("input", err.Error())})
		return true
	}
	in.Role = role
	if a.votes != nil && (a.votesByPolicy || !a.port.Votes()) {
		vote(m.Reply, a.votes.Answer(a.spec.ID, in))
		return true
	}
	if !a.port.Votes() {
		vote(m.Reply, machine.Answer{Round: in.Round, Key: in.Key, Decline: protocol.ErrNotVoter.Error()})
		return true
	}
	within := m.Task.Until.Sub(ctx.Now())
	if m.Task.Until.IsZero() {
		within = 24 * time.Hour // the session ends before
	}
	if within <= 0 {
		m.Reply.Send(agents.Outcome{Failure: agents.Undelivered("the deadline had passed before the program could begin")})
		return true
	}
	id, err := a.port.AskVote(protocol.Poll{Call: m.Task.ID, Invite: in, Within: max(time.Millisecond, within-within/10)}) // a tenth for the way back
	switch {
	case err == nil:
		a.polled[id] = ballot{in, m.Reply}
	case errors.Is(err, protocol.ErrVoteRequest):
		vote(m.Reply, machine.Answer{Round: in.Round, Key: in.Key, Decline: err.Error()})
	case errors.Is(err, protocol.ErrBusy), errors.Is(err, program.ErrBusy):
		m.Reply.Send(agents.Outcome{Failure: agents.Undelivered("the program has too many questions to answer")})
	default:
		m.Reply.Send(agents.Outcome{Failure: agents.Undelivered(err.Error())})
	}
	return true
}

// vote sends an answer as the outcome of its task.
func vote(reply actors.Reply[agents.Outcome], a machine.Answer) {
	output, err := json.Marshal(a)
	if err != nil { // an answer whose output is no JSON
		reply.Send(agents.Outcome{Failure: agents.Permanent("output", err.Error())})
		return
	}
	reply.Send(agents.Outcome{Output: output})
}

// voted passes on what the program says.
func (a *agent) voted(n protocol.VoteCast) {
	if b, open := a.polled[n.ID]; open {
		delete(a.polled, n.ID)
		vote(b.reply, n.Answer)
	}
}

// unvoted answers for a program of which no answer that counts has come: it takes no side. One that has ended is asked again when it is back.
func (a *agent) unvoted(n protocol.VoteMissing) {
	b, open := a.polled[n.ID]
	if !open {
		return
	}
	delete(a.polled, n.ID)
	var bad *protocol.VoteError
	switch {
	case errors.As(n.Err, &bad) && !b.invite.Role.Proposes():
		vote(b.reply, machine.Answer{Round: b.invite.Round, Key: b.invite.Key, Abstain: n.Err.Error()})
	case errors.As(n.Err, &bad), errors.Is(n.Err, protocol.ErrVoteSilent):
		vote(b.reply, machine.Answer{Round: b.invite.Round, Key: b.invite.Key, Decline: n.Err.Error()})
	default:
		b.reply.Send(agents.Outcome{Failure: agents.Undelivered(n.Err.Error())})
	}
}
