// SPDX-License-Identifier: Apache-2.0

package node

import (
	"slices"
	"strings"
	"time"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/config"
	"mabeam.dev/telemetry/alert"
)

// moment is what counts had come to at one time. Figures are the differences of two of them.
type moment struct {
	at      time.Time
	version cognitive.Version // that everybody saw
	since   time.Time         // of that version
	done    map[string]uint64 // tasks, by queue
	agents  []crewman         // in the order of the pool
}

// crewman is one agent at a moment.
type crewman struct {
	name         string
	version      cognitive.Version // that it saw
	incarnation  uint64
	done, failed uint64
	busy         time.Duration
	spent        int64
}

// agent finds one by its name; at is where it is likely to be.
func (m moment) agent(name string, at int) (crewman, bool) {
	if at < len(m.agents) && m.agents[at].name == name {
		return m.agents[at], true
	}
	if i := slices.IndexFunc(m.agents, func(a crewman) bool { return a.name == name }); i >= 0 {
		return m.agents[i], true
	}
	return crewman{}, false
}

// moment takes the counts that a subject needs.
func (m *measures) moment(at time.Time, s *subject) moment {
	x := moment{at: at}
	if l, err := s.space.See(s.variable, cognitive.Agent{}); err == nil {
		x.version, x.since = l.Version, l.At
	}
	for _, f := range s.how.From {
		if f.Queue != "" && f.Figure == config.QueueRate {
			if x.done == nil {
				x.done = map[string]uint64{}
			}
			x.done[f.Queue] = m.attempts.done(f.Queue)
		}
	}
	if !slices.ContainsFunc(s.how.From, func(f config.VariableSource) bool { return f.Agents != "" }) {
		return x
	}
	for r := range (pool{m.n, s.how.Agents}).rows() {
		info, ok := m.n.dir.Info(r.ID)
		if !ok {
			continue
		}
		c := crewman{
			name: r.ID, incarnation: info.Incarnation, done: info.Performance.Done, failed: info.Performance.Failed, busy: info.BusyFor, spent: info.Spent,
		}
		if l, err := s.space.See(s.variable, m.n.viewer(r.ID, r.Role)); err == nil {
			c.version = l.Version
		}
		x.agents = append(x.agents, c)
	}
	return x
}

// shared are the figures that are of nobody alone. What looks back to before the present value is left out.
func (m *measures) shared(s *subject, before, now moment) (out []adapt.Metric) {
	for _, f := range s.how.From {
		switch {
		case f.Expression != "":
			measure, err := alert.ParseExpression(f.Expression)
			if span, _ := windowOf(f); err != nil || now.at.Sub(now.since) < span {
				continue
			}
			measure.Scope = f.Scope
			if x, ok := m.mean(now.at, measure); ok {
				out = append(out, metric(f, x))
			}
		case f.Queue != "" && f.Figure == config.QueueOpen:
			if x, ok := m.mean(now.at, alert.Measure{Series: seriesOpen, Scope: f.Queue}); ok {
				out = append(out, metric(f, x))
			}
		case f.Queue != "" && f.Figure == config.QueueRate:
			if span := now.at.Sub(before.at).Seconds(); span > 0 {
				out = append(out, metric(f, float64(now.done[f.Queue]-before.done[f.Queue])/span))
			}
		case f.Agents == config.AgentImbalance:
			if x, ok := imbalance(before, now); ok {
				out = append(out, metric(f, x))
			}
		}
	}
	return out
}

// mean is that of a figure over all keys in its scope.
func (m *measures) mean(at time.Time, of alert.Measure) (float64, bool) {
	samples := m.n.records.series.View(at).Samples(of)
	sum := 0.0
	for _, s := range samples {
		sum += s.Value
	}
	return sum / float64(max(len(samples), 1)), len(samples) > 0
}

// imbalance is how busy the busiest agent was over the mean, of those that see what everybody does; nobody was busy if ok is false.
func imbalance(before, now moment) (x float64, ok bool) {
	var most, sum time.Duration
	count := 0
	for i, a := range now.agents {
		was, known := before.agent(a.name, i)
		if !known || was.incarnation != a.incarnation || a.version != now.version || was.version != a.version {
			continue
		}
		busy := a.busy - was.busy
		most, sum, count = max(most, busy), sum+busy, count+1
	}
	if sum <= 0 {
		return 0, false
	}
	return float64(most) * float64(count) / float64(sum), true
}

// ofAgent are the figures of one agent between two moments. some is false if it did nothing that has any.
func ofAgent(from []config.VariableSource, was, now crewman, span time.Duration) (out []adapt.Metric, some bool) {
	done, failed := float64(now.done-was.done), float64(now.failed-was.failed)
	attempts := done + failed
	for _, f := range from {
		x := 0.0
		switch f.Agents {
		case config.AgentThroughput:
			x = attempts / span.Seconds()
		case config.AgentLoad:
			x = float64(now.busy-was.busy) / float64(span)
		case config.AgentSeconds, config.AgentSuccess, config.AgentCost:
			if attempts == 0 {
				return nil, false // a mean of nothing
			}
			switch f.Agents {
			case config.AgentSeconds:
				x = (now.busy - was.busy).Seconds() / attempts
			case config.AgentSuccess:
				x = done / attempts
			default:
				x = float64(now.spent-was.spent) / attempts
			}
		default:
			continue
		}
		out, some = append(out, metric(f, x)), true
	}
	return out, some
}

// viewer is an agent of the node as variables see it.
func (n *Node) viewer(id, role string) cognitive.Agent {
	a := cognitive.Agent{Name: id, Node: n.o.Config.Node.Name}
	if role != "" {
		a.Roles = []string{role}
	}
	return a
}

// splitVariable takes a name apart into its space and its own; nil if the node has no such space.
func (n *Node) splitVariable(name string) (*cognitive.Space, string) {
	space, variable, _ := strings.Cut(name, "/")
	return n.VariableSpace(space), variable
}
