// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/telemetry"
)

// SessionMessage is what sessions take. Invitations and the engine make the messages.
type SessionMessage interface{ session() }

type (
	answered struct {
		agent string
		epoch uint32
		a     machine.Message // an Answer
	}
	happened struct{ ev machine.Event }
	alarm    struct {
		id  string
		gen uint64
	}
	parted struct {
		i   int
		pid actors.PID
		why string
	}
	recheck struct {
		i, n int
		why  string
	}
	replied struct { // by an agent
		i, n int // n is how often it was asked in vain before
		in   machine.Invite
		out  agents.Outcome
		err  error
	}
	reinvite struct { // an agent that had no time
		i, n int
		in   machine.Invite
	}
	told struct {
		service string
		m       machine.Told
	}
	sessionBegin struct{}
	sessionNudge struct{ n int }
)

func (answered) session()     {}
func (happened) session()     {}
func (alarm) session()        {}
func (parted) session()       {}
func (recheck) session()      {}
func (replied) session()      {}
func (reinvite) session()     {}
func (told) session()         {}
func (sessionBegin) session() {}
func (sessionNudge) session() {}

// session is one life of a session's process: it runs the protocol's machine and carries out its effects. All its state belongs to the process
// and can be made again from the entry's log.
type session struct {
	e        *Engine
	n        *entry
	epoch    uint32
	run      machine.Stepper
	pending  *machine.Pending
	members  []participant
	timers   map[string]actors.Timer
	quarter  time.Duration // between reminders
	position uint64
	decided  *machine.Outcome // by a life that ended before it could tell
	over     bool
	said     string // by the answer that is being handled, for the story
}

// participant is one of the electorate as the session reaches it.
type participant struct {
	process actors.Ref[Invitation]
	agent   actors.Ref[agents.Message]
	watched actors.PID
	parted  bool
}

// Init makes this the session's living incarnation.
func (s *session) Init(ctx *actors.Context[SessionMessage]) error {
	if _, _, ended := s.n.outcome(); ended {
		return actors.Ignore
	}
	epoch, log, tooMany := s.n.adopt(ctx.PID(), s.e.sessions.Load(), ctx.Now())
	if tooMany {
		s.e.finish(s.n, epoch, Result{State: StateFailed, Outcome: machine.Outcome{
			Verdict: machine.Failed, Why: machine.WhyFailed, Text: "its process has crashed too often",
		}}, ctx.Now())
		return actors.Ignore
	}
	run, err := s.n.stepper()
	if err != nil {
		s.e.finish(s.n, epoch, Result{State: StateFailed, Outcome: machine.Outcome{Verdict: machine.Failed, Why: machine.WhyFailed, Text: err.Error()}}, ctx.Now())
		return actors.Ignore
	}
	s.epoch, s.run = epoch, run
	s.members = make([]participant, s.n.setup.Electorate.Len())
	s.pending = machine.PendingAmong(len(s.members), s.n.setup.Electorate.Find)
	s.quarter = max(s.n.until.Sub(ctx.Now())/4, time.Millisecond)
	s.refold(log)
	ctx.Continue(sessionBegin{})
	return nil
}

// refold makes the state that the log tells.
func (s *session) refold(log []machine.Event) {
	for _, ev := range log {
		effects := s.run.Step(ev)
		s.pending.Apply(ev, effects)
		for _, effect := range effects {
			if d, ok := effect.(machine.Decide); ok {
				s.decided = &d.Outcome
			}
		}
	}
}

