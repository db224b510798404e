// SPDX-License-Identifier: Apache-2.0

package program

import (
	"fmt"

	"mabeam.dev/agents/exec/protocol"
)

// Port is a running program and the conversation with it. The owner calls its methods one at a time; only
// Abort may be called from anywhere.
type Port struct {
	session *protocol.Session
	process *Process
	clock   Clock
	timers  map[protocol.Timer]func() bool // running timers and how to stop them
}

// Open starts a program and its session. From then on the owner hands every input that Owner.Post gets to
// [Port.Handle]; inputs may be posted before Open returns. The line limit of the spec, when set, is the one of the
// session too.
func Open(spec Spec, cfg protocol.Config, owner Owner) (*Port, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.LineLimit == 0 {
		cfg.LineLimit = spec.LineLimit
	}
	owner.Clock = owner.Clock.withDefaults()
	process, err := Start(spec, owner)
	if err != nil {
		return nil, err
	}
	p := &Port{
		session: protocol.NewSession(cfg), process: process, clock: owner.Clock,
		timers: map[protocol.Timer]func() bool{},
	}
	p.perform(p.session.Begin())
	return p, nil
}

// Handle takes an input, does what it calls for, and gives what the owner should know. After the
// [protocol.Ended] notice it does nothing.
func (p *Port) Handle(in protocol.Input) []protocol.Notice {
	if fired, ok := in.(protocol.TimerFired); ok {
		delete(p.timers, fired.Timer)
	}
	return p.perform(p.session.Step(in))
}

// Assign gives a task to the program. The errors are those of protocol.Session.Assign; [ErrBusy] also
// stands for a program that does not read its input.
func (p *Port) Assign(t protocol.Task) ([]protocol.Notice, error) {
	if p.session.Free() > 0 && p.process.Full() {
		return nil, fmt.Errorf("program: assign %q: %w", t.ID, ErrBusy)
	}
	actions, err := p.session.Assign(t)
	return p.perform(actions), err
}

// Publish sends an event to the program. The errors are those of protocol.Session.Publish, and [ErrBusy].
func (p *Port) Publish(e protocol.Event) error {
	if p.process.Full() {
		return fmt.Errorf("program: publish %q: %w", e.Topic, ErrBusy)
	}
	actions, err := p.session.Publish(e)
	p.perform(actions)
	return err
}

// Bids reports whether the program has said that it bids.
func (p *Port) Bids() bool { return p.session.Bids() }

// AskBid asks the program for a bid; the id is that of the notice that ends the question. The errors are those of protocol.Session.AskBid; [ErrBusy]
// also stands for a program that does not read its input.
func (p *Port) AskBid(t protocol.Tender) (id string, err error) {
	if p.session.Bids() && p.process.Full() {
		return "", fmt.Errorf("program: ask for a bid %q: %w", t.Call, ErrBusy)
	}
	id, actions, err := p.session.AskBid(t)
	p.perform(actions) // a line and a timer, and no notice
	return id, err
}

// Votes reports whether the program has said that it votes.
func (p *Port) Votes() bool { return p.session.Votes() }

// AskVote asks the program for its opinion; the id is that of the notice that ends the question. The errors are those of protocol.Session.AskVote;
// [ErrBusy] also stands for a program that does not read its input.
func (p *Port) AskVote(poll protocol.Poll) (id string, err error) {
	if p.session.Votes() && p.process.Full() {
		return "", fmt.Errorf("program: ask for a vote %q: %w", poll.Call, ErrBusy)
	}
	id, actions, err := p.session.AskVote(poll)
	p.perform(actions) // a line and a timer, and no notice
	return id, err
}

// Cancel ends a task for the owner at once and asks the program to let go of it.
func (p *Port) Cancel(id string) []protocol.Notice {
	return p.Handle(protocol.TaskCancelled{ID: id})
}

// Stop begins a clean end: stop line, end of input, SIGTERM, SIGKILL, each after its grace.
func (p *Port) Stop() []protocol.Notice { return p.Handle(protocol.StopAsked{}) }

// Kill ends the program and its group at once. The Ended notice follows the exit.
func (p *Port) Kill() []protocol.Notice { return p.Handle(protocol.KillAsked{}) }

// Abort kills the group at once from any goroutine, for an owner that cannot be reached any more.
func (p *Port) Abort() { p.process.Signal(protocol.Kill) }

// State tells where the conversation stands.
func (p *Port) State() protocol.State { return p.session.State() }

// Messages counts what the program has said; each message is a sign of life.
func (p *Port) Messages() uint64 { return p.session.Messages() }

// Watched reports whether the program has promised signs of life.
func (p *Port) Watched() bool { return p.session.Watched() }

// Free is how many more tasks the program takes now.
func (p *Port) Free() int { return p.session.Free() }

// Pid is the number of the process and its group.
func (p *Port) Pid() int { return p.process.Pid() }

// StderrTail is a copy of the last of what the program wrote to standard error.
func (p *Port) StderrTail() []byte { return p.process.StderrTail() }

// Done closes when nothing of the run is left in the runtime: the process is reaped, the pipes are closed,
// and all but timers that were just firing has been posted.
func (p *Port) Done() <-chan struct{} { return p.process.Done() }

// perform carries the effects out and gives the notices.
func (p *Port) perform(actions []protocol.Action) []protocol.Notice {
	var notices []protocol.Notice
	for _, a := range actions {
		switch a := a.(type) {
		case protocol.WriteLine:
			// Assign and Publish made sure of their place. A ping, cancel or stop that finds the queue full
			// is left out: its program does not read, and the timers behind it bound the wait all the same.
			_ = p.process.Write(a.Line)
		case protocol.CloseInput:
			p.process.CloseInput()
		case protocol.SignalGroup:
			p.process.Signal(a.Signal)
		case protocol.ArmTimer:
			timer := a.Timer
			p.timers[timer] = p.clock.AfterFunc(a.After, func() { p.process.post(protocol.TimerFired{Timer: timer}) })
		case protocol.DisarmTimer:
			if stop, ok := p.timers[a.Timer]; ok {
				stop()
				delete(p.timers, a.Timer)
			}
		case protocol.Notice:
			notices = append(notices, a)
		default:
			panic(fmt.Sprintf("program: perform: unknown action %T", a))
		}
	}
	return notices
}
