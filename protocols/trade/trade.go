// SPDX-License-Identifier: Apache-2.0

package trade

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
)

// Form is the form of the auctions; it says how long a round takes.
type Form string

// The forms. Empty means Sealed.
const (
	English Form = "english"
	Dutch   Form = "dutch"
	Sealed  Form = "sealed"
	Vickrey Form = "vickrey"
)

// lasts is how long the first round of each form takes.
var lasts = map[Form]time.Duration{English: 30 * time.Second, Dutch: time.Minute, Sealed: 2 * time.Minute, Vickrey: 2 * time.Minute}

// lasting is the time of a round: each takes a tenth of the first one's time less than the one before, and none less than 10 s.
func lasting(f Form, round int) time.Duration {
	return max(lasts[f]*time.Duration(11-round)/10, 10*time.Second)
}

// MaxRounds is how many rounds there are at most.
const MaxRounds = 5

// Spec is one market session. Zero fields mean the defaults.
type Spec struct {
	Session string `json:"-"`
	// Exchange names the service that holds auctions; empty means "exchange".
	Exchange string `json:"exchange,omitempty"`
	Form     Form   `json:"form,omitempty"`
	// Auction is JSON for the exchange: what is sold, and by which rules.
	Auction json.RawMessage `json:"auction"`
	// Tolerance is how far the price may move, in millionths, before there is another round; 0 means a hundredth.
	Tolerance int64 `json:"tolerance,omitempty"`
	// Rounds is how many there are at most; 0 means 5.
	Rounds int `json:"rounds,omitempty"`
}

// Order asks the exchange to hold an auction, or to cancel it.
type Order struct {
	Key     string          `json:"key"`
	Form    Form            `json:"form"`
	Round   int             `json:"round"`
	Within  time.Duration   `json:"within"`
	Auction json.RawMessage `json:"auction,omitempty"`
	Cancel  string          `json:"cancel,omitempty"` // why; empty for an auction
}

// Award is what an auction came to.
type Award struct {
	Winner string `json:"winner,omitempty"` // empty for none
	Price  int64  `json:"price"`
	Units  int64  `json:"units"`
	// Left is the supply that is left over, Unmatched the number of bids that were not met.
	Left      int64  `json:"left,omitempty"`
	Unmatched int    `json:"unmatched,omitempty"`
	Proof     string `json:"proof,omitempty"`
	Position  uint64 `json:"position,omitempty"`
}

// Trade runs the rounds of a market session.
type Trade struct{ spec Spec }

// New checks the spec and returns the machine, or all mistakes joined.
func New(s Spec) (*Trade, error) {
	if s.Exchange == "" {
		s.Exchange = "exchange"
	}
	if s.Form == "" {
		s.Form = Sealed
	}
	if s.Tolerance == 0 {
		s.Tolerance = machine.One / 100
	}
	if s.Rounds == 0 {
		s.Rounds = MaxRounds
	}
	var problems []error
	bad := func(wrong bool, field, why string) {
		if wrong {
			problems = append(problems, &consensus.RuleError{Field: field, Why: why})
		}
	}
	bad(lasts[s.Form] == 0, "form", fmt.Sprintf("%q is none", string(s.Form)))
	bad(len(s.Auction) == 0 || !json.Valid(s.Auction), "auction", "it is no JSON")
	bad(s.Tolerance < 0 || s.Tolerance > machine.One, "tolerance", "it is not from 0 to 1")
	bad(s.Rounds < 1 || s.Rounds > MaxRounds, "rounds", fmt.Sprintf("there are 1 to %d", MaxRounds))
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return &Trade{s}, nil
}

// Trading is the state of a market session.
type Trading struct {
	round  int
	awards []Award
	ending *machine.Outcome // when the auction is cancelled
}

// Run returns the machine before its first event.
func (m *Trade) Run() *machine.Run[*Trading] { return machine.Of(m, &Trading{}) }

const (
	deadline = "deadline"
	ending   = "ending"
	settling = 10 * time.Second // for the exchange to cancel an auction
)

func (m *Trade) key(round int) string { return fmt.Sprintf("coord/%s/%d", m.spec.Session, round) }

