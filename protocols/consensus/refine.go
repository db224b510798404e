// SPDX-License-Identifier: Apache-2.0

package consensus

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mabeam.dev/protocols/machine"
)

// Similarity says how alike two texts are, from 0 to 1 in millionths.
type Similarity func(a, b string) int64

// Jaccard is the share of words that two texts have in common.
func Jaccard(a, b string) int64 {
	one, two := tokens(a), tokens(b)
	both := 0
	for _, w := range one {
		if _, ok := slices.BinarySearch(two, w); ok {
			both++
		}
	}
	if all := len(one) + len(two) - both; all > 0 {
		return share(int64(both), int64(all))
	}
	return machine.One
}

func tokens(s string) []string {
	words := strings.Fields(strings.ToLower(s))
	slices.Sort(words)
	return slices.Compact(words)
}

// RefineSpec is one refinement of proposals in rounds. Zero numbers mean the defaults.
type RefineSpec struct {
	Session    string     `json:"-"`
	Question   string     `json:"-"`
	Electorate Electorate `json:"-"`
	// Rounds is how many there are at most; 0 means 10. Top is how many proposals are shown; 0 means 3.
	Rounds int `json:"rounds,omitempty"`
	Top    int `json:"top,omitempty"`
	// Propose, Feedback and Analysis are how long the phases take at most; 0 means 5, 10 and 2 minutes.
	Propose  time.Duration `json:"propose,omitempty"`
	Feedback time.Duration `json:"feedback,omitempty"`
	Analysis time.Duration `json:"analysis,omitempty"`
	// Quality and Convergence end it when both are reached; in millionths, 0 means .8 and .9.
	Quality     int64 `json:"quality,omitempty"`
	Convergence int64 `json:"convergence,omitempty"`
	// Judge names the service that judges proposals; empty means that their peers' feedback counts in its place.
	Judge string `json:"judge,omitempty"`
	// Budget is how many answers may be asked for; 0 means any number.
	Budget int `json:"budget,omitempty"`
	// Quorum is the least share of the weight that must propose; see Rule.
	Quorum Fraction `json:"quorum,omitzero"`
	// Similarity compares proposals; nil means Jaccard.
	Similarity Similarity `json:"-"`
}

func (s RefineSpec) withDefaults() RefineSpec {
	number := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	wait := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	number(&s.Rounds, 10)
	number(&s.Top, 3)
	wait(&s.Propose, 5*time.Minute)
	wait(&s.Feedback, 10*time.Minute)
	wait(&s.Analysis, 2*time.Minute)
	if s.Quality == 0 {
		s.Quality = 800_000
	}
	if s.Convergence == 0 {
		s.Convergence = 900_000
	}
	if s.Similarity == nil {
		s.Similarity = Jaccard
	}
	return s
}

// Refine is iterative refinement: rounds of proposals, feedback and analysis.
type Refine struct{ spec RefineSpec }

// NewRefine checks the spec and returns the machine, or all mistakes joined.
func NewRefine(s RefineSpec) (*Refine, error) {
	s = s.withDefaults()
	var problems []error
	bad := func(wrong bool, field, why string) {
		if wrong {
			problems = append(problems, &RuleError{field, why})
		}
	}
	bad(s.Rounds < 1 || s.Rounds > 100, "rounds", "there are 1 to 100")
	bad(s.Top < 1, "top", "at least one proposal is shown")
	bad(s.Propose < 0 || s.Feedback < 0 || s.Analysis < 0, "time", "a phase takes time")
	bad(s.Quality < 0 || s.Quality > machine.One || s.Convergence < 0 || s.Convergence > machine.One, "quality", "it is from 0 to 1")
	bad(s.Budget < 0, "budget", "it is below 0")
	bad(s.Electorate.Len() < 2, "electorate", "two are needed to refine")
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return &Refine{s}, nil
}

// Run returns the machine before its first event.
func (m *Refine) Run() *machine.Run[*Refining] { return machine.Of(m, &Refining{}) }

// phases of a round.
type phase uint8

const (
	proposing phase = iota + 1
	feedback
	analysis
)

