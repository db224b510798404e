// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// model is the queue again, written as plainly as possible: tasks and agents in slices, every decision by looking at everything. It predicts the events of each
// command; only the drawn length of a back-off is taken from the real queue, after a check of its bounds.
type model struct {
	spec     Spec
	tasks    []*modelTask
	agents   []*modelAgent
	token    Token
	seq      int
	picks    int
	draining bool
	problems []string
	paused   bool
	kinds    map[Token]string // of every attempt
	starts   []modelStart
	ends     []modelEnd
}

// modelStart is an attempt that began, for the rates.
type modelStart struct {
	agent, kind string
	at          Instant
}

// modelEnd is an attempt that ended in a way that tells about its agent.
type modelEnd struct {
	agent    string
	at       Instant
	took     time.Duration
	end      End
	answered bool // done or timed out: took is a latency
}

// allows plays a bucket through from its beginning: filled with all tokens, one more in each time, never above all.
func (m *model) allows(s Quota, now Instant, mine func(modelStart) bool) bool {
	if s.Rate == 0 {
		return true
	}
	each := time.Duration(float64(time.Second) / s.Rate)
	burst := s.Burst
	if burst == 0 {
		burst = max(1, int(s.Rate))
	}
	level, at := each*time.Duration(burst), base
	for _, b := range m.starts {
		if mine(b) {
			level = min(level+b.at.Sub(at), each*time.Duration(burst)) - each
			at = b.at
		}
	}
	return min(level+now.Sub(at), each*time.Duration(burst)) >= each
}

// kindFree reports whether the quota of a kind lets one more attempt begin.
func (m *model) kindFree(kind string, now Instant) bool {
	s, bound := m.spec.Kinds[kind]
	if !bound {
		return true
	}
	held := 0
	for _, x := range m.agents {
		for token := range x.held {
			if m.kinds[token] == kind {
				held++
			}
		}
	}
	return (s.Concurrency == 0 || held < s.Concurrency) && m.allows(s, now, func(b modelStart) bool { return b.kind == kind })
}

// cost plays all that was seen of an agent through from the beginning.
func (m *model) cost(x *modelAgent, now Instant) float64 {
	if x.standing.Slowness > 0 {
		return x.load() * x.standing.Slowness
	}
	type known struct {
		latency time.Duration
		success float64
		at      Instant
	}
	all := map[string]*known{}
	var median time.Duration
	since := 0
	for _, e := range m.ends {
		k := all[e.agent]
		if k == nil {
			k = &known{latency: e.took, success: 1}
			all[e.agent] = k
		}
		k.at = e.at
		if e.answered {
			k.latency += (e.took - k.latency) / 4
		}
		if e.end == EndDone {
			k.success += (1 - k.success) / 8
		} else {
			k.success += (0 - k.success) / 8
		}
		if since++; since > len(all)/8 {
			since = 0
			var latencies []time.Duration
			for _, k := range all {
				latencies = append(latencies, k.latency)
			}
			slices.Sort(latencies)
			median = latencies[len(latencies)/2]
		}
	}
	latency, success := float64(median), 1.0
	if k := all[x.agent.ID]; k != nil {
		sure := float64(time.Minute) / float64(time.Minute+now.Sub(k.at))
		latency = float64(sure*float64(k.latency)) + float64((1-sure)*latency)
		success = float64(sure*k.success) + float64((1-sure)*success)
	}
	return x.load() * (max(float64(time.Duration(latency)), 1000) / max(success, 0.05))
}

type modelTask struct {
	task     Task
	state    State
	seq      int
	accepted Instant
	past     []Attempt // of this series
	begun    int
	agent    Agent
	token    Token
	until    Instant
	started  Instant
	purged   bool
	finals   int
	revivals int
}

type modelAgent struct {
	agent    Agent
	caps     []string
	slots    int               // the quota of agents taken into account
	held     map[Token]Instant // value: when its grace ends, 0 = not recalled
	lastPick int
	out      bool // draining or condemned
	dead     bool
	weight   float64
	standing AgentStanding
}

func (x *modelAgent) load() float64 {
	if x.weight == 0 {
		x.weight = 1
	}
	return float64(len(x.held)+1) / (float64(x.slots) * x.weight)
}

