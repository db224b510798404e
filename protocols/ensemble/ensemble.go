// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
)

// Spec is one prediction. Zero fields mean the defaults.
type Spec struct {
	Session    string               `json:"-"`
	Question   string               `json:"-"`
	Electorate consensus.Electorate `json:"-"`
	// MinMembers is how many must answer; 0 means half of them, rounded up.
	MinMembers int `json:"minMembers,omitempty"`
	// Combiner names the service that combines; empty or "vote" means the weighted vote.
	Combiner string `json:"combiner,omitempty"`
	// Subject is what the question is about, and Method how to combine; both are told to the combiner, which may learn by subject.
	Subject string `json:"subject,omitempty"`
	Method  string `json:"method,omitempty"`
	// Classes are what can be predicted, told to the members as options; empty means anything. Texts says that answers are texts, of which no two need be
	// the same.
	Classes []string `json:"classes,omitempty"`
	Texts   bool     `json:"texts,omitempty"`
	// Costs are what asking a member costs, 0 for who is not named. With a Budget above 0 the combiner chooses before anybody is asked whom to ask for it.
	Costs  map[string]int64 `json:"costs,omitempty"`
	Budget int64            `json:"budget,omitempty"`
	// Within is how long the combiner may take; 0 means 10 s.
	Within time.Duration `json:"within,omitempty"`
	// Modalities names what a member perceives, such as image or text; who is not named has none. It is told to combiners.
	Modalities map[string]string `json:"modalities,omitempty"`
	// Shares are what modalities count for, in millionths up to 1; a member's weight is multiplied by that of its modality. What is not named counts 1.
	Shares map[string]int64 `json:"shares,omitempty"`
}

// ByVote is the combiner of who wants none.
const ByVote = "vote"

// What a combiner is asked to do.
const (
	DoChoose  = "choose"  // answer with Team: whom to ask
	DoCombine = "combine" // answer with Combined
)

// Request is what a combiner is asked, as JSON.
type Request struct {
	Do       string   `json:"do"`
	Session  string   `json:"session"`
	Question string   `json:"question,omitempty"`
	Subject  string   `json:"subject,omitempty"`
	Method   string   `json:"method,omitempty"`
	Classes  []string `json:"classes,omitempty"`
	Texts    bool     `json:"texts,omitempty"`
	// Predictions are what is to be combined.
	Predictions []Prediction `json:"predictions,omitempty"`
	// Members are those to choose from, for the Budget.
	Members []Priced `json:"members,omitempty"`
	Budget  int64    `json:"budget,omitempty"`
}

// Priced is a member that may be asked.
type Priced struct {
	Agent string `json:"agent"`
	Cost  int64  `json:"cost,omitempty"`
}

// Team is whom a combiner has chosen.
type Team struct {
	Members []string `json:"members"`
}

// Prediction is what one member said, as a combiner gets it.
type Prediction struct {
	Agent      string          `json:"agent"`
	Modality   string          `json:"modality,omitempty"`
	Weight     int64           `json:"weight"` // millionths, with the share of the modality
	Share      int64           `json:"share"`  // of the modality, in millionths
	Class      string          `json:"class"`
	Confidence int64           `json:"confidence"` // millionths, calibrated
	Output     json.RawMessage `json:"output,omitempty"`
}

// Combined is what a combiner answers.
type Combined struct {
	Class      string `json:"class"`
	Confidence int64  `json:"confidence"` // millionths
	// Method is how, in words.
	Method string `json:"method,omitempty"`
}

// Ensemble combines predictions.
type Ensemble struct{ spec Spec }