// Proposal is one that was made, with what became of it.
type Proposal struct {
	ID    string `json:"id"` // round/number of the elector
	Agent string `json:"agent"`
	Text  string `json:"text"`
	// Confidence is the agent's, calibrated; Judged and Peers are what others thought; Score is what counts. All in millionths; Judged is -1 if nobody did.
	Confidence int64    `json:"confidence"`
	Judged     int64    `json:"judged"`
	Peers      int64    `json:"peers"`
	Score      int64    `json:"score"`
	Critiques  []string `json:"critiques,omitempty"`
	sum, count int64
}

// RefineRound is one round, as it is kept.
type RefineRound struct {
	Number      int        `json:"number"`
	Proposals   []Proposal `json:"proposals"`
	Quality     int64      `json:"quality"` // of the best
	Convergence int64      `json:"convergence"`
}

// Refining is the state of a refinement.
type Refining struct {
	phase    phase
	round    int
	gen      uint64
	repeated bool // the round was begun again
	asked    int  // answers
	answered []bool
	gone     []bool
	now      RefineRound
	done     []RefineRound
	deadline time.Time
}

const phaseTimer = "phase"

// Step lets something happen.
func (m *Refine) Step(s *Refining, e machine.Event) (*Refining, []machine.Effect) {
	switch e := e.(type) {
	case machine.Opened:
		s.gone, s.deadline = make([]bool, m.spec.Electorate.Len()), e.Deadline
		var effects []machine.Effect
		if !e.Deadline.IsZero() {
			effects = append(effects, machine.SetTimer{ID: deadline, Gen: 1, After: e.Deadline.Sub(e.At)})
		}
		return s, m.propose(s, effects)
	case machine.Received:
		return s, m.received(s, e)
	case machine.Down:
		if i, ok := m.spec.Electorate.Find(e.Agent); ok && !s.gone[i] {
			s.gone[i] = true
			return s, m.advance(s, []machine.Effect{machine.Note{Kind: machine.NoteParted, Agent: e.Agent, Text: e.Reason}}, false)
		}
	case machine.Up:
		if i, ok := m.spec.Electorate.Find(e.Agent); ok {
			s.gone[i] = false
		}
	case machine.TimerFired:
		switch {
		case e.ID == deadline:
			return s, m.finish(s, nil, machine.WhyDeadline, "the deadline")
		case e.ID == phaseTimer && e.Gen == s.gen:
			return s, m.advance(s, nil, true)
		}
	case machine.Cancel:
		o := m.outcome(s, "cancelled")
		return s, []machine.Effect{machine.Decide{Outcome: Called(e, o)}}
	case machine.Tick, machine.Restored, machine.Command:
	}
	return s, nil
}

// enter begins a phase.
func (m *Refine) enter(s *Refining, p phase, takes time.Duration, effects []machine.Effect) []machine.Effect {
	s.phase, s.answered = p, make([]bool, m.spec.Electorate.Len())
	s.gen++
	return append(effects, machine.SetTimer{ID: phaseTimer, Gen: s.gen, After: takes})
}

// propose begins a round. The first is blind; later ones see the best of the last with their critiques.
func (m *Refine) propose(s *Refining, effects []machine.Effect) []machine.Effect {
	if !s.repeated {
		s.round++
	}
	s.now = RefineRound{Number: s.round}
	effects = m.enter(s, proposing, m.spec.Propose, effects)
	in := machine.Invite{Role: machine.RolePropose, Round: s.round, Key: m.key(s), Question: m.spec.Question, Deadline: s.deadline}
	if len(s.done) > 0 {
		for _, p := range top(s.done[len(s.done)-1].Proposals, m.spec.Top) {
			in.Items = append(in.Items, machine.Item{ID: p.ID, Text: p.Text, Notes: p.Critiques})
		}
	}
	s.asked += m.spec.Electorate.Len()
	return append(effects, machine.Note{Kind: machine.NoteRound, Text: fmt.Sprint(s.round)}, machine.Broadcast{Msg: in})
}

func (m *Refine) key(s *Refining) string {
	if s.repeated && s.phase == proposing {
		return fmt.Sprintf("%d/%d/again", s.round, s.phase)
	}
	return fmt.Sprintf("%d/%d", s.round, s.phase)
}

