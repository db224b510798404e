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
		if l := p.log(n.ID); l != nil {
			l.starts++
			p.refs.Store(n.ID, pidOf(n.Ref))
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

// log returns the memory of a child; dynamic children have none.
func (p *process) log(id string) *childLog {
	if id == "" {
		return nil
	}
	l := p.up[id]
	if l == nil {
		l = &childLog{}
		p.up[id] = l
	}
	return l
}

func (p *process) ended(id string, why plan.Reason) {
	l := p.log(id)
	if l == nil {
		return
	}
	l.last, l.ended = reasonFrom(why), true
	p.refs.Delete(id)
	if p.plan.Lookup(id) == nil { // a temporary child that was forgotten
		delete(p.up, id)
	}
}

func pidOf(ref plan.Ref) actors.PID {
	pid, _ := ref.(actors.PID)
	return pid
}
