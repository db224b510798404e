// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"slices"
	"sync"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/health"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/agents/performance"
	"mabeam.dev/agents/query"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/window"
)

// vitals is what is known of one agent through all its incarnations. Facts come from the agent's own turns, from the end of its process
// and from the sweep, hence the lock; nothing is sent, emitted or called under it.
type vitals struct {
	id     string
	roster *roster // nil for those that nobody asks about

	mu struct {
		sync.Mutex
		spec       Spec
		ref        actors.Ref[Message]
		life       lifecycle.Life
		reason     string    // why it is in its state
		since      time.Time // when it came into its state
		idle       time.Time // since when it has had nothing in hand
		registered time.Time
		version    uint64
		last       uint64    // number of the last attempt
		inHand     []Attempt // those that have begun and not ended
		history    *performance.History
		figures    performance.Figures // of the last minute, at the last sweep
		queue      int                 // at the last sweep
		report     Report              // the last one
		reportedAt time.Time
		seen       Observation // by the kind, if observed
		observed   bool
		load       load
		spent      int64 // of the budget, in all incarnations
		verdict    health.Verdict
		shown      shown // what observers were last told to look at by a sweep
	}
}

// begin notes the start of an incarnation. A process that holds the id still, with nobody to supervise them both, is succeeded.
func (v *vitals) begin(s Spec, ref actors.Ref[Message], now time.Time, bus *telemetry.Bus) {
	v.mu.Lock()
	m := &v.mu
	var moved []AgentMoved
	m.spec = s
	if m.life.State == lifecycle.None {
		m.registered = now
		moved = v.stepLocked(moved, lifecycle.Register, "", now)
	}
	moved = v.stepLocked(moved, lifecycle.Exit, "another process took the id", now) // refused, as it should be, where the last one has ended
	m.ref = ref
	m.report, m.reportedAt, m.verdict, m.queue = Report{}, time.Time{}, health.Verdict{}, 0
	m.seen, m.observed = Observation{}, false
	moved = v.stepLocked(moved, lifecycle.Start, "", now)
	v.mu.Unlock()
	v.tell(bus, moved)
}

// fact takes a step of the incarnation in ref. It reports whether the step could be taken.
func (v *vitals) fact(ref actors.Ref[Message], e lifecycle.Event, reason string, now time.Time, bus *telemetry.Bus) bool {
	v.mu.Lock()
	if v.mu.ref != ref {
		v.mu.Unlock()
		return false
	}
	before := v.mu.life
	moved := v.stepLocked(nil, e, reason, now)
	taken := v.mu.life != before
	v.mu.Unlock()
	v.tell(bus, moved)
	return taken
}

// ended notes the end of the process in ref.
func (v *vitals) ended(ref actors.Ref[Message], why actors.Reason, now time.Time, bus *telemetry.Bus) {
	e := lifecycle.Exit
	if why.Abnormal() {
		e = lifecycle.Crash
	}
	v.fact(ref, e, why.String(), now, bus)
}

// stepLocked takes a step if it is in the table, and adds what it changed to moved.
func (v *vitals) stepLocked(moved []AgentMoved, e lifecycle.Event, reason string, now time.Time) []AgentMoved {
	m := &v.mu
	life, change, err := m.life.Step(e)
	if err != nil {
		return moved
	}
	m.load.pass(now, m.life.InHand)
	m.life = life
	if change.Returned > 0 && e == lifecycle.Crash {
		for _, a := range m.inHand { // they ended without a result, and the agent is why
			v.recordLocked(now, now.Sub(a.at), false)
		}
	}
	if !lifecycle.Alive(life.State) {
		m.inHand = nil
	}
	if !change.Moved() {
		return moved
	}
	m.since, m.reason = now, reason
	if life.State == lifecycle.Ready {
		m.idle = now
	}
	if e == lifecycle.Take || e == lifecycle.Finish {
		return moved // there are as many of these as tasks: read in Info, and neither told nor a new version
	}
	m.version++
	if e == lifecycle.Exit || e == lifecycle.Crash || e == lifecycle.NotUp {
		m.verdict = health.Judge(m.spec.Health, m.verdict, health.Sample{Dead: true, Reason: reason}, now)
	}
	return append(moved, AgentMoved{
		Agent: m.spec.ID, Team: m.spec.Team, Kind: m.spec.Kind, Incarnation: life.Incarnation, Version: m.version,
		From: change.From, To: change.To, Event: e, Reason: reason, Returned: change.Returned, At: now,
	})
}

func (v *vitals) tell(bus *telemetry.Bus, moved []AgentMoved) {
	for _, e := range moved {
		telemetry.Emit(bus, e)
	}
	if len(moved) > 0 {
		v.changed()
	}
}

// recordLocked notes an attempt that has ended, and what it cost.
func (v *vitals) recordLocked(now time.Time, took time.Duration, ok bool) {
	v.mu.spent += v.mu.spec.Price.of(took)
	if v.mu.history == nil {
		v.mu.history = new(performance.History)
	}
	v.mu.history.Record(now, took, ok)
}

