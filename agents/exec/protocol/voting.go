// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"mabeam.dev/protocols/machine"
)

// Votes reports whether the program has said that it votes.
func (s *Session) Votes() bool { return s.votes }

// AskVote asks the program for its opinion. The id is that of the notice that ends the question: [VoteCast] or [VoteMissing]. It answers [ErrNotVoter],
// [ErrNotReady], [ErrStopping], [ErrBusy] with too many questions open, and [ErrVoteRequest] for a poll that makes no line; nothing has changed then.
func (s *Session) AskVote(p Poll) (id string, actions []Action, err error) {
	refuse := func(err error) (string, []Action, error) {
		return "", nil, fmt.Errorf("protocol: ask for a vote %q: %w", p.Call, err)
	}
	switch {
	case s.state == Starting:
		return refuse(ErrNotReady)
	case s.state != Running || s.inputClosed:
		return refuse(ErrStopping)
	case !s.votes:
		return refuse(ErrNotVoter)
	case p.Call == "" || p.Within <= 0 || !p.Invite.Role.Opinion():
		return refuse(fmt.Errorf("%w: name, time and a role that asks for an opinion must be there", ErrVoteRequest))
	case len(s.polls.open) >= maxAsked:
		return refuse(ErrBusy)
	}
	id = s.polls.next(p.Call)
	line, err := Encode(p.request(id))
	if err != nil {
		return refuse(fmt.Errorf("%w: %w", ErrVoteRequest, err))
	}
	if size := len(line) - 1; size > s.cfg.LineLimit {
		return refuse(fmt.Errorf("%w: line of %d bytes is longer than %d", ErrVoteRequest, size, s.cfg.LineLimit))
	}
	s.polls.add(id, p)
	s.act(WriteLine{Line: line})
	s.arm(VoteTimer, id, p.Within)
	return id, s.flush(), nil
}

// voteCame judges a vote.
func (s *Session) voteCame(v Vote) {
	s.answerCame(v.ID, func(p Poll) (machine.Answer, error) { return p.Judge(v) })
}

// proposeCame judges a proposal.
func (s *Session) proposeCame(v Propose) {
	s.answerCame(v.ID, func(p Poll) (machine.Answer, error) { return p.JudgeProposal(v) })
}

// abstainCame takes the program's word that it takes no side.
func (s *Session) abstainCame(v Abstain) {
	why := ""
	if json.Unmarshal(v.Why, &why) != nil {
		why = string(v.Why) // whatever it is, it is a reason
	}
	if why = string(head([]byte(why))); why == "" {
		why = "no reason given"
	}
	s.answerCame(v.ID, func(p Poll) (machine.Answer, error) {
		if p.Invite.Role.Proposes() {
			return machine.Answer{Decline: why}, nil
		}
		return machine.Answer{Abstain: why}, nil
	})
}

// answerCame ends an open question by an answer. One that does not count is told, and ends it as well; it never counts as junk.
func (s *Session) answerCame(raw json.RawMessage, judge func(Poll) (machine.Answer, error)) {
	var id string
	if err := json.Unmarshal(raw, &id); err != nil || id == "" {
		s.refuseVote(string(head(raw)), fmt.Errorf("%w: id is no text", ErrVoteMalformed))
		return
	}
	switch s.polls.standing(id) {
	case askedLate:
		s.refuseVote(id, ErrVoteLate)
		return
	case askedBefore:
		s.refuseVote(id, ErrVoteTwice)
		return
	case neverAsked:
		s.refuseVote(id, ErrVoteUnknown)
		return
	case askedNow:
	}
	p, _ := s.polls.close(id, false)
	s.disarm(VoteTimer, id)
	a, err := judge(p)
	if err != nil {
		s.act(VoteMissing{ID: id, Err: s.refuseVote(id, err)})
		return
	}
	a.Round, a.Key = p.Invite.Round, p.Invite.Key
	s.act(VoteCast{ID: id, Answer: a})
}

// voteDue ends a question whose time is up.
func (s *Session) voteDue(id string) {
	if _, open := s.polls.close(id, true); open {
		s.act(VoteMissing{ID: id, Err: ErrVoteSilent})
	}
}

// refuseVote tells of an answer that does not count.
func (s *Session) refuseVote(id string, why error) error {
	s.badVotes++
	err := &VoteError{ID: string(head([]byte(id))), Err: why}
	s.act(VoteRefused{Err: err, Total: s.badVotes})
	return err
}

// VoteError is an answer to a call for a vote that does not count.
type VoteError struct {
	ID  string // the first 80 bytes of the id that the program named
	Err error  // what is wrong: one of the ErrVote sentinels
}

// Error names the id and what is wrong.
func (e *VoteError) Error() string {
	return "protocol: vote " + strconv.QuoteToASCII(e.ID) + ": " + e.Err.Error()
}

// Unwrap returns what is wrong.
func (e *VoteError) Unwrap() error { return e.Err }

// Kind is what is wrong in a word, for logs and metric labels.
func (e *VoteError) Kind() string {
	for _, k := range voteKinds {
		if errors.Is(e.Err, k.err) {
			return k.word
		}
	}
	return "other"
}

var voteKinds = []struct {
	err  error
	word string
}{
	{ErrVoteLate, "late"},
	{ErrVoteTwice, "duplicate"},
	{ErrVoteUnknown, "unknown"},
	{ErrVoteMalformed, "malformed"},
	{ErrVoteOption, "no_option"},
	{ErrVoteRange, "out_of_range"},
	{ErrVoteRole, "wrong_role"},
}