func (m *Refine) received(s *Refining, e machine.Received) []machine.Effect {
	if t, ok := e.Msg.(machine.Told); ok && s.phase == analysis && e.From == m.spec.Judge && t.Key == m.judging(s) {
		var scores []machine.Score
		if t.Error == "" && json.Unmarshal(t.Data, &scores) == nil {
			for _, sc := range scores {
				for i := range s.now.Proposals {
					if s.now.Proposals[i].ID == sc.Item && sc.Value >= 0 && sc.Value <= machine.One {
						s.now.Proposals[i].Judged = sc.Value
					}
				}
			}
		}
		return m.analyse(s, nil)
	}
	a, ok := e.Msg.(machine.Answer)
	i, member := m.spec.Electorate.Find(e.From)
	switch {
	case !ok:
		return []machine.Effect{machine.Ignored(e.From, &BallotError{"kind", e.Msg.Kind()})}
	case !member:
		return []machine.Effect{machine.Ignored(e.From, ErrNotMember)}
	case a.Key != m.key(s) || s.answered[i]:
		return []machine.Effect{machine.Ignored(e.From, ErrBallotClosed)}
	}
	if err := unit("confidence", a.Confidence); err != nil {
		return []machine.Effect{machine.Ignored(e.From, err)}
	}
	s.answered[i] = true
	if a.Abstain == "" && a.Decline == "" && a.Error == "" {
		switch s.phase {
		case proposing:
			if a.Text != "" {
				c := m.spec.Electorate.At(i).Calibration
				if a.Confidence != nil {
					c = fraction(c, *a.Confidence, machine.One)
				}
				s.now.Proposals = append(s.now.Proposals, Proposal{ID: fmt.Sprintf("%d/%d", s.round, i), Agent: e.From, Text: a.Text, Confidence: c, Judged: -1})
			}
		case feedback:
			for _, sc := range a.Scores {
				for k := range s.now.Proposals {
					p := &s.now.Proposals[k]
					if p.ID == sc.Item && p.Agent != e.From && sc.Value >= 0 && sc.Value <= machine.One {
						p.sum, p.count = p.sum+sc.Value, p.count+1
						if sc.Text != "" {
							p.Critiques = append(p.Critiques, sc.Text)
						}
					}
				}
			}
		case analysis:
		}
	}
	return m.advance(s, []machine.Effect{machine.Note{Kind: machine.NoteBallot, Agent: e.From, Text: m.key(s)}}, false)
}

// advance goes on when all have answered, or the phase's time is up.
func (m *Refine) advance(s *Refining, effects []machine.Effect, timeUp bool) []machine.Effect {
	if !timeUp && s.phase != analysis {
		for i := range s.answered {
			if !s.answered[i] && !s.gone[i] {
				return effects
			}
		}
	}
	switch s.phase {
	case proposing:
		effects = append(effects, machine.Forget{Key: m.key(s)})
		if len(s.now.Proposals) == 0 || !m.enough(s) {
			if s.repeated {
				return m.finish(s, effects, machine.WhyNoQuorum, "too few proposals")
			}
			s.repeated = true
			return m.propose(s, effects)
		}
		s.repeated = false
		slices.SortStableFunc(s.now.Proposals, func(a, b Proposal) int { return m.number(a.Agent) - m.number(b.Agent) })
		in := machine.Invite{Role: machine.RoleCritique, Round: s.round, Question: m.spec.Question, Deadline: s.deadline}
		for _, p := range s.now.Proposals {
			in.Items = append(in.Items, machine.Item{ID: p.ID, Text: p.Text})
		}
		effects = m.enter(s, feedback, m.spec.Feedback, effects)
		in.Key = m.key(s)
		s.asked += m.spec.Electorate.Len()
		return append(effects, machine.Broadcast{Msg: in})
	case feedback:
		effects = append(effects, machine.Forget{Key: m.key(s)})
		effects = m.enter(s, analysis, m.spec.Analysis, effects)
		if m.spec.Judge == "" {
			return m.analyse(s, effects)
		}
		args, _ := json.Marshal(s.now.Proposals) // plain data
		return append(effects, machine.Ask{Service: m.spec.Judge, Key: m.judging(s), Args: args, Within: m.spec.Analysis})
	case analysis:
		if timeUp {
			return m.analyse(s, effects)
		}
	}
	return effects
}

func (m *Refine) judging(s *Refining) string {
	return fmt.Sprintf("%s/judge/%d", m.spec.Session, s.round)
}

func (m *Refine) number(agent string) int {
	i, _ := m.spec.Electorate.Find(agent)
	return i
}