// Receive lets something happen to the machine.
func (s *session) Receive(ctx *actors.Context[SessionMessage], msg SessionMessage) error {
	if s.over {
		if _, ok := msg.(answered); ok {
			s.n.note(1, 0, 1)
		}
		return nil
	}
	now := ctx.Now()
	switch m := msg.(type) {
	case sessionBegin:
		return s.begin(ctx, now)
	case answered:
		s.n.note(1, 0, 0)
		return s.happen(ctx, machine.Received{At: now, From: m.agent, Msg: m.a})
	case replied:
		return s.replied(ctx, now, m)
	case reinvite:
		s.reinvite(ctx, m)
		return nil
	case happened:
		switch ev := m.ev.(type) {
		case machine.Cancel:
			ev.At = now
			return s.happen(ctx, ev)
		case machine.Command:
			ev.At = now
			return s.happen(ctx, ev)
		}
		return nil
	case alarm:
		delete(s.timers, m.id)
		return s.happen(ctx, machine.TimerFired{At: now, ID: m.id, Gen: m.gen})
	case told:
		return s.happen(ctx, machine.Received{At: now, From: m.service, Msg: m.m})
	case parted:
		if p := &s.members[m.i]; p.watched == m.pid {
			p.watched = actors.PID{}
			return s.missing(ctx, recheck{m.i, 0, m.why})
		}
		return nil
	case recheck:
		return s.missing(ctx, m)
	case sessionNudge:
		s.nudge(ctx, now, m.n)
		return nil
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
}

// begin opens the session, or goes on where its last life ended.
func (s *session) begin(ctx *actors.Context[SessionMessage], now time.Time) error {
	s.n.mu.Lock()
	fresh := len(s.n.mu.log) == 0
	s.n.mu.Unlock()
	for i := range s.members {
		s.find(ctx, i)
	}
	if s.decided != nil {
		return s.decide(ctx, *s.decided)
	}
	ctx.After(s.quarter, sessionNudge{1})
	if !fresh {
		return s.goOn(ctx, now)
	}
	if b := s.e.o.Budget; b != nil && s.n.setup.Spec.Budget > 0 {
		if err := b.Reserve(ctx, s.n.id, s.n.setup.Spec.Budget); err != nil {
			why := &BudgetError{s.n.setup.Spec.Budget, err}
			s.over = true
			s.reject(ctx, why)
			return actors.Stop
		}
	}
	if s.n.setup.Spec.Durability.rank() >= Buffered.rank() && s.epoch == 1 {
		if err := s.store(ctx, s.n.setup.Spec.Durability.rank() >= Durable.rank(), s.opened()); err != nil {
			return err
		}
	}
	telemetry.Emit(ctx.Events(), SessionOpened{s.about()})
	s.tell(ctx, StepOpened, "", string(s.n.proto.Name))
	return s.happen(ctx, machine.Opened{At: now, Seed: s.n.setup.Spec.Seed, Deadline: s.n.until})
}

// reject ends a session that was never opened.
func (s *session) reject(ctx *actors.Context[SessionMessage], why error) {
	r := Result{Session: s.n.id, State: StateRejected, Protocol: s.n.proto.Name, Opened: s.n.opened}
	r.Text = why.Error()
	waiters, ok := s.n.end(s.epoch, &r, why, ctx.Now())
	if !ok {
		return
	}
	s.e.index.ended(s.n)
	for _, w := range waiters {
		conclude(w, &r, why)
	}
}

func (s *session) opened() Record {
	electors := make([]consensus.Elector, s.n.setup.Electorate.Len())
	for i := range electors {
		electors[i] = s.n.setup.Electorate.At(i)
	}
	o := opening{Spec: s.n.setup.Spec, Digest: s.n.digest, Until: s.n.until, Left: s.n.left}
	o.Electors, _ = json.Marshal(electors)
	o.Selection, _ = json.Marshal(s.n.setup.Selection)
	text, _ := json.Marshal(o) // Params that are no JSON leave it empty, and the session out when the journal is read
	return Record{Session: s.n.id, Kind: recordOpened, At: s.n.opened, Data: text}
}

// goOn asks again whoever has not answered, sets the timers again with the time that is left, and tells the machine.
func (s *session) goOn(ctx *actors.Context[SessionMessage], now time.Time) error {
	s.tell(ctx, StepRestored, "", fmt.Sprintf("epoch %d", s.epoch))
	for _, t := range s.pending.Timers() {
		s.setTimer(ctx, t.ID, t.Gen, max(t.At.Sub(now), 0))
	}
	for i := range s.members {
		for _, in := range s.pending.Invites(i) {
			if !in.Once {
				s.invite(ctx, i, *in)
			}
		}
	}
	for _, a := range s.pending.Asks() {
		if !a.Once {
			s.ask(ctx, a)
		}
	}
	return s.happen(ctx, machine.Restored{At: now, Epoch: s.epoch})
}

// happen lets an event happen: it is in the log, and where ballots are to survive in the journal, before it counts.
func (s *session) happen(ctx *actors.Context[SessionMessage], ev machine.Event) error {
	class := s.n.setup.Spec.Durability
	if class == Buffered || class == DurableBallots {
		record, err := eventRecord(s.n.id, ev)
		if err == nil {
			err = s.store(ctx, class == DurableBallots, record)
		}
		if err != nil {
			return err
		}
	}
	if !s.n.add(s.epoch, ev) {
		s.over = true
		return actors.Stop
	}
	s.said = opinion(ev)
	effects := s.run.Step(ev)
	s.pending.Apply(ev, effects)
	for _, effect := range effects {
		if err := s.carryOut(ctx, effect); err != nil {
			return err
		}
	}
	return nil
}

// carryOut does what the machine wants.
func (s *session) carryOut(ctx *actors.Context[SessionMessage], effect machine.Effect) error {
	switch f := effect.(type) {
	case machine.Send:
		if i, ok := s.n.setup.Electorate.Find(f.To); ok {
			if in, ok := f.Msg.(machine.Invite); ok {
				s.invite(ctx, i, in)
			}
		}
	case machine.Broadcast:
		if in, ok := f.Msg.(machine.Invite); ok {
			for i := range s.members {
				s.invite(ctx, i, in)
			}
		}
	case machine.Ask:
		s.ask(ctx, f)
	case machine.SetTimer:
		s.setTimer(ctx, f.ID, f.Gen, f.After)
	case machine.StopTimer:
		s.stopTimer(f.ID)
	case machine.Forget:
	case machine.Persist:
		if class := s.n.setup.Spec.Durability; class != Volatile {
			return s.store(ctx, class.rank() >= Durable.rank(), Record{Session: s.n.id, Kind: f.Kind, At: ctx.Now(), Data: f.Data})
		}
	case machine.Decide:
		return s.decide(ctx, f.Outcome)
	case machine.Report:
		s.tell(ctx, StepAccused, f.Agent, f.Kind)
		if sink := s.e.o.Evidence; sink != nil {
			if err := sink.Report(ctx, s.n.id, f); err != nil && ctx.Err() == nil {
				telemetry.Emit(ctx.Events(), EvidenceLost{s.about(), f.Agent, err})
			}
		}
	case machine.Note:
		s.noted(ctx, f)
	}
	return nil
}

func (s *session) noted(ctx *actors.Context[SessionMessage], f machine.Note) {
	switch f.Kind {
	case machine.NoteBallot:
		s.n.note(0, 1, 0)
		s.tell(ctx, StepBallot, f.Agent, or(f.Text, s.said))
		telemetry.Emit(ctx.Events(), BallotCounted{s.about(), f.Agent})
	case machine.NoteRound:
		s.tell(ctx, StepRound, "", f.Text)
		telemetry.Emit(ctx.Events(), RoundBegun{s.about(), f.Text})
	case machine.NoteLate:
		s.n.note(0, 0, 1)
	case machine.NoteIgnored:
		if errors.Is(f.Err, consensus.ErrBallotClosed) {
			s.n.note(0, 0, 1)
		}
		s.tell(ctx, StepIgnored, f.Agent, f.Text)
		telemetry.Emit(ctx.Events(), AnswerIgnored{s.about(), f.Agent, f.Text, f.Err})
	case machine.NoteParted:
		s.tell(ctx, StepParted, f.Agent, f.Text)
	default:
		s.tell(ctx, StepNoted, f.Agent, f.Kind+": "+f.Text)
	}
}

// store has a record in the journal, at once or some time.
func (s *session) store(ctx *actors.Context[SessionMessage], wait bool, r Record) error {
	if !wait {
		s.e.historian.Tell(store{records: []Record{r}})
		return nil
	}
	v, err := s.e.keep(ctx, ctx.System(), r)
	s.position = v
	return err
}

// decide ends the session: the decision is stored, and then everybody is told.
func (s *session) decide(ctx *actors.Context[SessionMessage], o machine.Outcome) error {
	s.over = true
	r := Result{Session: s.n.id, State: stateOf(o), Outcome: o, Durable: s.n.setup.Spec.Durability.rank() >= Durable.rank(), Cost: s.n.cost()}
	if s.n.setup.Spec.Durability.rank() >= Buffered.rank() {
		stored := s.n.fill(r, ctx.Now())
		stored.Messages += len(s.members) // that tell the outcome
		text, err := json.Marshal(stored)
		if err != nil {
			return fmt.Errorf("protocols: session %q: %w", string(s.n.id), err)
		}
		if err := s.store(ctx, r.Durable, Record{Session: s.n.id, Kind: recordEnded, At: ctx.Now(), Data: text}); err != nil {
			return err
		}
		r.Position = s.position
	}
	s.settle(ctx, r)
	role, text := machine.RoleDecided, o.Decision
	if r.State != StateDecided {
		role, text = machine.RoleCancelled, or(o.Text, string(o.Why))
	}
	s.inform(machine.Invite{Role: role, Question: text})
	s.n.note(len(s.members), 0, 0)
	if !s.e.finish(s.n, s.epoch, r, ctx.Now()) {
		return actors.Stop
	}
	s.n.mu.Lock()
	messages, late := s.n.mu.messages, s.n.mu.late
	s.n.mu.Unlock()
	telemetry.Emit(ctx.Events(), SessionEnded{s.about(), r.State, o.Why, ctx.Now().Sub(s.n.opened), o.Rounds, messages, late, len(o.Missing)})
	return actors.Stop
}

// endText is how a session has ended, in a line.
func endText(r Result) string {
	if r.State == StateDecided {
		return r.Decision
	}
	return strings.TrimSuffix(string(r.State)+": "+or(r.Text, string(r.Why)), ": ")
}

// settle commits or releases what was reserved. Both are done again after a crash, and are one by the session's id.
func (s *session) settle(ctx context.Context, r Result) {
	b := s.e.o.Budget
	if b == nil || s.n.setup.Spec.Budget == 0 {
		return
	}
	used := s.n.setup.Spec.Budget
	if r.State != StateDecided || r.Cost > 0 { // a decision of which nobody says what it has cost has cost what it might
		used = min(r.Cost, used)
	}
	if used > 0 {
		_ = b.Commit(ctx, s.n.id, used) // the budgeter keeps what is reserved until it is told; its own log says what failed
		return
	}
	_ = b.Release(ctx, s.n.id)
}

func (s *session) setTimer(ctx *actors.Context[SessionMessage], id string, gen uint64, after time.Duration) {
	s.stopTimer(id)
	if s.timers == nil {
		s.timers = map[string]actors.Timer{}
	}
	s.timers[id] = ctx.After(after, alarm{id, gen})
}

func (s *session) stopTimer(id string) {
	if t, ok := s.timers[id]; ok {
		t.Cancel()
		delete(s.timers, id)
	}
}

// ask has a service do something, beside the process.
func (s *session) ask(ctx *actors.Context[SessionMessage], a machine.Ask) {
	service, ok := s.e.o.Services[a.Service]
	if !ok {
		ctx.Self().Tell(told{a.Service, machine.Told{Key: a.Key, Error: "there is no service of that name"}})
		return
	}
	within := a.Within
	if left := s.n.until.Sub(ctx.Now()); within <= 0 || within > left {
		within = left
	}
	limited, stop := ctx.WithTimeout(within)
	ctx.Go(func(context.Context) SessionMessage { // the end of the session ends limited, and so this
		defer stop()
		data, err := service.Do(limited, a.Key, a.Args)
		m := machine.Told{Key: a.Key, Data: data}
		if err != nil {
			m.Data, m.Error = nil, err.Error()
		}
		return told{a.Service, m}
	})
}