// Step lets something happen.
func (m *Trade) Step(s *Trading, e machine.Event) (*Trading, []machine.Effect) {
	switch e := e.(type) {
	case machine.Opened:
		var effects []machine.Effect
		if !e.Deadline.IsZero() {
			within := e.Deadline.Sub(e.At)
			effects = append(effects, machine.SetTimer{ID: deadline, Gen: 1, After: within - min(within/10, settling)}) // cancelling takes time
		}
		return s, m.open(s, effects)
	case machine.Received:
		t, ok := e.Msg.(machine.Told)
		switch {
		case !ok || e.From != m.spec.Exchange || t.Key != m.key(s.round) && t.Key != m.key(s.round)+"/cancel":
			return s, []machine.Effect{machine.Ignored(e.From, consensus.ErrBallotClosed)}
		case t.Key != m.key(s.round) || s.ending != nil && !awarded(t):
			return s, m.ended(s)
		}
		return s, m.told(s, t)
	case machine.TimerFired:
		switch e.ID {
		case deadline:
			return s, m.stop(s, m.outcome(s, machine.Expired, machine.WhyDeadline, "the deadline"))
		case ending:
			return s, m.ended(s)
		}
	case machine.Cancel:
		return s, m.stop(s, m.outcome(s, machine.Cancelled, machine.WhyCancelled, e.Why))
	case machine.Tick, machine.Up, machine.Down, machine.Restored, machine.Command:
	}
	return s, nil
}

// open has the exchange hold the next auction.
func (m *Trade) open(s *Trading, effects []machine.Effect) []machine.Effect {
	s.round++
	o := Order{Key: m.key(s.round), Form: m.spec.Form, Round: s.round, Within: lasting(m.spec.Form, s.round), Auction: m.spec.Auction}
	args, _ := json.Marshal(o) // the auction was checked
	return append(effects, machine.Note{Kind: machine.NoteRound, Text: fmt.Sprint(s.round)}, machine.Ask{Service: m.spec.Exchange, Key: o.Key, Args: args})
}

// stop has the exchange cancel the auction that is held; the session ends when that is done. An award that comes first stands.
func (m *Trade) stop(s *Trading, o machine.Outcome) []machine.Effect {
	if s.ending != nil {
		return nil
	}
	s.ending = &o
	args, _ := json.Marshal(Order{Key: m.key(s.round), Cancel: o.Text}) // plain data
	return []machine.Effect{
		machine.StopTimer{ID: deadline},
		machine.SetTimer{ID: ending, Gen: 1, After: settling},
		machine.Ask{Service: m.spec.Exchange, Key: m.key(s.round) + "/cancel", Args: args},
	}
}

// ended ends the session as it was to end.
func (m *Trade) ended(s *Trading) []machine.Effect {
	if s.ending == nil {
		return nil
	}
	return []machine.Effect{machine.StopTimer{ID: ending}, machine.Decide{Outcome: *s.ending}}
}

// awarded reports whether an auction has a winner.
func awarded(t machine.Told) bool {
	var a Award
	return t.Error == "" && json.Unmarshal(t.Data, &a) == nil && a.Winner != ""
}

// told takes in what an auction came to.
func (m *Trade) told(s *Trading, t machine.Told) []machine.Effect {
	var a Award
	end := func(v machine.Verdict, why machine.Why, text string) []machine.Effect {
		return []machine.Effect{machine.StopTimer{ID: deadline}, machine.StopTimer{ID: ending}, machine.Decide{Outcome: m.outcome(s, v, why, text)}}
	}
	switch {
	case t.Error != "":
		return end(machine.NoDecision, machine.WhyFailed, t.Error)
	case json.Unmarshal(t.Data, &a) != nil || a.Price < 0 || a.Units < 0 || a.Left < 0:
		return end(machine.NoDecision, machine.WhyFailed, "the exchange's answer is none")
	}
	s.awards = append(s.awards, a)
	if s.ending == nil && s.round < m.spec.Rounds && (a.Winner != "" && a.Left > 0 || a.Unmatched > 0 && m.moved(s)) {
		return m.open(s, nil)
	}
	for _, a := range s.awards {
		if a.Winner != "" {
			return end(machine.Decided, "", "")
		}
	}
	return end(machine.NoDecision, machine.WhyNoTrade, "no bid was good enough")
}

// moved reports whether the price has moved by more than the tolerance since the last round.
func (m *Trade) moved(s *Trading) bool {
	if len(s.awards) < 2 {
		return false
	}
	was, is := s.awards[len(s.awards)-2].Price, s.awards[len(s.awards)-1].Price
	return consensus.Compare(max(was-is, is-was), machine.One, was, m.spec.Tolerance) > 0
}

func (m *Trade) outcome(s *Trading, v machine.Verdict, why machine.Why, text string) machine.Outcome {
	o := machine.Outcome{Verdict: v, Why: why, Text: text, Method: "market: " + string(m.spec.Form), Rounds: s.round}
	for _, a := range s.awards {
		if a.Winner != "" && v == machine.Decided {
			o.Decision = a.Winner // that of the last round which had one
		}
	}
	o.Detail, _ = json.Marshal(s.awards) // plain data
	return o
}
