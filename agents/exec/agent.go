// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"context"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/protocols/policy"
)

// agent is the process that owns one run of a program.
type agent struct {
	spec     agents.Spec
	dir      *agents.Directory
	program  program.Spec
	protocol protocol.Config
	logRate  int

	port   *program.Port
	inbox  *program.Inbox
	held   chan protocol.Input // an input that listen took and no turn has handled; listen sends, turns receive, never closed; capacity 1
	alarms *alarms
	log    messages
	watch  watch

	asked         map[string]question // calls for bids that the program has not answered, by the ids of the session
	polled        map[string]ballot   // invitations that the program has not answered, by the ids of the session
	votes         *policy.Rules       // answers for a program that does not vote; nil if nobody does
	votesByPolicy bool                // or in any case
	names         []string            // shared variables that the program may see; see Settings.Variables
	shared        Variables           // them; nil if there are none
	owed          owed                // lines about them that the program is to get

	jobs  []*job // in the order of assignment; as few as the concurrency
	seen  agents.Activity
	ready bool
	ended *protocol.Ended
}

// arrived tells the agent that held has an input.
type arrived struct{ agents.Message }

// batch is how many inputs one turn handles before others have theirs.
const batch = 64

// Init runs the program, waits for its hello and enters the agent in the directory.
func (a *agent) Init(ctx *actors.Context[agents.Message]) error {
	if a.shared = variablesFor(ctx.System(), a.spec, a.names); a.shared != nil {
		a.protocol.Variables = true
	}
	logger := ctx.Logger().With("program", a.program.Command[0])
	a.log = messages{to: logger, rate: a.logRate}
	port, err := program.Open(a.program, a.protocol, program.Owner{
		Post: a.inbox.Post, Stderr: logStderr(logger), Clock: a.alarms.clock(),
	})
	if err != nil {
		return &StartError{Program: a.program.Command[0], Err: err}
	}
	a.port = port
	// A killed process runs nothing any more, so its program's end hangs on its death. The context ends before that; waiting for it
	// first saves a goroutine for as long as the agent lives.
	self := ctx.PID()
	context.AfterFunc(ctx, func() {
		_, _ = self.Await(context.Background()) // without an error, as this context has no end
		a.abandon()
	})
	for !a.ready {
		select {
		case in := <-a.inbox.Inputs():
			a.take(ctx, port.Handle(in))
		case <-ctx.Done():
			why := context.Cause(ctx)
			a.abandon()
			<-port.Done()
			return why
		}
		if a.ended != nil {
			a.leave()
			<-port.Done() // the exit has been seen: only goroutines that are on their last line are waited for
			return &StartError{Program: a.program.Command[0], Reason: a.ended.Reason, Stderr: a.stderr()}
		}
	}
	if err := a.share(ctx); err != nil {
		a.abandon()
		<-port.Done()
		return err
	}
	a.dir.Join(ctx, a.spec)
	a.watch.begin(ctx, a)
	a.listen(ctx)
	return nil
}

// Receive handles one message.
func (a *agent) Receive(ctx *actors.Context[agents.Message], m agents.Message) error {
	switch m := m.(type) {
	case arrived:
		return a.arrived(ctx)
	case lookNow:
		a.watch.look(ctx, a)
		a.settle(ctx)
	case changed:
		a.changed(ctx, m.change)
	case answered:
		a.respond(ctx, m.answer)
	case agents.Assign:
		if !a.consult(ctx, m) {
			a.assign(ctx, m)
		}
	case agents.Recall:
		a.recall(ctx, m)
	case agents.Resume:
		a.resume(m)
	case Ask:
		a.ask(m)
	case agents.Describe:
		m.Reply.Send(a.activity())
	default:
		return &actors.UnknownMessageError{Message: m}
	}
	return nil
}

// Terminate ends the program: with the stop sequence when the agent was asked to stop, at once when it crashed. It returns when nothing
// of the program is left, or when the agent is killed meanwhile.
func (a *agent) Terminate(ctx *actors.Context[agents.Message], why actors.Reason) error {
	if a.port == nil {
		return nil
	}
	if why.Abnormal() {
		a.take(ctx, a.port.Kill())
	} else {
		a.take(ctx, a.port.Stop())
	}
	for a.ended == nil {
		select {
		case in := <-a.held:
			a.take(ctx, a.port.Handle(in))
		case in := <-a.inbox.Inputs():
			a.take(ctx, a.port.Handle(in))
		case <-a.port.Done(): // somebody else had it killed
			return nil
		case <-ctx.Done():
			a.abandon()
			return nil
		}
	}
	a.leave()
	<-a.port.Done()
	return nil
}

// listen waits for one input outside the process, so that the process never blocks and the program waits when the process is slow.
func (a *agent) listen(ctx *actors.Context[agents.Message]) {
	ctx.Go(func(life context.Context) agents.Message {
		select {
		case in := <-a.inbox.Inputs():
			a.held <- in // free: nobody listens before the turn that empties it
			return arrived{}
		case <-life.Done():
			return nil
		}
	})
}

// arrived handles the input that is held and those that wait already.
func (a *agent) arrived(ctx *actors.Context[agents.Message]) error {
	a.settle(ctx)
	a.take(ctx, a.port.Handle(<-a.held))
	for range batch {
		if a.ended != nil {
			return a.over()
		}
		select {
		case in := <-a.inbox.Inputs():
			a.take(ctx, a.port.Handle(in))
			continue
		default:
		}
		break
	}
	if a.ended != nil {
		return a.over()
	}
	a.listen(ctx)
	return nil
}

// over says what the end of the program is for the agent: a normal end if it left by itself with nothing in hand, else a crash.
func (a *agent) over() error {
	if r := a.ended.Reason; r.Kind == protocol.Normal && len(a.jobs) == 0 {
		return actors.Stop
	}
	return &ExitError{
		Program: a.program.Command[0], Reason: a.ended.Reason, Tasks: a.inHand(), Culprit: a.culprit(), Stderr: a.stderr(),
	}
}

// abandon kills the program and its group for an agent that will not handle another input. It may be called from anywhere, and after
// the program's end.
func (a *agent) abandon() {
	a.leave()
	a.port.Abort()
}

// leave says that no more inputs are handled and ends the timers.
func (a *agent) leave() {
	a.inbox.Leave()
	a.alarms.end()
}

func (a *agent) stderr() string { return string(a.port.StderrTail()) }
