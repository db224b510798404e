// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"time"

	"mabeam.dev/agents/health"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/agents/performance"
)

// Observe has changed called with the id of an agent whenever [Directory.Info] may have something new to say of it: at each step of its life but
// work taken and done, when it has turned out to be more than its spec said, and at a sweep that finds other figures than the last. It tells
// no more, so that who is slow looks once and sees the latest. changed runs in the middle of other processes' turns and ends: it must not block,
// panic, or ask anybody. To be called once, behind [Directory.Sweep] and before the agents start.
func (d *Directory) Observe(changed func(id string)) { d.roster.observer = changed }

// changed tells the observer, if there is one. No lock is held.
func (v *vitals) changed() {
	if v.roster != nil && v.roster.observer != nil {
		v.roster.observer(v.id)
	}
}

// shown is what of an agent changes without a step.
type shown struct {
	state   lifecycle.State
	inHand  int
	queue   int
	figures performance.Figures
	report  time.Time
	use     usage
	spent   int64
	status  health.Status
	causes  int
}

// newsLocked reports whether a sweep has found something that the last did not.
func (v *vitals) newsLocked() bool {
	m := &v.mu
	now := shown{m.life.State, m.life.InHand, m.queue, m.figures, m.reportedAt, v.usageLocked(), m.spent, m.verdict.Status, len(m.verdict.Causes)}
	news := now != m.shown
	m.shown = now
	return news
}
