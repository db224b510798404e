// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mabeam.dev/supervision/plan"
)

// format prints the reply to an operation.
func (d *driver) format(op Op, r Reply) string {
	if r.Down != "" {
		return "down " + string(r.Down)
	}
	if r.Err != nil {
		return "error " + string(d.refusal(op, r.Err))
	}
	switch op.Verb {
	case OpStart:
		if r.Ignored {
			return "ignore"
		}
		return "ok " + d.rec.Label(r.Ref)
	case OpStartChild, OpRestartChild:
		if r.Ref == nil {
			return "ok undefined"
		}
		return "ok " + d.rec.Label(r.Ref)
	case OpGetChildspec:
		return childspec(r.Child)
	case OpWhichChildren:
		return d.children(op.Sup, r.Children)
	case OpCountChildren:
		n := r.Counts
		return fmt.Sprintf("ok specs=%d active=%d supervisors=%d workers=%d", n.Specs, n.Active, n.Supervisors, n.Workers)
	default:
		return resultOK
	}
}

func childspec(c *plan.Child) string {
	shutdown := c.Shutdown.String()
	if d, ok := c.Shutdown.Deadline(); ok {
		shutdown = fmt.Sprint(d.Milliseconds())
	}
	return fmt.Sprintf("ok id=%s restart=%v shutdown=%s type=%v significant=%t", c.ID, c.Restart, shutdown, c.Kind, c.Significant)
}

// children prints which_children; the children of a simple_one_for_one supervisor have no order and are sorted.
func (d *driver) children(sup string, infos []plan.ChildInfo) string {
	words := make([]string, 0, len(infos))
	for _, c := range infos {
		id, what := c.ID, "undefined"
		if id == "" {
			id = "undefined"
		}
		switch c.Status {
		case plan.StatusUp:
			what = d.rec.Label(c.Ref)
		case plan.StatusRestarting:
			what = "restarting"
		case plan.StatusStopped:
		}
		words = append(words, fmt.Sprintf("%s:%s:%v", id, what, c.Kind))
	}
	if d.rec.Definition(sup).simple() {
		slices.Sort(words)
	}
	return strings.Join(append([]string{"ok"}, words...), " ")
}

// refusal prints a typed error as OTP's term.
func (d *driver) refusal(op Op, err error) Term {
	var faults plan.Faults
	var started *plan.AlreadyStartedError
	var failed *plan.StartError
	switch {
	case errors.As(err, &faults):
		return fault(faults)
	case errors.As(err, &started):
		return tuple("already_started", Term(d.rec.Label(started.Ref)))
	case errors.As(err, &failed):
		return TermOf(failed.Reason)
	}
	for _, known := range refusals {
		if errors.Is(err, known.err) {
			return known.term
		}
	}
	return Term(fmt.Sprintf("%s: %v", op.plain(), err))
}

var refusals = []struct {
	err  error
	term Term
}{
	{plan.ErrNotFound, "not_found"},
	{plan.ErrRunning, "running"},
	{plan.ErrRestarting, "restarting"},
	{plan.ErrAlreadyPresent, "already_present"},
	{plan.ErrSimpleOneForOne, "simple_one_for_one"},
}

// check runs check_childspec, which needs no supervisor.
func check(op Op) string {
	var auto *plan.AutoShutdown
	if op.Auto != "" && op.Auto != "undefined" {
		a, ok := plan.ParseAutoShutdown(op.Auto)
		if !ok {
			return "error " + string(tuple("badarg", Term(op.Auto)))
		}
		auto = &a
	}
	_, err := op.Child.Spec.Parse(auto)
	var faults plan.Faults
	if errors.As(err, &faults) {
		return "error " + string(fault(faults))
	}
	return resultOK
}
