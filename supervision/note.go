// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"mabeam.dev/actors"
	"mabeam.dev/supervision/plan"
)

// note keeps what is remembered of a child and reports what happened.
func (p *process) note(ctx *scope, n plan.Notice) {
	switch n := n.(type) {
	case plan.NoticeStarted:
		if n.ID == "" {
			break
		}
		p.refs.Store(n.ID, pidOf(n.Ref))
		if l := p.past[n.ID]; l != nil {
			l.restarts++
		}
	case plan.NoticeExited:
		p.ended(n.ID, n.Reason)
	case plan.NoticeStopped:
		p.ended(n.ID, n.Reason)
	case plan.NoticeShutdownError:
		p.ended(n.ID, n.Reason)
	}
	p.report(ctx, n)
}

// ended remembers the end of a child. Of those without an id nothing is kept, nor of those that end with the supervisor.
func (p *process) ended(id string, why plan.Reason) {
	if id == "" {
		return
	}
	p.refs.Delete(id)
	switch l := p.past[id]; {
	case p.plan.Lookup(id) == nil: // a temporary child that was forgotten
		delete(p.past, id)
	case p.ending:
	case l == nil:
		p.past[id] = &childLog{last: reasonFrom(why)}
	default:
		l.last = reasonFrom(why)
	}
}

func pidOf(ref plan.Ref) actors.PID {
	pid, _ := ref.(actors.PID)
	return pid
}