// New checks the spec and returns the machine, or all mistakes joined.
func New(s Spec) (*Ensemble, error) {
	n := s.Electorate.Len()
	var problems []error
	if n == 0 {
		problems = append(problems, &consensus.RuleError{Field: "electorate", Why: "nobody predicts"})
	}
	if s.MinMembers < 0 || s.MinMembers > n {
		problems = append(problems, &consensus.RuleError{Field: "minMembers", Why: "it is not from 0 to the number of members"})
	}
	if s.Combiner == ByVote {
		s.Combiner = ""
	}
	if s.Budget < 0 || s.Budget > 0 && s.Combiner == "" {
		problems = append(problems, &consensus.RuleError{Field: "budget", Why: "it is below 0, or there is no combiner that could choose for it"})
	}
	for _, agent := range slices.Sorted(maps.Keys(s.Costs)) {
		if _, ok := s.Electorate.Find(agent); !ok || s.Costs[agent] < 0 {
			problems = append(problems, &consensus.RuleError{Field: "costs", Why: strconv.Quote(agent) + " is no member, or costs less than 0"})
		}
	}
	if s.Texts && len(s.Classes) > 0 {
		problems = append(problems, &consensus.RuleError{Field: "classes", Why: "texts have none"})
	}
	if s.Within < 0 {
		problems = append(problems, &consensus.RuleError{Field: "within", Why: "it is below 0"})
	}
	for _, agent := range slices.Sorted(maps.Keys(s.Modalities)) {
		if _, ok := s.Electorate.Find(agent); !ok {
			problems = append(problems, &consensus.RuleError{Field: "modalities", Why: strconv.Quote(agent) + " is no member"})
		}
	}
	for _, modality := range slices.Sorted(maps.Keys(s.Shares)) {
		if v := s.Shares[modality]; v < 0 || v > machine.One {
			problems = append(problems, &consensus.RuleError{Field: "shares", Why: "that of " + strconv.Quote(modality) + " is not from 0 to 1,000,000"})
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if s.Within == 0 {
		s.Within = 10 * time.Second
	}
	return &Ensemble{s}, nil
}

// Predictions is the state of an ensemble.
type Predictions struct {
	got       []Prediction // by elector; without a class while there is none
	closed    []bool       // has answered, or will not
	asked     []bool       // by elector; all, or those who were chosen
	choosing  bool
	combining bool
	deadline  time.Time
}

// Run returns the machine before its first event.
func (m *Ensemble) Run() *machine.Run[*Predictions] {
	n := m.spec.Electorate.Len()
	asked := make([]bool, n)
	for i := range asked {
		asked[i] = true
	}
	return machine.Of(m, &Predictions{got: make([]Prediction, n), closed: make([]bool, n), asked: asked})
}

const deadline = "deadline"

// Step lets something happen.
func (m *Ensemble) Step(s *Predictions, e machine.Event) (*Predictions, []machine.Effect) {
	switch e := e.(type) {
	case machine.Opened:
		s.deadline = e.Deadline
		var effects []machine.Effect
		if !e.Deadline.IsZero() { // the combiner needs a little of the time
			within := e.Deadline.Sub(e.At)
			effects = append(effects, machine.SetTimer{ID: deadline, Gen: 1, After: within - min(within/10, m.spec.Within)})
		}
		if m.spec.Budget > 0 {
			s.choosing = true
			return s, append(effects, m.request(s, DoChoose))
		}
		return s, append(effects, machine.Broadcast{Msg: m.invitation(s)})
	case machine.Received:
		if t, ok := e.Msg.(machine.Told); ok && s.choosing && e.From == m.spec.Combiner {
			return s, m.chosen(s, t)
		}
		if t, ok := e.Msg.(machine.Told); ok && s.combining && e.From == m.spec.Combiner {
			return s, []machine.Effect{machine.StopTimer{ID: deadline}, machine.Decide{Outcome: m.told(s, t)}}
		}
		if err := m.take(s, e); err != nil {
			return s, []machine.Effect{machine.Ignored(e.From, err)}
		}
		return s, m.combine(s, []machine.Effect{machine.Note{Kind: machine.NoteBallot, Agent: e.From}}, false)
	case machine.Down:
		if i, ok := m.spec.Electorate.Find(e.Agent); ok && !s.closed[i] {
			s.closed[i] = true
			return s, m.combine(s, []machine.Effect{machine.Note{Kind: machine.NoteParted, Agent: e.Agent, Text: e.Reason}}, false)
		}
	case machine.TimerFired:
		if e.ID == deadline {
			return s, m.combine(s, nil, true)
		}
	case machine.Cancel:
		return s, []machine.Effect{machine.Decide{Outcome: consensus.Called(e, m.outcome(s))}}
	case machine.Tick, machine.Up, machine.Restored, machine.Command:
	}
	return s, nil
}

// take keeps a prediction, or says why it does not count.
func (m *Ensemble) take(s *Predictions, e machine.Received) error {
	a, ok := e.Msg.(machine.Answer)
	if !ok {
		return &consensus.BallotError{Field: "kind", Why: e.Msg.Kind()}
	}
	i, ok := m.spec.Electorate.Find(e.From)
	switch {
	case !ok:
		return consensus.ErrNotMember
	case s.choosing || s.combining || s.closed[i]:
		return consensus.ErrBallotClosed
	case a.Choice != "" && len(m.spec.Classes) > 0 && !slices.Contains(m.spec.Classes, a.Choice):
		return &consensus.BallotError{Field: "choice", Why: "it is none of the classes"}
	case a.Confidence != nil && (*a.Confidence < 0 || *a.Confidence > machine.One):
		return &consensus.BallotError{Field: "confidence", Why: "it is not from 0 to 1"}
	case len(a.Output) > 0 && !json.Valid(a.Output):
		return &consensus.BallotError{Field: "output", Why: "it is no JSON"}
	}
	s.closed[i] = true
	if m.spec.Texts && a.Choice == "" {
		a.Choice = a.Text
	}
	if a.Abstain != "" || a.Decline != "" || a.Error != "" || a.Choice == "" {
		return nil
	}
	one := m.spec.Electorate.At(i)
	confidence := one.Calibration
	if a.Confidence != nil {
		confidence = one.Calibration * *a.Confidence / machine.One // both are at most a million
	}
	modality := m.spec.Modalities[e.From]
	s.got[i] = Prediction{Agent: e.From, Modality: modality, Weight: m.weight(one.Weight, modality), Share: m.weight(machine.One, modality), Class: a.Choice, Confidence: confidence, Output: a.Output}
	return nil
}

// weight is a member's weight with the share of its modality.
func (m *Ensemble) weight(weight int64, modality string) int64 {
	share, ok := m.spec.Shares[modality]
	if !ok || modality == "" {
		return weight
	}
	return weight/machine.One*share + weight%machine.One*share/machine.One // no product is larger than it has to be
}

// members are the predictions that there are.
func (s *Predictions) members() (out []Prediction) {
	for _, p := range s.got {
		if p.Class != "" {
			out = append(out, p)
		}
	}
	return out
}

// combine ends it when all have answered or the time is up: at once, or when the combiner has answered.
func (m *Ensemble) combine(s *Predictions, effects []machine.Effect, timeUp bool) []machine.Effect {
	if s.combining || !timeUp && (s.choosing || slices.Contains(s.closed, false)) {
		return effects
	}
	if m.spec.Combiner == "" || len(s.members()) < m.least(s) {
		return append(effects, machine.StopTimer{ID: deadline}, machine.Decide{Outcome: m.outcome(s)})
	}
	s.combining = true
	return append(effects, machine.Forget{}, m.request(s, DoCombine))
}

// least is how many must answer.
func (m *Ensemble) least(s *Predictions) int {
	if m.spec.MinMembers > 0 {
		return m.spec.MinMembers
	}
	n := 0
	for _, asked := range s.asked {
		if asked {
			n++
		}
	}
	return max(1, (n+1)/2)
}

func (m *Ensemble) invitation(s *Predictions) machine.Invite {
	return machine.Invite{Role: machine.RolePredict, Round: 1, Question: m.spec.Question, Options: m.spec.Classes, Deadline: s.deadline}
}

// request asks the combiner.
func (m *Ensemble) request(s *Predictions, do string) machine.Effect {
	r := Request{
		Do: do, Session: m.spec.Session, Question: m.spec.Question, Subject: m.spec.Subject, Method: m.spec.Method, Classes: m.spec.Classes, Texts: m.spec.Texts,
	}
	if do == DoChoose {
		r.Budget = m.spec.Budget
		for i := range m.spec.Electorate.Len() {
			agent := m.spec.Electorate.At(i).Agent
			r.Members = append(r.Members, Priced{agent, m.spec.Costs[agent]})
		}
	} else {
		r.Predictions = s.members()
	}
	args, _ := json.Marshal(r) // plain data
	return machine.Ask{Service: m.spec.Combiner, Key: m.spec.Session + "/" + do, Args: args, Within: m.spec.Within}
}

// chosen asks those whom the combiner has chosen. A team that cannot be paid is none.
func (m *Ensemble) chosen(s *Predictions, t machine.Told) []machine.Effect {
	s.choosing = false
	var team Team
	why := t.Error
	if why == "" && json.Unmarshal(t.Data, &team) != nil {
		why = "the combiner's answer is none"
	}
	var effects []machine.Effect
	asked, cost := make([]bool, len(s.asked)), int64(0)
	for _, agent := range team.Members {
		i, ok := m.spec.Electorate.Find(agent)
		if !ok || asked[i] {
			why = strconv.Quote(agent) + " cannot be chosen"
			break
		}
		asked[i] = true
		cost += m.spec.Costs[agent]
		if cost > m.spec.Budget {
			why = "who was chosen costs more than the budget"
			break
		}
		if !s.closed[i] { // else it has gone meanwhile
			effects = append(effects, machine.Send{To: agent, Msg: m.invitation(s)})
		}
	}
	if why == "" && len(team.Members) == 0 {
		why = "nobody can be asked for the budget"
	}
	if why != "" {
		o := m.outcome(s)
		o.Verdict, o.Why, o.Text = machine.NoDecision, machine.WhyFailed, why
		return []machine.Effect{machine.StopTimer{ID: deadline}, machine.Decide{Outcome: o}}
	}
	s.asked = asked
	for i, a := range asked {
		s.closed[i] = s.closed[i] || !a
	}
	note := "asked for the budget: " + strings.Join(team.Members, ", ")
	return m.combine(s, append([]machine.Effect{machine.Note{Kind: machine.NoteRound, Text: note}}, effects...), false)
}

// outcome is that of the weighted vote, or that there are too few.
func (m *Ensemble) outcome(s *Predictions) machine.Outcome {
	all := s.members()
	var classes []string
	for _, p := range all {
		if !slices.Contains(classes, p.Class) {
			classes = append(classes, p.Class)
		}
	}
	slices.Sort(classes)
	count := consensus.NewCount(len(classes), 0, 0)
	missing := []string(nil)
	for i, p := range s.got {
		if !s.asked[i] {
			continue
		}
		if p.Class == "" {
			missing = append(missing, m.spec.Electorate.At(i).Agent)
			count.Absent += m.spec.Electorate.At(i).Weight
			continue
		}
		k := slices.Index(classes, p.Class)
		count.Weights[k] += p.Weight
		count.Voters[k]++
	}
	var o machine.Outcome
	if len(classes) == 0 {
		o = machine.Outcome{Verdict: machine.NoDecision, Electorate: m.spec.Electorate.Total()}
	} else {
		o = consensus.Judge(consensus.Rule{Kind: consensus.Plurality, Quorum: consensus.NoQuorum}, classes, count, 0, consensus.Roll{})
	}
	if len(all) < m.least(s) {
		o.Verdict, o.Why, o.Decision, o.Confidence = machine.NoDecision, machine.WhyNoQuorum, "", 0
	}
	for _, p := range all {
		if o.Decision != "" && p.Class != o.Decision {
			o.Dissent = append(o.Dissent, p.Agent)
		}
	}
	o.Method, o.Missing, o.Rounds = "weighted vote of predictions", missing, 1
	o.Detail, _ = json.Marshal(all) // plain data
	return o
}

// told is the outcome of what the combiner said.
func (m *Ensemble) told(s *Predictions, t machine.Told) machine.Outcome {
	o := m.outcome(s)
	o.Method = "combined by " + m.spec.Combiner
	var c Combined
	switch {
	case t.Error != "":
		o.Verdict, o.Why, o.Text, o.Decision, o.Confidence = machine.NoDecision, machine.WhyFailed, t.Error, "", 0
	case json.Unmarshal(t.Data, &c) != nil || c.Class == "" || c.Confidence < 0 || c.Confidence > machine.One:
		o.Verdict, o.Why, o.Text, o.Decision, o.Confidence = machine.NoDecision, machine.WhyFailed, "the combiner's answer is none", "", 0
	default:
		o.Verdict, o.Why, o.Decision, o.Confidence, o.Dissent = machine.Decided, "", c.Class, c.Confidence, nil
		if c.Method != "" {
			o.Method += ": " + c.Method
		}
		for _, p := range s.members() {
			if p.Class != c.Class {
				o.Dissent = append(o.Dissent, p.Agent)
			}
		}
	}
	return o
}
