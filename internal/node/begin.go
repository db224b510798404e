// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"

	"mabeam.dev/actors"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// phased notes the starts of a phase.
func (n *Node) phased(p *phaseLine, c supervision.Child) supervision.Child {
	start := c.Start
	c.Start = func(in actors.Spawner, args any) (actors.PID, error) {
		begin := n.sys.Now()
		p.went(phase.Starting, "", begin)
		telemetry.Emit(n.o.Bus, PhaseStarting{p.name, n.o.Config.Node.Start})
		pid, err := start(in, args)
		now := n.sys.Now()
		if err != nil {
			p.went(phase.Down, err.Error(), now)
			return pid, err
		}
		p.came(pid, now)
		telemetry.Emit(n.o.Bus, PhaseUp{p.name, now.Sub(begin)})
		return pid, nil
	}
	return c
}

// watched notes the starts of a process.
func (n *Node) watched(l *line, c supervision.Child) supervision.Child {
	start := c.Start
	c.Start = func(in actors.Spawner, args any) (actors.PID, error) {
		l.went(phase.Starting, "", n.sys.Now())
		pid, err := start(in, args)
		switch {
		case err != nil:
			l.went(phase.Down, cause(err), n.sys.Now())
		default:
			l.came(pid, n.sys.Now())
		}
		return pid, err
	}
	return c
}

// cause is what a failed start is about, without the process in which it was.
func cause(err error) string {
	var start *actors.StartError
	if errors.As(err, &start) {
		return reasonError(start.Reason).Error()
	}
	return err.Error()
}

// served is a service as a child of its phase. An optional one that does not start leaves somebody in its place whose end has it tried again,
// after a wait that grows.
func (n *Node) served(p *phaseLine, l *serviceLine, c supervision.Child) supervision.Child {
	c = n.watched(&l.line, c)
	if l.Need != phase.Optional {
		return c
	}
	start := c.Start
	c.Start = func(in actors.Spawner, args any) (actors.PID, error) {
		pid, err := start(in, args)
		if err == nil || errors.Is(err, actors.ErrIgnore) || errors.Is(err, actors.ErrFenced) {
			return pid, err
		}
		telemetry.Emit(n.o.Bus, ServiceMissing{p.name, l.id, errors.New(cause(err))})
		ref, err := actors.SpawnLink(in, l.id, func() actors.Behavior[missing] { return &standIn{why: err} }, actors.Local(), actors.Kind("missing"))
		return ref.PID(), err
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