// offers reports whether one of the agent's capabilities will do. The model knows the needs of drawCommand and no others.
func (x *modelAgent) offers(need string) bool {
	if need == "" {
		return true
	}
	return slices.ContainsFunc(x.caps, func(c string) bool {
		switch name, version, _ := strings.Cut(c, "@"); need {
		case "y>=2":
			return name == "y" && version == "2"
		case "x/*":
			return name == "x" || strings.HasPrefix(name, "x/")
		default:
			return name == need
		}
	})
}

// version is that of the capability with the name of a need.
func (x *modelAgent) version(need string) string {
	name, _, _ := strings.Cut(strings.TrimSuffix(need, "/*"), ">")
	for _, c := range x.caps {
		if n, version, _ := strings.Cut(c, "@"); n == name {
			return version
		}
	}
	return ""
}

func (m *model) complain(format string, args ...any) {
	m.problems = append(m.problems, fmt.Sprintf(format, args...))
}

func (m *model) find(id string) *modelTask {
	for _, t := range m.tasks {
		if t.task.ID == id {
			return t
		}
	}
	return nil
}

func (m *model) life(a Agent) *modelAgent {
	for _, x := range m.agents {
		if x.agent == a {
			return x
		}
	}
	return nil
}

func (m *model) open() (n int) {
	for _, t := range m.tasks {
		if !t.state.Final() {
			n++
		}
	}
	return n
}

func (m *model) crew(a Agent) (crew []*modelTask) {
	for _, t := range m.tasks {
		if t.state == StateRunning && t.agent == a {
			crew = append(crew, t)
		}
	}
	slices.SortFunc(crew, func(a, b *modelTask) int { return int(a.token) - int(b.token) })
	return crew
}

