// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"mabeam.dev/actors"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/telemetry"
)

// maxCounters is how many counter-values there may be to one proposal.
const maxCounters = 3

// counter proposes the value that those who were asked would agree to, in the place of the proposal in hand and in the name of who said it. Who proposed
// first waits on, and gets what the last of them comes to. It returns false after the last round, or if there is no value.
func (a *variableActor) counter(ctx *actors.Context[variableMessage], v Verdict) bool {
	r := a.hand
	if r.p.Round >= maxCounters || v.Chosen.Type() == kind.None {
		return false
	}
	p := *r.p
	if p.Parent == "" {
		p.Parent = r.q.ID
	}
	p.Round++
	p.Changes = append([]change(nil), p.Changes...)
	p.Changes[0].Value, p.Changes[0].Delta = v.Chosen, kind.Value{}
	p.asked, p.Decision = false, ""
	if v.By != "" {
		p.Proposer, p.Cause = v.By, ByAgent
	}
	if v.Reason != "" {
		p.Reason = v.Reason
	}
	how := "countered with " + v.Chosen.String()
	a.close(ctx, r.q.ID, how)
	if settler, ok := a.s.o.Decider.(Settler); ok {
		settler.Settle(r.q.ID, false)
	}
	telemetry.Emit(ctx.Events(), DecisionClosed{Of{a.s.o.Name, a.name}, r.q.ID, how})
	a.monitor = actors.Monitor{}
	a.n++ // what is about the former question is late
	r.p, r.q = &p, nil
	if policy, ask := a.s.asks(&p); ask {
		a.open(ctx, policy)
		return true
	}
	a.carry(ctx)
	return true
}
