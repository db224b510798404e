// SPDX-License-Identifier: Apache-2.0

package election

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/protocols/lock"
)

// Term is one leader's time. It is a fencing token: a later term is greater.
type Term = lock.Token

// Sentinels of the conditions that callers branch on.
var (
	// ErrInvalid is returned for what no election or candidacy can be.
	ErrInvalid = fault.New(1964, "election: cannot be")
	// ErrNotLeader is what a *NotLeaderError is.
	ErrNotLeader = fault.New(4821, "election: not the leader")
	// ErrNotCandidate is returned to who neither leads nor stands for election.
	ErrNotCandidate = fault.New(4822, "election: not a candidate")
)

// NotLeaderError says who leads in place of the one that believed to.
type NotLeaderError struct {
	// Leader is who leads now; empty for nobody.
	Leader string
	// Term is that of the leader, or the last one that there was.
	Term Term
}

// Error names the leader and the term.
func (e *NotLeaderError) Error() string {
	if e.Leader == "" {
		return fmt.Sprintf("election: nobody leads; term %v is over", e.Term)
	}
	return fmt.Sprintf("election: %s leads, in term %v", e.Leader, e.Term)
}

// Unwrap returns ErrNotLeader.
func (*NotLeaderError) Unwrap() error { return ErrNotLeader }

// FaultCode is E4821.
func (*NotLeaderError) FaultCode() fault.Code { return 4821 }

// Spec describes an election. The zero value works.
type Spec struct {
	// Margin lets a candidate depose the leader whose health is better by at least so much; 0 means that a leader stays as long as it can.
	Margin int `json:"margin,omitempty"`
}

// Candidacy is somebody who wants to lead.
type Candidacy struct {
	// ID tells the candidacy from others.
	ID string `json:"id"`
	// Candidate is who stands.
	Candidate string `json:"candidate"`
	// Health orders candidates: more is better.
	Health int `json:"health,omitempty"`
	// TTL is the length of the leader's lease, which Renew makes longer; 0 means that a term ends by resignation or with the leader alone.
	TTL time.Duration `json:"ttl,omitempty"`
}

// Kind is what an effect says.
type Kind uint8

// The kinds of effects.
const (
	// Elected: the candidate leads in Term.
	Elected Kind = iota
	// Deposed: the candidate leads no more; Why says why.
	Deposed
	// Withdrawn: the candidate stands no more, and has not led.
	Withdrawn
)

var kinds = [...]string{"elected", "deposed", "withdrawn"}

// String returns the word for the kind.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return "unknown"
}

// Effect is something that a step has done. Observers get Elected and Deposed, in order.
type Effect struct {
	// Kind says what.
	Kind Kind
	// ID and Candidate are those of the candidacy.
	ID, Candidate string
	// Term is the one that begins or ends; zero for Withdrawn.
	Term Term
	// Until is the end of the lease; zero for none.
	Until time.Time
	// Why says why a term ended: resigned, ended, lease over, outdone.
	Why string
}

// candidate is a candidacy with its place.
type candidate struct {
	Candidacy
	Seq   uint64    `json:"seq"`
	Until time.Time `json:"until,omitzero"`
}

// Election is one office. It is made with New and belongs to one owner.
type Election struct {
	spec    Spec
	term    Term
	seq     uint64
	leader  *candidate
	waiting []*candidate // the next leader first
}

// New makes an election without candidates, whose first term is of epoch 1.
func New(spec Spec) (*Election, error) {
	if spec.Margin < 0 {
		return nil, fmt.Errorf("%w: margin %d", ErrInvalid, spec.Margin)
	}
	return &Election{spec: spec, term: Term{Epoch: 1}}, nil
}

// Rebuilt says that the election was restored in a store of another life: later terms are of a greater epoch, at least atLeast.
func (e *Election) Rebuilt(atLeast uint32) { e.term = Term{Epoch: max(e.term.Epoch+1, atLeast)} }

// Campaign takes a candidacy. One with an id that is known, or of a candidate that is, changes its health and nothing else; of the leader's the
// effect tells the term again.
func (e *Election) Campaign(now time.Time, c Candidacy) ([]Effect, error) {
	out := e.Tick(now)
	if c.ID == "" || c.Candidate == "" || c.TTL < 0 {
		return out, fmt.Errorf("%w: candidacy %q of %q, lease of %v", ErrInvalid, c.ID, c.Candidate, c.TTL)
	}
	if l := e.leader; l != nil && l.Candidate == c.Candidate {
		l.Health = c.Health
		return append(append(out, e.elected()), e.settle(now)...), nil
	}
	at := e.find(c.Candidate)
	if at >= 0 {
		known := e.waiting[at]
		known.Health = c.Health
		e.waiting = slices.Delete(e.waiting, at, at+1)
		e.insert(known)
	} else {
		e.seq++
		e.insert(&candidate{Candidacy: c, Seq: e.seq})
	}
	return append(out, e.settle(now)...), nil
}

func (e *Election) insert(c *candidate) {
	at, _ := slices.BinarySearchFunc(e.waiting, c, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.Health, a.Health), cmp.Compare(a.Seq, b.Seq))
	})
	e.waiting = slices.Insert(e.waiting, at, c)
}

func (e *Election) find(who string) int {
	return slices.IndexFunc(e.waiting, func(c *candidate) bool { return c.Candidate == who })
}

func (e *Election) elected() Effect {
	l := e.leader
	return Effect{Kind: Elected, ID: l.ID, Candidate: l.Candidate, Term: e.term, Until: l.Until}
}