// enough reports whether enough of the electorate has proposed.
func (m *Refine) enough(s *Refining) bool {
	weight := int64(0)
	for _, p := range s.now.Proposals {
		weight += m.spec.Electorate.At(m.number(p.Agent)).Weight
	}
	return Rule{Quorum: m.spec.Quorum}.quorate(weight, m.spec.Electorate.Total())
}

// analyse scores the round and decides whether there is another one.
func (m *Refine) analyse(s *Refining, effects []machine.Effect) []machine.Effect {
	effects = append(effects, machine.StopTimer{ID: phaseTimer})
	for i := range s.now.Proposals {
		p := &s.now.Proposals[i]
		if p.count > 0 {
			p.Peers = p.sum / p.count
		}
		quality := p.Judged
		if quality < 0 {
			quality = p.Peers
		}
		p.Score = (4*quality + 4*p.Peers + 2*p.Confidence) / 10
	}
	best := top(s.now.Proposals, 1)[0]
	s.now.Quality = best.Judged
	if s.now.Quality < 0 {
		s.now.Quality = best.Peers
	}
	s.now.Convergence = m.converged(s)
	s.done = append(s.done, s.now)
	switch {
	case m.spec.Budget > 0 && s.asked+2*m.spec.Electorate.Len() > m.spec.Budget:
		return m.finish(s, effects, "", "the budget is spent")
	case s.now.Quality >= m.spec.Quality && s.now.Convergence >= m.spec.Convergence:
		return m.finish(s, effects, "", "good enough, and agreed")
	case m.stagnates(s):
		return m.finish(s, effects, "", "no more gain")
	case s.round >= m.spec.Rounds:
		return m.finish(s, effects, "", "the last round")
	}
	return m.propose(s, effects)
}

// converged is the mean likeness of the best of this round and the best one of the last.
func (m *Refine) converged(s *Refining) int64 {
	texts := make([]string, 0, m.spec.Top+1)
	for _, p := range top(s.now.Proposals, m.spec.Top) {
		texts = append(texts, p.Text)
	}
	if len(s.done) > 0 {
		texts = append(texts, top(s.done[len(s.done)-1].Proposals, 1)[0].Text)
	}
	sum, pairs := int64(0), int64(0)
	for i := range texts {
		for j := range i {
			sum += m.spec.Similarity(texts[i], texts[j])
			pairs++
		}
	}
	if pairs == 0 {
		return 0 // one proposal alone agrees with nobody
	}
	return sum / pairs
}

// stagnates reports whether three rounds have gained less than a twentieth.
func (m *Refine) stagnates(s *Refining) bool {
	n := len(s.done)
	if n < 4 {
		return false
	}
	old, best := s.done[n-4].Quality, int64(0)
	for _, r := range s.done[n-3:] {
		best = max(best, r.Quality)
	}
	return (best-old)*20 < max(old, 1)
}

// top lists the best proposals, the earlier first where they are equal.
func top(all []Proposal, k int) []Proposal {
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b Proposal) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
	return out[:min(k, len(out))]
}

// finish ends the refinement with the best proposal of all rounds.
func (m *Refine) finish(s *Refining, effects []machine.Effect, why machine.Why, text string) []machine.Effect {
	o := m.outcome(s, text)
	if why != "" {
		o.Verdict, o.Why, o.Decision, o.Confidence = machine.NoDecision, why, "", 0
		if why == machine.WhyDeadline {
			o.Verdict = machine.Expired
		}
	}
	return append(effects, machine.StopTimer{ID: phaseTimer}, machine.StopTimer{ID: deadline}, machine.Decide{Outcome: o})
}

func (m *Refine) outcome(s *Refining, text string) machine.Outcome {
	o := machine.Outcome{Verdict: machine.NoDecision, Why: machine.WhyExhausted, Text: text, Method: "iterative refinement", Rounds: len(s.done), Electorate: m.spec.Electorate.Total()}
	var best *Proposal
	for _, r := range s.done {
		if p := top(r.Proposals, 1); len(p) > 0 && (best == nil || p[0].Score > best.Score) {
			best = &p[0]
		}
	}
	if best != nil {
		o.Verdict, o.Why, o.Decision, o.Confidence = machine.Decided, "", best.Text, best.Score
	}
	o.Detail, _ = json.Marshal(s.done) // plain data
	return o
}
