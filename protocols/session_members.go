// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/protocols/machine"
)

// find looks up where a participant lives and watches it; false if nowhere.
func (s *session) find(ctx *actors.Context[SessionMessage], i int) bool {
	m, ok := s.e.o.Roster.Member(s.n.setup.Electorate.At(i).Agent)
	p := &s.members[i]
	if ok {
		p.process, p.agent = m.Process, m.Agent
	}
	pid := m.pid()
	if !ok || pid.IsZero() || !pid.Alive() {
		if p.watched.IsZero() && !p.parted {
			p.parted = true
			ctx.Self().Tell(recheck{i, 0, "it has no process"})
		}
		return false
	}
	p.parted = false
	if p.watched != pid {
		p.watched = pid
		ctx.Monitor(pid, func(d actors.Down) SessionMessage { return parted{i, d.PID, d.Reason.String()} })
	}
	return true
}

// rechecks is in how many steps the grace of a participant passes.
const rechecks = 4

// missing looks for a participant's next incarnation until the grace is over.
func (s *session) missing(ctx *actors.Context[SessionMessage], m recheck) error {
	p := &s.members[m.i]
	if !p.watched.IsZero() {
		return nil // it was found meanwhile
	}
	p.parted = true
	agent := s.n.setup.Electorate.At(m.i).Agent
	if s.find(ctx, m.i) {
		for _, in := range s.pending.Invites(m.i) {
			if !in.Once {
				s.remind(ctx, m.i, *in)
			}
		}
		return s.happen(ctx, machine.Up{At: ctx.Now(), Agent: agent, Incarnation: p.watched.Incarnation()})
	}
	if m.n < rechecks {
		ctx.After(s.grace()/rechecks, recheck{m.i, m.n + 1, m.why})
		return nil
	}
	return s.happen(ctx, machine.Down{At: ctx.Now(), Agent: agent, Reason: m.why})
}

func (s *session) grace() time.Duration {
	if g := s.e.o.Grace; g > 0 {
		return g
	}
	return max(min(time.Second, s.n.setup.Spec.Deadline/10), rechecks*time.Millisecond)
}

func (s *session) invitation(i int, in machine.Invite) Invitation {
	return Invitation{Session: s.n.id, Epoch: s.epoch, Correlation: s.n.setup.Spec.Correlation, Invite: in, agent: s.n.setup.Electorate.At(i).Agent}
}

// inform tells all participants that have a process of their own something that needs no answer.
func (s *session) inform(in machine.Invite) {
	actors.TellEach(func(yield func(actors.Ref[Invitation]) bool) {
		for i := range s.members {
			if to := s.members[i].process; !to.PID().IsZero() && !yield(to) {
				return
			}
		}
	}, Invitation{Session: s.n.id, Epoch: s.epoch, Correlation: s.n.setup.Spec.Correlation, Invite: in})
}

// invite asks a participant. Its answer comes as a message.
func (s *session) invite(ctx *actors.Context[SessionMessage], i int, in machine.Invite) {
	p := &s.members[i]
	if p.watched.IsZero() || !p.watched.Alive() {
		if !s.find(ctx, i) {
			return // it is asked when it is found
		}
	}
	s.n.note(1, 0, 0)
	if !p.process.PID().IsZero() {
		inv := s.invitation(i, in)
		inv.to = ctx.Self()
		p.process.Tell(inv)
		return
	}
	if in.Role == machine.RoleDecided || in.Role == machine.RoleCancelled {
		return
	}
	s.task(ctx, i, 0, in)
}

// remind asks a participant again.
func (s *session) remind(ctx *actors.Context[SessionMessage], i int, in machine.Invite) {
	in.Reminder = true
	s.invite(ctx, i, in)
}

// task asks an agent, n times in vain before.
func (s *session) task(ctx *actors.Context[SessionMessage], i, n int, in machine.Invite) {
	input, err := json.Marshal(in)
	if err != nil {
		return // an invitation is plain data
	}
	t := agents.Task{
		ID: fmt.Sprintf("%s/%s/%d", s.n.id, in.Role, in.Round), Kind: TaskPrefix + string(in.Role), Input: input, Attempt: 1,
		Token: agents.Token(1<<62 + s.e.tokens.Add(1)), Until: s.n.until, Correlation: s.n.setup.Spec.Correlation,
	}
	left := max(s.n.until.Sub(ctx.Now()), time.Millisecond)
	actors.Request(ctx, s.members[i].agent, left,
		func(r actors.Reply[agents.Outcome]) agents.Message { return agents.Assign{Task: t, Reply: r} },
		func(out agents.Outcome, err error) SessionMessage { return replied{i, n, in, out, err} })
}

// reinvite asks an agent again that had no time, unless the question is over. One that has ended is asked when it is back.
func (s *session) reinvite(ctx *actors.Context[SessionMessage], m reinvite) {
	wanted := slices.ContainsFunc(s.pending.Invites(m.i), func(in *machine.Invite) bool {
		return in.Role == m.in.Role && in.Round == m.in.Round && in.Key == m.in.Key
	})
	if p := &s.members[m.i]; wanted && !p.watched.IsZero() && p.watched.Alive() {
		s.n.note(1, 0, 0)
		s.task(ctx, m.i, m.n, m.in)
	}
}

// replied makes an answer of what an agent's task came to. A task that was not taken is given again, after a pause that grows.
func (s *session) replied(ctx *actors.Context[SessionMessage], now time.Time, m replied) error {
	s.n.note(1, 0, 0)
	var a machine.Answer
	switch {
	case m.err != nil:
		return nil
	case m.out.Failure != nil && m.out.Failure.Class == agents.ClassUndelivered && !m.in.Once:
		ctx.After(min(firstPause<<min(m.n, 10), s.quarter), reinvite{m.i, m.n + 1, m.in})
		return nil
	case m.out.Failure != nil:
		a = machine.Answer{Error: m.out.Failure.Error()}
		if !failing(m.in.Role) {
			a = machine.Answer{Decline: m.out.Failure.Error()}
		}
	default:
		if err := json.Unmarshal(m.out.Output, &a); err != nil {
			a = machine.Answer{Decline: "its answer is none: " + err.Error()}
			if failing(m.in.Role) {
				a = machine.Answer{Error: "its answer is none: " + err.Error()}
			}
		}
	}
	a.Round, a.Key = m.in.Round, m.in.Key
	return s.happen(ctx, machine.Received{At: now, From: s.n.setup.Electorate.At(m.i).Agent, Msg: a})
}

// failing says that a role's failure is something its protocol wants to know.
func failing(r machine.Role) bool {
	return r == machine.RoleRun || r == machine.RoleUndo || r == machine.RoleProbe || r == machine.RoleTrial
}

// nudge reminds those who have not answered: three times, a quarter of the time apart.
func (s *session) nudge(ctx *actors.Context[SessionMessage], _ time.Time, n int) {
	for i := range s.members {
		for _, in := range s.pending.Invites(i) {
			if !in.Once && s.members[i].agent.PID().IsZero() { // an agent's task is there until it is done
				s.remind(ctx, i, *in)
			}
		}
	}
	if n < 3 {
		ctx.After(s.quarter, sessionNudge{n + 1})
	}
}