// refusal is why the agent takes no work; nil if it does.
func (v *vitals) refusal() *Failure {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch s := v.mu.life.State; {
	case s == lifecycle.Maintenance, s == lifecycle.Draining:
		return Undelivered("the agent takes no work: " + s.String())
	case v.mu.spec.broke(v.mu.spent):
		f := Undelivered("the agent has spent its budget")
		f.After = brokePause
		return f
	}
	return nil
}

// state returns where the agent is and how much it has in hand.
func (v *vitals) state() lifecycle.Life {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.mu.life
}

// reported keeps what an agent says of itself.
func (v *vitals) reported(ref actors.Ref[Message], r Report, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.mu.ref == ref {
		r.Checks = slices.Clone(r.Checks)
		v.mu.report, v.mu.reportedAt = r, now
	}
}

// learned keeps what the agent has turned out to be.
func (v *vitals) learned(ref actors.Ref[Message], s Spec) {
	v.mu.Lock()
	mine := v.mu.ref == ref
	if mine {
		v.mu.spec = s
	}
	v.mu.Unlock()
	if mine {
		v.changed()
	}
}

// sampleLocked is what the sweep judges. queue and turn are the kernel's.
func (v *vitals) sampleLocked(queue int, turn time.Duration) health.Sample {
	m := &v.mu
	s := health.Sample{
		Queue: queue, Bound: m.spec.bound(), Turn: turn, P99: m.figures.P99, Calls: m.figures.Attempts, Failed: m.figures.Failures,
		Beating: m.report.Beating, LastBeat: m.reportedAt, Checks: slices.Clip(m.report.Checks),
	}
	if m.observed && !m.seen.Beat.IsZero() {
		s.Beating, s.LastBeat = true, m.seen.Beat
	}
	if check, spending := m.spec.budgetCheck(m.spent); spending {
		s.Checks = append(s.Checks, check)
	}
	use := v.usageLocked()
	if use.source == index.Estimated {
		return s // a guess is no fault
	}
	if limit, used := m.spec.Limits.Memory, use.memory; limit > 0 && used > 0 {
		s.Shares = append(s.Shares, health.Share{Name: "memory", Ratio: float64(used) / float64(limit)})
	}
	if limit, used := m.spec.Limits.CPU, use.cpu; limit > 0 && used > 0 {
		s.Shares = append(s.Shares, health.Share{Name: "cpu", Ratio: used / limit})
	}
	return s
}

// swept judges a living agent by the kernel's numbers. An agent that has changed under the sweep is judged by the next one.
func (v *vitals) swept(ref actors.Ref[Message], queue int, turn time.Duration, now time.Time, bus *telemetry.Bus) {
	v.mu.Lock()
	m := &v.mu
	if m.ref != ref || !lifecycle.Alive(m.life.State) || m.life.State == lifecycle.Starting {
		v.mu.Unlock()
		return
	}
	m.queue = queue
	m.load.pass(now, m.life.InHand)
	m.load.look()
	if m.history != nil {
		m.figures = m.history.Figures(now, window.Minute)
	}
	before := m.verdict.Status
	m.verdict = health.Judge(v.policyLocked(), m.verdict, v.sampleLocked(queue, turn), now)
	event := AgentHealthChanged{
		Agent: m.spec.ID, Team: m.spec.Team, Kind: m.spec.Kind, Incarnation: m.life.Incarnation, From: before, To: m.verdict.Status,
		Causes: m.verdict.Causes, At: now,
	}
	if before != m.verdict.Status {
		m.version++
	}
	event.Version = m.version
	news := v.newsLocked()
	v.mu.Unlock()
	if before != event.To {
		telemetry.Emit(bus, event)
	}
	if news {
		v.changed()
	}
}

// expired reports whether the agent has been gone for so long, and then forgets it.
func (v *vitals) expired(now time.Time, retention time.Duration, bus *telemetry.Bus) bool {
	v.mu.Lock()
	if lifecycle.Alive(v.mu.life.State) || now.Sub(v.mu.since) < retention {
		v.mu.Unlock()
		return false
	}
	moved := v.stepLocked(nil, lifecycle.Expire, "gone for "+retention.String(), now)
	v.mu.Unlock()
	v.tell(bus, moved)
	return len(moved) > 0
}

// info is the agent as others see it.
func (v *vitals) info() Info {
	v.mu.Lock()
	defer v.mu.Unlock()
	m := &v.mu
	i := Info{
		Spec: m.spec, Ref: m.ref, PID: m.ref.PID(), Incarnation: m.life.Incarnation, Version: m.version, State: m.life.State,
		Reason: m.reason, Since: m.since, Health: m.verdict, InHand: m.life.InHand, Queue: m.queue, Performance: m.figures,
		Reported: m.reportedAt, RegisteredAt: m.registered, Busy: m.load.share, BusyFor: m.load.busy, Spent: m.spent,
	}
	use := v.usageLocked()
	i.Source, i.Memory, i.CPU = use.source, use.memory, use.cpu
	i.Spec.vitals = nil
	if m.life.State == lifecycle.Ready {
		i.IdleSince = m.idle
	}
	if m.history != nil {
		i.Performance.Done, i.Performance.Failed = m.history.Totals()
	}
	if !lifecycle.Alive(m.life.State) {
		i.Health.Status = query.Dead
	}
	return i
}