// step predicts a command. real is what the queue put out; refused is its error.
func (m *model) step(now Instant, cmd Command, real *Output, refused error) {
	var expected []string
	next := func() Event {
		if i := len(expected); i < len(real.Events) {
			return real.Events[i]
		}
		return nil
	}
	say := func(format string, args ...any) { expected = append(expected, fmt.Sprintf(format, args...)) }

	ended := func(t *modelTask, end End) {
		if end == EndDone || end == EndError || end == EndKilled || end == EndTimeout {
			m.ends = append(m.ends, modelEnd{t.agent.ID, now, now.Sub(t.started), end, end == EndDone || end == EndTimeout})
		}
	}
	finish := func(t *modelTask, state State, text string) {
		say("%s %s", text, t.task.ID)
		t.state, t.agent, t.token, t.until = state, Agent{}, 0, 0
		t.finals++
	}
	recall := func(t *modelTask) {
		if x := m.life(t.agent); x != nil {
			if _, held := x.held[t.token]; held {
				x.held[t.token] = now.Add(m.spec.Grace)
			}
		}
	}
	fail := func(t *modelTask, end End, class Class) {
		t.past = append(t.past, Attempt{Agent: t.agent, End: end})
		ended(t, end)
		killed := map[string]bool{}
		for _, a := range t.past {
			if a.End == EndKilled {
				killed[a.Agent.ID] = true
			}
		}
		switch {
		case t.task.Deadline != 0 && t.task.Deadline <= now:
			finish(t, StateDead, "died deadline")
		case class == Permanent:
			finish(t, StateDead, "died permanent")
		case end == EndKilled && len(killed) >= m.spec.Poison:
			finish(t, StateDead, "died poison")
		case t.begun >= t.task.Attempts:
			finish(t, StateDead, "died attempts")
		default:
			var until Instant
			if e, ok := next().(Failed); ok {
				until = e.Until
			}
			if until != 0 && (end == EndKilled || end == EndDown || end == EndLost || until < now || until > now.Add(m.spec.Backoff.Max)) {
				m.complain("back-off of %s until %d at %d", t.task.ID, until, now)
			}
			say("failed %s %s", end, t.task.ID)
			t.state, t.agent, t.token, t.until = StateAccepted, Agent{}, 0, until
			if until != 0 {
				t.state = StateWaiting
			}
		}
	}
	answered := func(a Agent, token Token) *modelTask {
		for _, t := range m.tasks {
			if t.state == StateRunning && t.token == token && t.agent == a {
				return t
			}
		}
		return nil
	}
	gone := func(a Agent) {
		m.agents = slices.DeleteFunc(m.agents, func(x *modelAgent) bool { return x.agent == a })
	}

	switch c := cmd.(type) {
	case Submit:
		first := m.find(c.Task.ID)
		for _, t := range m.tasks {
			if first == nil && c.Task.Key != "" && t.task.Key == c.Task.Key {
				first = t
			}
		}
		want := ""
		switch {
		case m.draining:
			want = "draining"
		case first != nil && (first.task.Kind != c.Task.Kind || first.task.Capability != c.Task.Capability || string(first.task.Input) != string(c.Task.Input)):
			want = "other content"
		case first == nil && m.open() >= m.spec.Limit:
			want = "full"
		}
		if got := fmt.Sprint(refused); (want == "") != (refused == nil) || !strings.Contains(got, want) && want != "" {
			m.complain("submit %s: expected %q, got %v", c.Task.ID, want, refused)
		}
		if want == "" && first == nil {
			t := c.Task
			if t.Attempts == 0 {
				t.Attempts = m.spec.Attempts
			}
			if t.Timeout == 0 {
				t.Timeout = m.spec.Timeout
			}
			m.seq++
			m.tasks = append(m.tasks, &modelTask{task: t, state: StateAccepted, seq: m.seq, accepted: now})
			say("accepted %s", t.ID)
		}
	case Result:
		if t := answered(c.Agent, c.Token); t != nil {
			ended(t, EndDone)
			finish(t, StateDone, "done")
		}
	case Failure:
		if t := answered(c.Agent, c.Token); t != nil {
			if c.Class == Undelivered {
				say("returned %s", t.task.ID)
				if e, ok := next().(Returned); ok {
					m.complain("order of events %v", e)
				}
				if e, ok := real.Events[len(expected)-1].(Returned); ok {
					t.until = e.Until
				}
				t.state, t.agent, t.token = StateWaiting, Agent{}, 0
				t.begun--
			} else {
				fail(t, EndError, c.Class)
			}
		}
	case AgentUp:
		for _, x := range m.agents {
			if x.agent.ID == c.Agent.ID && x.agent != c.Agent {
				for _, t := range m.crew(x.agent) {
					fail(t, EndDown, Retryable)
				}
				gone(x.agent)
				break
			}
		}
		x := m.life(c.Agent)
		if x == nil {
			x = &modelAgent{agent: c.Agent, held: map[Token]Instant{}}
			m.agents = append(m.agents, x)
		} else if x.dead {
			x.out = true
		} else {
			x.out = false
		}
		x.caps, x.slots, x.weight, x.standing = c.Capabilities, max(1, c.Concurrency), c.Weight, c.Standing
		if most := m.spec.Agents.Concurrency; most > 0 {
			x.slots = min(x.slots, most)
		}
	case AgentStanding:
		if x := m.life(c.Agent); x != nil {
			x.standing = c
		}
	case AgentDown:
		for _, t := range m.crew(c.Agent) {
			end := EndDown
			if c.Crashed && (c.Culprit == "" || c.Culprit == t.task.ID) {
				end = EndKilled
			}
			fail(t, end, Retryable)
		}
		gone(c.Agent)
	case AgentDraining:
		if !c.Finish {
			for _, t := range m.crew(c.Agent) {
				recall(t)
				say("returned %s", t.task.ID)
				t.state, t.agent, t.token, t.until = StateAccepted, Agent{}, 0, 0
				t.begun--
			}
		}
		if x := m.life(c.Agent); x != nil {
			x.out = true
		}
	case Tick:
		var due []*modelTask
		for _, t := range m.tasks {
			if at := m.due(t); at != 0 && at <= now {
				due = append(due, t)
			}
		}
		slices.SortFunc(due, func(a, b *modelTask) int {
			if x, y := m.due(a), m.due(b); x != y {
				return int(x - y)
			}
			return a.seq - b.seq
		})
		for _, t := range due {
			switch {
			case t.task.Deadline != 0 && t.task.Deadline <= now:
				recall(t)
				finish(t, StateDead, "died deadline")
			case t.state == StateRunning:
				recall(t)
				fail(t, EndTimeout, Retryable)
			default:
				say("offered %s", t.task.ID)
				t.state, t.until = StateAccepted, 0
			}
		}
		for _, x := range m.agents {
			for _, limit := range x.held {
				if limit != 0 && limit <= now {
					x.out, x.dead = true, true
				}
			}
		}
	case Cancel:
		if t := m.find(c.ID); t != nil && !t.state.Final() {
			recall(t)
			finish(t, StateCancelled, "cancelled")
		} else if refused == nil {
			m.complain("cancelled what is not open: %s", c.ID)
		}
	case Revive:
		t := m.find(c.ID)
		if ok := t != nil && t.state == StateDead && !t.purged && !m.draining && m.open() < m.spec.Limit; ok != (refused == nil) {
			m.complain("revive %s: %v", c.ID, refused)
		} else if ok {
			m.seq++
			t.state, t.seq, t.accepted, t.task.Deadline, t.past, t.begun = StateAccepted, m.seq, now, c.Deadline, nil, 0
			t.revivals++
			say("revived %s", c.ID)
		}
	case Purge:
		t := m.find(c.ID)
		if ok := t != nil && t.state == StateDead && !t.purged; ok != (refused == nil) {
			m.complain("purge %s: %v", c.ID, refused)
		} else if ok {
			t.purged = true
			say("purged %s", c.ID)
		}
	case Pause:
		if !m.paused {
			m.paused = true
			say("paused")
		}
	case Unpause:
		if m.paused {
			m.paused = false
			say("unpaused")
		}
	case Drain:
		m.draining = true
	case Pick, Recover, Forget, Trim:
	}
	switch c := cmd.(type) {
	case Result:
		if x := m.life(c.Agent); x != nil {
			delete(x.held, c.Token)
		}
	case Failure:
		if x := m.life(c.Agent); x != nil {
			delete(x.held, c.Token)
		}
	}
	for !m.draining && !m.paused {
		t, free := m.best(now)
		if t == nil {
			break
		}
		if t.task.Deadline != 0 && t.task.Deadline <= now {
			finish(t, StateDead, "died deadline")
			continue
		}
		x := m.choose(now, t, free)
		if started, ok := next().(Started); ok && m.spec.Policy == PowerOfTwo {
			// Which two were drawn is the queue's affair; the one taken must be a candidate and not the single worst of three or more.
			for _, y := range free {
				if y.agent == started.Agent {
					x = y
				}
			}
		}
		m.token++
		m.picks++
		x.lastPick = m.picks
		x.held[m.token] = 0
		m.kinds[m.token] = t.task.Kind
		m.starts = append(m.starts, modelStart{x.agent.ID, t.task.Kind, now})
		t.started = now
		t.state, t.agent, t.token, t.until = StateRunning, x.agent, m.token, now.Add(t.task.Timeout)
		t.begun++
		say("started %d %d %s@%s %s", m.token, t.begun, x.agent.ID, x.agent.Incarnation, t.task.ID)
	}
	got := make([]string, len(real.Events))
	for i, e := range real.Events {
		got[i] = eventText(e)
	}
	if !slices.Equal(expected, got) {
		m.complain("%T %+v\nexpected %q\ngot      %q", cmd, cmd, expected, got)
	}
}

