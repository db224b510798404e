// SPDX-License-Identifier: Apache-2.0

package council

import (
	"encoding/json"
	"fmt"
	"strconv"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/pbft"
)

// Poll is the replicated count of a vote. Client i of the group is elector i, who signs the operations of its member.
type Poll struct {
	spec   consensus.Spec
	digest string
	f      int

	box     *consensus.Box
	history []said
	ballots []int                   // how many each has had counted
	absent  map[string]map[int]bool // who says so, by agent
	closing map[int]bool
	outcome *machine.Outcome
}

// said is an operation that changed the state.
type said struct {
	By int       `json:"by"`
	Op Operation `json:"op"`
}

var _ pbft.App = (*Poll)(nil)

// NewPoll returns the count before the first ballot, or everything that is wrong with the vote.
func NewPoll(s consensus.Spec) (*Poll, error) {
	if _, err := consensus.NewVote(s); err != nil {
		return nil, err
	}
	p := &Poll{spec: s, digest: consensus.Digest(s.Session, s.Question, s.Options), f: (s.Electorate.Len() - 1) / 3}
	p.reset()
	return p, nil
}

func (p *Poll) reset() {
	n := p.spec.Electorate.Len()
	p.box = consensus.NewBox(p.spec.Rule, p.spec.Options, p.spec.Electorate, p.digest)
	p.history, p.outcome = nil, nil
	p.ballots = make([]int, n)
	p.absent, p.closing = map[string]map[int]bool{}, map[int]bool{}
}

// Validate takes what is an operation of a vote.
func (p *Poll) Validate(op []byte) error {
	o, err := decode(op)
	if err == nil && o.Outcome != nil {
		err = fmt.Errorf("council: operation: a vote has the outcome that it comes to")
	}
	return err
}

// Apply counts a ballot, or a member's word that somebody is absent or time is up.
func (p *Poll) Apply(at pbft.Place, op []byte) []byte {
	if err := p.Validate(op); err != nil {
		return Result{Why: err.Error(), Outcome: p.outcome}.encode()
	}
	o, _ := decode(op)
	r := p.apply(int(at.Client), o)
	if r.Why == "" {
		p.history = append(p.history, said{int(at.Client), o})
	}
	r.Outcome = p.outcome
	return r.encode()
}

func (p *Poll) apply(by int, o Operation) (r Result) {
	if by >= p.spec.Electorate.Len() {
		return Result{Why: consensus.ErrNotMember.Error()}
	}
	agent := p.spec.Electorate.At(by).Agent
	switch {
	case p.outcome != nil:
		return Result{Why: consensus.ErrBallotClosed.Error()}
	case o.Ballot != nil:
		r = p.cast(by, agent, *o.Ballot)
	case o.Absent != "":
		r = p.part(by, o.Absent)
	case o.Close:
		if p.closing[by] {
			return Result{Why: "it has said so"}
		}
		p.closing[by] = true
	}
	if len(p.closing) > p.f || p.box.Settled() {
		out := p.box.Outcome(p.spec.Session)
		p.outcome = &out
	}
	return r
}

// cast counts a ballot. It names its question: a ballot for another one is none.
func (p *Poll) cast(by int, agent string, a machine.Answer) Result {
	if a.Digest == "" {
		return Result{Why: consensus.ErrQuestionMismatch.Error()}
	}
	if p.ballots[by] >= maxBallots {
		return Result{Why: strconv.Itoa(maxBallots) + " ballots of one agent are enough"}
	}
	changed, err := p.box.Cast(agent, a)
	switch {
	case err != nil:
		return Result{Why: err.Error()}
	case !changed:
		return Result{Why: "the same ballot again"}
	}
	p.ballots[by]++
	return Result{}
}

// contradict reports whether two ballots of one agent cannot both be its word.
func contradict(a, b machine.Answer) bool {
	return a.Digest == b.Digest && a.Seq == b.Seq && (a.Choice != b.Choice || (a.Abstain == "") != (b.Abstain == "") || (a.Decline == "") != (b.Decline == ""))
}

// part counts an agent as absent once f+1 members say so.
func (p *Poll) part(by int, agent string) Result {
	if _, ok := p.spec.Electorate.Find(agent); !ok {
		return Result{Why: consensus.ErrNotMember.Error()}
	}
	sayers := p.absent[agent]
	if sayers == nil {
		sayers = map[int]bool{}
		p.absent[agent] = sayers
	}
	if sayers[by] {
		return Result{Why: "it has said so"}
	}
	sayers[by] = true
	if len(sayers) == p.f+1 {
		p.box.Part(agent)
	}
	return Result{}
}

// Snapshot returns everything that has changed the count, in order.
func (p *Poll) Snapshot() []byte {
	text, _ := json.Marshal(p.history)
	return text
}

// Restore counts again.
func (p *Poll) Restore(state []byte) error {
	p.reset()
	if len(state) == 0 {
		return nil
	}
	var history []said
	if err := json.Unmarshal(state, &history); err != nil {
		return fmt.Errorf("council: restore: %w", err)
	}
	for _, s := range history {
		if r := p.apply(s.By, s.Op); r.Why != "" {
			return fmt.Errorf("council: restore: operation of member %d: %s", s.By, r.Why)
		}
	}
	p.history = history
	return nil
}
