// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/actors/fault"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
)

// ErrBudget is wrapped by the PhaseError of a phase that took longer to start than node.start allows.
var ErrBudget = fault.New(9204, "node: the phase was not up in its time")

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

// startError names the phase and the service that a failed start of the root is about.
func (n *Node) startError(err error) error {
	id, why, ok := failedChild(err)
	if !ok {
		return &PhaseError{Phase: "root", Err: err}
	}
	for _, p := range n.board.phases {
		switch {
		case (p.stands && p.services[0].id == id || string(p.name) == id) && late(why):
			return n.lateError(p)
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

// late reports whether a phase was not up in its time.
func late(why actors.Reason) bool {
	c := why.CrashError()
	return c != nil && errors.Is(c.Cause, actors.ErrStartTimeout)
}

// lateError names the service that was being started when the time was over.
func (n *Node) lateError(p *phaseLine) error {
	e := &PhaseError{Phase: p.name, Err: fmt.Errorf("%w, %s (node.start in the config)", ErrBudget, n.o.Config.Node.Start)}
	for _, s := range p.services {
		if !s.read().level.Serves() {
			e.Service = s.id
			break
		}
	}
	return e
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
	case c.Cause != nil && !errors.As(c, &panicked):
		return c.Cause
	}
	return c
}