func (m *model) due(t *modelTask) Instant {
	switch t.state {
	case StateAccepted:
		return t.task.Deadline
	case StateWaiting, StateRunning:
		return sooner(t.until, t.task.Deadline)
	}
	return 0
}

// best is the first task in order that has a free candidate, with all its free candidates.
func (m *model) best(now Instant) (best *modelTask, free []*modelAgent) {
	for _, t := range m.tasks {
		if t.state != StateAccepted || !m.kindFree(t.task.Kind, now) || (best != nil && !m.before(t, best)) {
			continue
		}
		if f := m.candidates(now, t); len(f) > 0 {
			best, free = t, f
		}
	}
	return best, free
}

func (m *model) before(a, b *modelTask) bool {
	aged := func(t *modelTask) int64 {
		return int64(t.accepted)/int64(m.spec.Ageing) - int64(t.task.Priority)
	}
	last := func(t *modelTask) Instant {
		if t.task.Deadline == 0 {
			return Instant(1) << 62
		}
		return t.task.Deadline
	}
	switch {
	case aged(a) != aged(b):
		return aged(a) < aged(b)
	case a.task.Priority != b.task.Priority:
		return a.task.Priority > b.task.Priority
	case last(a) != last(b):
		return last(a) < last(b)
	}
	return a.seq < b.seq
}

func (m *model) candidates(now Instant, t *modelTask) []*modelAgent {
	var capable, untried []*modelAgent
	for _, x := range m.agents {
		if x.out || x.standing.Out || !x.offers(t.task.Capability) || !x.offers(m.spec.Requires[t.task.Kind]) {
			continue
		}
		capable = append(capable, x)
		if !slices.ContainsFunc(t.past, func(a Attempt) bool { return a.Agent.ID == x.agent.ID }) {
			untried = append(untried, x)
		}
	}
	if len(untried) > 0 {
		capable = untried
	}
	free := slices.DeleteFunc(capable, func(x *modelAgent) bool {
		return len(x.held) >= x.slots || !m.allows(m.spec.Agents, now, func(b modelStart) bool { return b.agent == x.agent.ID })
	})
	rank := 0
	for i, x := range free {
		if i == 0 || x.standing.Rank < rank {
			rank = x.standing.Rank
		}
	}
	return slices.DeleteFunc(free, func(x *modelAgent) bool { return x.standing.Rank > rank })
}