// settle makes the best candidate leader if there is none, or if it outdoes the one there is.
func (e *Election) settle(now time.Time) (out []Effect) {
	if len(e.waiting) == 0 {
		return nil
	}
	if l := e.leader; l != nil {
		if e.spec.Margin == 0 || e.waiting[0].Health-l.Health < e.spec.Margin {
			return nil
		}
		out = append(out, e.depose("outdone"))
		l.Until = time.Time{}
		e.insert(l) // it still stands
	}
	e.leader = e.waiting[0]
	e.waiting = slices.Delete(e.waiting, 0, 1)
	e.term.Seq++
	if e.leader.TTL > 0 {
		e.leader.Until = now.Add(e.leader.TTL)
	}
	return append(out, e.elected())
}

func (e *Election) depose(why string) Effect {
	l := e.leader
	e.leader = nil
	return Effect{Kind: Deposed, ID: l.ID, Candidate: l.Candidate, Term: e.term, Why: why}
}

// Check judges an act that carries a term: *NotLeaderError unless it is the present one.
func (e *Election) Check(now time.Time, t Term) error {
	if e.leader == nil || t != e.term || !e.leader.Until.IsZero() && !now.Before(e.leader.Until) {
		who, _ := e.Leader()
		return &NotLeaderError{Leader: who, Term: e.term}
	}
	return nil
}

// Leader returns who leads and in which term; ok is false for nobody, and the term then the last one.
func (e *Election) Leader() (who string, term Term) {
	if e.leader != nil {
		who = e.leader.Candidate
	}
	return who, e.term
}

// Resign ends the leader's term, and the next candidate leads at once. The leader stands no more. *NotLeaderError if the term is over.
func (e *Election) Resign(now time.Time, who string, t Term) ([]Effect, error) {
	out := e.Tick(now)
	if err := e.Check(now, t); err != nil || e.leader.Candidate != who {
		return out, cmp.Or(err, error(&NotLeaderError{Leader: e.candidate(), Term: e.term}))
	}
	return append(append(out, e.depose("resigned")), e.settle(now)...), nil
}

func (e *Election) candidate() string {
	who, _ := e.Leader()
	return who
}

// Withdraw ends a candidacy, or the term of who leads. ErrNotCandidate if it is neither.
func (e *Election) Withdraw(now time.Time, who string) ([]Effect, error) {
	return e.leave(now, who, "resigned")
}

// Down is the end of somebody who may be a candidate.
func (e *Election) Down(now time.Time, who string) []Effect {
	out, _ := e.leave(now, who, "ended")
	return out
}

func (e *Election) leave(now time.Time, who, why string) ([]Effect, error) {
	out := e.Tick(now)
	if e.leader != nil && e.leader.Candidate == who {
		return append(append(out, e.depose(why)), e.settle(now)...), nil
	}
	at := e.find(who)
	if at < 0 {
		return out, ErrNotCandidate
	}
	c := e.waiting[at]
	e.waiting = slices.Delete(e.waiting, at, at+1)
	return append(out, Effect{Kind: Withdrawn, ID: c.ID, Candidate: who, Why: why}), nil
}

// Renew makes the leader's lease end ttl from now; 0 means that it ends no more by itself. *NotLeaderError if the term is over.
func (e *Election) Renew(now time.Time, who string, t Term, ttl time.Duration) ([]Effect, error) {
	out := e.Tick(now)
	if err := e.Check(now, t); err != nil || e.leader.Candidate != who {
		return out, cmp.Or(err, error(&NotLeaderError{Leader: e.candidate(), Term: e.term}))
	}
	if ttl < 0 {
		return out, fmt.Errorf("%w: lease of %v", ErrInvalid, ttl)
	}
	e.leader.TTL, e.leader.Until = ttl, time.Time{}
	if ttl > 0 {
		e.leader.Until = now.Add(ttl)
	}
	return out, nil
}

// Tick lets time pass: a leader whose lease is over leads no more, and stands no more.
func (e *Election) Tick(now time.Time) []Effect {
	if at, ok := e.Next(); !ok || at.After(now) {
		return nil
	}
	return append([]Effect{e.depose("lease over")}, e.settle(now)...)
}

// Next is when Tick has something to do; ok is false if no lease runs.
func (e *Election) Next() (at time.Time, ok bool) {
	if e.leader == nil || e.leader.Until.IsZero() {
		return time.Time{}, false
	}
	return e.leader.Until, true
}

// Until is the end of the leader's lease; zero for none.
func (e *Election) Until() time.Time {
	at, _ := e.Next()
	return at
}

// Candidates returns the leader, if there is one, and then who waits, the next leader first.
func (e *Election) Candidates() (all []Candidacy) {
	if e.leader != nil {
		all = append(all, e.leader.Candidacy)
	}
	for _, c := range e.waiting {
		all = append(all, c.Candidacy)
	}
	return all
}

// stored is an election as it is encoded.
type stored struct {
	Version int          `json:"version"`
	Spec    Spec         `json:"spec"`
	Term    Term         `json:"term"`
	Seq     uint64       `json:"seq"`
	Leader  *candidate   `json:"leader,omitempty"`
	Waiting []*candidate `json:"waiting,omitempty"`
}

// MarshalJSON writes the whole state.
func (e *Election) MarshalJSON() ([]byte, error) {
	return json.Marshal(stored{1, e.spec, e.term, e.seq, e.leader, e.waiting})
}

// UnmarshalJSON reads what MarshalJSON wrote; ErrInvalid for anything else.
func (e *Election) UnmarshalJSON(data []byte) error {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil || s.Version != 1 || s.Term.Epoch == 0 || slices.Contains(s.Waiting, nil) {
		return fmt.Errorf("%w: not an election", ErrInvalid)
	}
	*e = Election{s.Spec, s.Term, s.Seq, s.Leader, s.Waiting}
	return nil
}
