// SPDX-License-Identifier: Apache-2.0

package node

import (
	"slices"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/config"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry/alert"
)

// measures is what the node measures for the adaptation of variables. It is the handle; the process that looks at figures is a measurer.
type measures struct {
	n        *Node
	attempts *attempts
	pid      atomic.Pointer[actors.PID]
	ref      actors.Ref[measureMessage]
}

func newMeasures(n *Node) *measures {
	m := &measures{n: n, attempts: newAttempts(n)}
	m.ref = actors.Resolved[measureMessage](actors.PID{}, "variables/measuring", func() actors.PID {
		if pid := m.pid.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	})
	return m
}

func (m *measures) child() supervision.Child {
	return supervision.Worker("measuring", func() actors.Behavior[measureMessage] { return &measurer{m: m, subjects: map[string]*subject{}} }, actors.Kind("cognitive.measuring"))
}

// again has the process look at which variables adapt. One that is not there does so when it comes.
func (m *measures) again() { m.ref.Tell(refresh{}) }

type (
	measureMessage interface{ measuring() }
	// refresh has it look at which variables adapt.
	refresh struct{}
	// sample is its own: it is time for the figures of a subject.
	sample struct {
		name  string
		epoch int
	}
)

func (refresh) measuring() {}
func (sample) measuring()  {}

// measurer is the process that takes figures at times and reports them. What attempts give is reported as they end, by whoever tells of it.
type measurer struct {
	m        *measures
	subjects map[string]*subject // by SPACE/VARIABLE
	epoch    int                 // of the timers that count
}

// subject is one variable for which figures are taken.
type subject struct {
	space    *cognitive.Space
	variable string
	how      config.VariableAdaptation
	every    time.Duration
	before   moment
}

// Init begins with all variables that adapt, and ends what it subscribes to with itself.
func (p *measurer) Init(ctx *actors.Context[measureMessage]) error {
	pid := ctx.PID()
	end := p.m.attempts.subscribe(ctx.Events())
	if _, err := actors.AtEnd(ctx, func(actors.Reason) { end() }); err != nil {
		end()
		return err
	}
	p.m.pid.Store(&pid)
	p.refresh(ctx)
	return nil
}

// Receive takes figures.
func (p *measurer) Receive(ctx *actors.Context[measureMessage], msg measureMessage) error {
	switch m := msg.(type) {
	case refresh:
		p.refresh(ctx)
	case sample:
		s := p.subjects[m.name]
		if s == nil || m.epoch != p.epoch {
			return nil
		}
		p.take(ctx, s)
		ctx.After(s.every, m)
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	return nil
}

// refresh begins anew with what is in force now.
func (p *measurer) refresh(ctx *actors.Context[measureMessage]) {
	p.epoch++
	p.subjects = map[string]*subject{}
	names, all := p.m.n.tuning.adapted.all()
	var list []watched
	for _, name := range names {
		space, variable := p.m.n.splitVariable(name)
		how := all[name]
		if space == nil || len(how.From) == 0 {
			continue
		}
		w, some := watching(name, space, variable, how)
		if some {
			list = append(list, w)
		}
		if !w.others {
			continue // there is nothing to be taken at times
		}
		s := &subject{space: space, variable: variable, how: how, every: how.Sample}
		for _, f := range how.From {
			if span, windowed := windowOf(f); windowed {
				s.every = max(s.every, span) // two figures have nothing in common
			}
		}
		s.before = p.m.moment(ctx.Now(), s)
		p.subjects[name] = s
		ctx.After(s.every, sample{name, p.epoch})
	}
	p.m.attempts.watch(list)
}

// take looks at the figures of a subject and reports them: for each agent, if some are of agents, and else once. Where attempts are reported, what was taken goes with
// them.
func (p *measurer) take(ctx *actors.Context[measureMessage], s *subject) {
	now := p.m.moment(ctx.Now(), s)
	before := s.before
	s.before = now
	shared := p.m.shared(s, before, now)
	if p.m.attempts.note(s.space.Name()+"/"+s.variable, shared) {
		return
	}
	if !slices.ContainsFunc(s.how.From, ofEachAgent) {
		if now.version == before.version && now.version != (cognitive.Version{}) {
			report(s.space, cognitive.Feedback{Variable: s.variable, Version: now.version, Metrics: shared})
		}
		return
	}
	for i, a := range now.agents {
		was, known := before.agent(a.name, i)
		if !known || was.version != a.version || was.incarnation != a.incarnation {
			continue // the figures are of two values, or lives
		}
		own, some := ofAgent(s.how.From, was, a, now.at.Sub(before.at))
		if some {
			report(s.space, cognitive.Feedback{Variable: s.variable, Version: a.version, Agent: a.name, Metrics: append(own, shared...)})
		}
	}
}

// report tells the adapter of a variable. One that has just ended hears nothing.
func report(s *cognitive.Space, f cognitive.Feedback) {
	if len(f.Metrics) > 0 {
		_ = s.Report(f)
	}
}

// windowOf is how far back the figure of an expression looks; one without a window is of the moment.
func windowOf(s config.VariableSource) (time.Duration, bool) {
	if s.Expression == "" {
		return 0, false
	}
	m, err := alert.ParseExpression(s.Expression)
	if err != nil || m.Stat == alert.Last {
		return 0, false
	}
	return m.Window.Length(), true
}

func ofEachAgent(s config.VariableSource) bool {
	return s.Agents != "" && s.Agents != config.AgentImbalance
}

// metric is one that was measured, under the name that the config has for it.
func metric(s config.VariableSource, x float64) adapt.Metric {
	return adapt.Metric{Name: s.Metric, Value: x}
}