func (m *model) choose(now Instant, t *modelTask, free []*modelAgent) *modelAgent {
	if m.spec.Policy == Performance {
		least := m.cost(free[0], now)
		for _, x := range free {
			least = min(least, m.cost(x, now))
		}
		free = slices.DeleteFunc(slices.Clone(free), func(x *modelAgent) bool { return m.cost(x, now) > least*1.1 })
	}
	best := free[0]
	for _, x := range free[1:] {
		load := cmp.Compare(x.load(), best.load())
		need := cmp.Or(t.task.Capability, m.spec.Requires[t.task.Kind])
		old := -cmp.Compare(x.version(need), best.version(need)) // the versions drawn are "", 1 and 2
		special := len(x.caps) - len(best.caps)
		recent := x.lastPick - best.lastPick
		if recent == 0 {
			recent = strings.Compare(x.agent.ID, best.agent.ID)
		}
		var order []int
		switch m.spec.Policy {
		case RoundRobin:
			order = []int{recent}
		case LeastLoaded, PowerOfTwo:
			order = []int{load, recent}
		case ByCapability:
			order = []int{old, special, load, recent}
		case Performance:
			order = []int{load, recent}
		}
		for _, o := range order {
			if o < 0 {
				best = x
			}
			if o != 0 {
				break
			}
		}
	}
	return best
}

func eventText(e Event) string {
	switch e := e.(type) {
	case Accepted:
		return "accepted " + e.Task.ID
	case Started:
		return fmt.Sprintf("started %d %d %s@%s %s", e.Token, e.Attempt, e.Agent.ID, e.Agent.Incarnation, e.ID)
	case Failed:
		return fmt.Sprintf("failed %s %s", e.End, e.ID)
	case Returned:
		return "returned " + e.ID
	case Offered:
		return "offered " + e.ID
	case Done:
		return "done " + e.ID
	case Died:
		return fmt.Sprintf("died %s %s", e.Cause, e.ID)
	case Cancelled:
		return "cancelled " + e.ID
	case Revived:
		return "revived " + e.ID
	}
	switch e := e.(type) {
	case Purged:
		return "purged " + e.ID
	case Paused:
		return "paused"
	case Unpaused:
		return "unpaused"
	}
	return fmt.Sprintf("%T", e)
}

// world drives a queue with simulated agents and keeps its journal.
type world struct {
	q       *Queue
	now     Instant
	random  rand.Source
	journal []Record
	open    []Dispatch // dispatched and never answered
	given   []Dispatch // ever dispatched: answers to these come twice or late
	lives   map[string]int
}

func (w *world) step(cmd Command) (*Output, error) {
	out := &Output{}
	err := w.q.Step(w.now, w.random, cmd, out)
	for _, e := range out.Events {
		r, encodeErr := Encode(e)
		if encodeErr != nil {
			panic(encodeErr)
		}
		w.journal = append(w.journal, r)
	}
	for _, f := range out.Effects {
		if d, ok := f.(Dispatch); ok {
			w.open = append(w.open, d)
			w.given = append(w.given, d)
		}
	}
	return out, err
}

// finish gives every open task what it needs to end: time, an agent that can do everything, and answers.
func (w *world) finish() error {
	w.lives["last"]++
	last := Agent{ID: "last", Incarnation: fmt.Sprint(w.lives["last"], w.q.version)}
	if _, err := w.step(Unpause{}); err != nil {
		return err
	}
	if _, err := w.step(AgentUp{Agent: last, Capabilities: []string{"x", "y@2", "z"}, Concurrency: 3}); err != nil {
		return err
	}
	for round := 0; w.q.Counts().Open() > 0; round++ {
		if round > 1000 {
			return fmt.Errorf("open tasks do not end: %+v\n%v", w.q.Counts(), w.q.Blocked())
		}
		open := w.open
		w.open = nil
		for _, d := range open {
			if _, err := w.step(Result{Agent: d.Agent, Token: d.Token}); err != nil {
				return err
			}
		}
		w.now = w.now.Add(time.Second)
		if _, err := w.step(Tick{}); err != nil {
			return err
		}
	}
	return nil
}
