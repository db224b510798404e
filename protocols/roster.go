// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"encoding/json"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/protocols/machine"
)

// Member is a participant as the roster knows it.
type Member struct {
	ID string
	// Process takes invitations. It counts before Agent.
	Process actors.Ref[Invitation]
	// Agent gets invitations as tasks of the kind TaskPrefix + role; its output is the answer.
	Agent actors.Ref[agents.Message]
	// Weight and Calibration are those of its ballots, in millionths; 0 means 1 and a half.
	Weight, Calibration int64
	// PublicKey and ExchangeKey are the ed25519 and the X25519 key that the registry has for it. Groups of Byzantine consensus, which alone use them, are
	// made of these keys; a participant that the keyring signs for with another one is refused. Empty means the one that the engine's keyring has, unless
	// EngineOptions.RegisteredKeys is set.
	PublicKey, ExchangeKey []byte
	// Degraded says that its health is bad. Reputation is in millionths; negative means that nobody knows.
	Degraded   bool
	Reputation int64
}

// pid is the present incarnation.
func (m Member) pid() actors.PID {
	if pid := m.Process.PID(); !pid.IsZero() {
		return pid
	}
	return m.Agent.PID()
}

// Roster finds participants.
type Roster interface {
	// Member returns what is known of a participant now; false if there is none.
	Member(id string) (Member, bool)
	// Match returns the ids of all that a query finds, in order.
	Match(query string) ([]string, error)
}

// Invitation asks a participant for an answer, or tells it how a session has ended. What is asked twice is one question.
type Invitation struct {
	Session     SessionID
	Epoch       uint32
	Correlation string
	machine.Invite
	agent string
	to    actors.Ref[SessionMessage]
}

// Answer gives the participant's answer. Round and key are filled in.
func (i Invitation) Answer(a machine.Answer) {
	a.Round, a.Key = i.Round, i.Key
	i.to.Tell(answered{i.agent, i.Epoch, a})
}

// Vote answers with an option.
func (i Invitation) Vote(option string) { i.Answer(machine.Answer{Choice: option}) }

// Abstain answers without taking a side.
func (i Invitation) Abstain(why string) {
	i.Answer(machine.Answer{Abstain: or(why, "no reason given")})
}

// Decline says that no answer will come.
func (i Invitation) Decline(why string) {
	i.Answer(machine.Answer{Decline: or(why, "no reason given")})
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Asks reports whether the invitation wants an answer; others only tell something.
func (i Invitation) Asks() bool {
	return i.Role != machine.RoleDecided && i.Role != machine.RoleCancelled
}

// TaskPrefix begins the kind of the tasks that agents get as invitations: "coordination.vote".
const TaskPrefix = machine.TaskPrefix

// Voter answers invitations in an agent's name.
type Voter interface {
	// Vote chooses, rates, predicts or samples. It is called as Worker.Do is.
	Vote(ctx context.Context, in machine.Invite) (machine.Answer, error)
}

// Proposer writes and judges proposals in an agent's name.
type Proposer interface {
	// Propose writes a proposal, or criticises those of others; in.Role says which.
	Propose(ctx context.Context, in machine.Invite) (machine.Answer, error)
}

// VoterFunc is a function as a Voter.
type VoterFunc func(ctx context.Context, in machine.Invite) (machine.Answer, error)

// Vote calls the function.
func (f VoterFunc) Vote(ctx context.Context, in machine.Invite) (machine.Answer, error) {
	return f(ctx, in)
}

// Voting makes a worker that answers invitations with v, also with v as Proposer if it is one, and does every other task with w. w may be nil.
func Voting(w agents.Worker, v Voter) agents.Worker { return voting{w, v} }

type voting struct {
	other agents.Worker
	voter Voter
}

// Do answers an invitation, or does the task.
func (w voting) Do(ctx context.Context, t agents.Task) (json.RawMessage, error) {
	role, ok := machine.RoleOf(t.Kind)
	if !ok {
		if w.other == nil {
			return nil, agents.Permanent("kind", "the agent does no tasks of kind "+t.Kind)
		}
		return w.other.Do(ctx, t)
	}
	var in machine.Invite
	if err := json.Unmarshal(t.Input, &in); err != nil {
		return nil, agents.Permanent("input", err.Error())
	}
	in.Role = role
	ask := w.voter.Vote
	if p, ok := w.voter.(Proposer); ok && (role == machine.RolePropose || role == machine.RoleCritique) {
		ask = p.Propose
	}
	a, err := ask(ctx, in)
	if err != nil {
		return nil, err
	}
	return json.Marshal(a)
}
