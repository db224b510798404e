// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/actors/fault"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
)

// ErrBudget is returned when a phase takes longer to start than node.start allows.
var ErrBudget = errors.New("node: the phase was not up within its time")

// PhaseError is returned by Start: a phase did not come up.
type PhaseError struct {
	Phase   phase.Name // which one
	Service string     // of the phase; empty if the phase as a whole is meant
	Err     error      // why it did not come up
}

// Error names the phase, the service and the reason.
func (e *PhaseError) Error() string {
	where := string(e.Phase)
	if e.Service != "" && e.Service != where {
		where += "/" + e.Service
	}
	return fmt.Sprintf("node: start %s: %v", where, e.Err)
}

// FaultCode is E9202.
func (*PhaseError) FaultCode() fault.Code { return 9202 }

// Unwrap returns the reason.
func (e *PhaseError) Unwrap() error { return e.Err }

// spec makes every service and is the tree of the node: phases in order, a later one rebuilt when an earlier one ends.
func (n *Node) spec() (supervision.Spec, error) {
	root := supervision.Spec{Strategy: supervision.RestForOne, Intensity: patience}
	plan, byName, err := planned(services())
	if err != nil {
		return root, err
	}
	n.board = &board{byPath: map[spot]*line{}}
	for _, stage := range plan.Stages {
		child, err := n.stage(stage, byName)
		if err != nil {
			return root, err
		}
		if child != nil {
			root.Children = append(root.Children, *child)
		}
	}
	return root, nil
}

// stage is one phase as a child of the root; nil if all of it is off.
func (n *Node) stage(stage phase.Stage, byName map[string]service) (*supervision.Child, error) {
	p := &phaseLine{name: stage.Name}
	at := "/" + n.o.Config.Node.Name
	spec := supervision.Spec{Strategy: supervision.OneForOne, Intensity: unbounded}
	if stage.Chained() {
		spec.Strategy = supervision.RestForOne
	}
	var standing *supervision.Child
	for _, declared := range stage.Services {
		s := byName[declared.Name]
		children, err := s.make(n)
		if err != nil {
			return nil, &PhaseError{Phase: stage.Name, Service: s.Name, Err: err}
		}
		n.made = append(n.made, s)
		for _, c := range children {
			l := &serviceLine{Service: declared, id: c.ID}
			if s.health != nil {
				l.health = func() string { return s.health(n) }
			}
			l.went(phase.Waiting, "the phases before it are not up", n.born)
			p.services = append(p.services, l)
			if s.stands {
				c = n.watched(&l.line, c)
				standing, p.stands = &c, true
				continue
			}
			spec.Children = append(spec.Children, n.served(l, under(c, declared)))
			n.board.byPath[spot{at + "/" + string(stage.Name), c.ID}] = &l.line
		}
	}
	if len(p.services) == 0 {
		return nil, nil
	}
	p.went(phase.Waiting, "the phases before it are not up", n.born)
	n.board.phases = append(n.board.phases, p)
	child := supervision.Child{ID: string(stage.Name), Kind: supervision.KindSupervisor, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		s, err := supervision.StartLink(in, string(stage.Name), spec, actors.Local(), actors.StartTimeout(n.budget()))
		return s.PID(), err
	}}
	if standing != nil {
		child = *standing
		n.board.byPath[spot{at, child.ID}] = &p.services[0].line
	} else {
		n.board.byPath[spot{at, child.ID}] = &p.line
	}
	child = n.phased(p, child)
	return &child, nil
}

// budget is the longest that a phase may take to start.
func (n *Node) budget() time.Duration { return n.o.Config.Node.Start }

// phased notes the starts of a phase.
func (n *Node) phased(p *phaseLine, c supervision.Child) supervision.Child {
	start := c.Start
	c.Start = func(in actors.Spawner, args any) (actors.PID, error) {
		p.went(phase.Starting, "it is starting", n.sys.Now())
		pid, err := start(in, args)
		switch {
		case err != nil:
			p.went(phase.Down, err.Error(), n.sys.Now())
		default:
			p.came(pid, n.sys.Now())
		}
		return pid, err
	}
	return c
}

// watched notes the starts of a process.
func (n *Node) watched(l *line, c supervision.Child) supervision.Child {
	start := c.Start
	c.Start = func(in actors.Spawner, args any) (actors.PID, error) {
		pid, err := start(in, args)
		switch {
		case err != nil:
			l.went(phase.Down, err.Error(), n.sys.Now())
		default:
			l.came(pid, n.sys.Now())
		}
		return pid, err
	}
	return c
}

// served is a service as a child of its phase. An optional one that does not start leaves somebody in its place whose end has it tried again,
// after a wait that grows.
func (n *Node) served(l *serviceLine, c supervision.Child) supervision.Child {
	c = n.watched(&l.line, c)
	if l.Need != phase.Optional {
		return c
	}
	start := c.Start
	c.Start = func(in actors.Spawner, args any) (actors.PID, error) {
		pid, err := start(in, args)
		if err == nil || errors.Is(err, actors.ErrIgnore) {
			return pid, err
		}
		ref, _ := actors.SpawnLink(in, l.id, func() actors.Behavior[missing] { return &standIn{why: err} }, actors.Local(), actors.Kind("missing"))
		return ref.PID(), nil
	}
	return c
}

// missing is what a standIn tells itself.
type missing struct{}

// standIn stands where an optional service could not be started, and ends at once, so that its supervisor tries again.
type standIn struct{ why error }

// Init lets the start succeed.
func (s *standIn) Init(ctx *actors.Context[missing]) error {
	ctx.Self().Tell(missing{})
	return nil
}

// Receive ends with what kept the service from starting.
func (s *standIn) Receive(*actors.Context[missing], missing) error { return s.why }

// startError names the phase and the service that a failed start of the root is about.
func (n *Node) startError(err error) error {
	id, why, ok := failedChild(err)
	if !ok {
		return &PhaseError{Phase: "root", Err: err}
	}
	for _, p := range n.board.phases {
		switch {
		case p.stands && p.services[0].id == id:
			return &PhaseError{p.name, id, reasonError(why)}
		case string(p.name) == id:
			if term, ok := why.Term(); ok {
				if failed, ok := term.(*supervision.StartFailed); ok {
					return &PhaseError{p.name, failed.ID, reasonError(failed.Reason)}
				}
			}
			return &PhaseError{Phase: p.name, Err: reasonError(why)}
		}
	}
	return &PhaseError{Phase: phase.Name(id), Err: reasonError(why)}
}

// failedChild finds in the failed start of a supervisor which child it is about.
func failedChild(err error) (id string, why actors.Reason, ok bool) {
	var start *actors.StartError
	if !errors.As(err, &start) {
		return "", why, false
	}
	term, _ := start.Reason.Term()
	failed, ok := term.(*supervision.StartFailed)
	if !ok {
		return "", why, false
	}
	return failed.ID, failed.Reason, true
}

// reasonError is a reason as an error: what a service said, without the process that said it; a panic with it.
func reasonError(why actors.Reason) error {
	c := why.CrashError()
	if c == nil {
		return errors.New(why.String())
	}
	var panicked *exit.PanicError
	switch {
	case errors.Is(c, actors.ErrStartTimeout):
		return ErrBudget
	case c.Cause != nil && !errors.As(c, &panicked):
		return c.Cause
	}
	return c
}
