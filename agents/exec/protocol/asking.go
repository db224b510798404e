// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// Bids reports whether the program has said that it bids.
func (s *Session) Bids() bool { return s.bids }

// AskBid asks the program for a bid. The id is that of the notice that ends the question: [BidMade] or [BidPassed]. It answers [ErrNotBidder],
// [ErrNotReady], [ErrStopping], [ErrBusy] with too many questions open, and [ErrBidRequest] for a tender that makes no line; nothing has changed then.
func (s *Session) AskBid(t Tender) (id string, actions []Action, err error) {
	refuse := func(err error) (string, []Action, error) {
		return "", nil, fmt.Errorf("protocol: ask for a bid %q: %w", t.Call, err)
	}
	switch {
	case s.state == Starting:
		return refuse(ErrNotReady)
	case s.state != Running || s.inputClosed:
		return refuse(ErrStopping)
	case !s.bids:
		return refuse(ErrNotBidder)
	case t.Call == "" || t.open() == 0 || t.Slots < 1 || t.Within <= 0:
		return refuse(fmt.Errorf("%w: call, tasks, slots and time must be there", ErrBidRequest))
	case len(s.calls.open) >= maxAsked:
		return refuse(ErrBusy)
	}
	id = s.calls.next(t.Call)
	line, err := Encode(t.request(id))
	if err != nil {
		return refuse(fmt.Errorf("%w: %w", ErrBidRequest, err))
	}
	if size := len(line) - 1; size > s.cfg.LineLimit {
		return refuse(fmt.Errorf("%w: line of %d bytes is longer than %d", ErrBidRequest, size, s.cfg.LineLimit))
	}
	s.calls.add(id, t)
	s.act(WriteLine{Line: line})
	s.arm(BidTimer, id, t.Within)
	return id, s.flush(), nil
}

// bidCame judges a bid. One that does not count is told, and is a pass where a question was open; it never counts as junk.
func (s *Session) bidCame(b Bid) {
	id, ok := s.question(b.ID)
	if !ok {
		return
	}
	p, err := s.settleQuestion(id).Judge(b)
	if err != nil {
		err = s.refuseBid(id, err)
		s.act(BidPassed{ID: id, Err: err})
		return
	}
	s.act(BidMade{ID: id, Proposal: p})
}

// passCame takes the program's word that it does not bid.
func (s *Session) passCame(p Pass) {
	id, ok := s.question(p.ID)
	if !ok {
		return
	}
	s.settleQuestion(id)
	why := ""
	if json.Unmarshal(p.Why, &why) != nil {
		why = string(p.Why) // whatever it is, it is a reason
	}
	s.act(BidPassed{ID: id, Err: &PassError{Why: string(head([]byte(why)))}})
}

// question finds the open question that an answer names, and tells of an answer that names none.
func (s *Session) question(raw json.RawMessage) (id string, ok bool) {
	if err := json.Unmarshal(raw, &id); err != nil || id == "" {
		s.refuseBid(string(head(raw)), fmt.Errorf("%w: id is no text", ErrBidMalformed))
		return "", false
	}
	switch s.calls.standing(id) {
	case askedNow:
		return id, true
	case askedLate:
		s.refuseBid(id, ErrBidLate)
	case askedBefore:
		s.refuseBid(id, ErrBidTwice)
	case neverAsked:
		s.refuseBid(id, ErrBidUnknown)
	}
	return "", false
}

// settleQuestion closes an open question by an answer.
func (s *Session) settleQuestion(id string) Tender {
	t, _ := s.calls.close(id, false)
	s.disarm(BidTimer, id)
	return t
}

// bidDue ends a question whose time is up.
func (s *Session) bidDue(id string) {
	if _, open := s.calls.close(id, true); open {
		s.disarm(BidTimer, id)
		s.act(BidPassed{ID: id, Err: ErrBidSilent})
	}
}

// refuseBid tells of an answer that does not count.
func (s *Session) refuseBid(id string, why error) error {
	s.badBids++
	err := &BidError{ID: string(head([]byte(id))), Err: why}
	s.act(BidRefused{Err: err, Total: s.badBids})
	return err
}

// failQuestions ends the open questions of a program that is about to go.
func (s *Session) failQuestions(why error) {
	for _, id := range s.calls.drop() {
		s.disarm(BidTimer, id)
		s.act(BidPassed{ID: id, Err: why})
	}
	for _, id := range s.polls.drop() {
		s.disarm(VoteTimer, id)
		s.act(VoteMissing{ID: id, Err: why})
	}
}

// PassError is the answer of a program that does not want to bid.
type PassError struct {
	Why string // the first 80 bytes of the program's reason; may be empty
}

// Error quotes the reason.
func (e *PassError) Error() string {
	return "protocol: the program passes: " + strconv.QuoteToASCII(e.Why)
}

// BidError is an answer to a call for bids that does not count.
type BidError struct {
	ID  string // the first 80 bytes of the id that the program named
	Err error  // what is wrong: one of the ErrBid sentinels
}

// Error names the id and what is wrong.
func (e *BidError) Error() string {
	return "protocol: bid " + strconv.QuoteToASCII(e.ID) + ": " + e.Err.Error()
}

// Unwrap returns what is wrong.
func (e *BidError) Unwrap() error { return e.Err }

// Kind is what is wrong in a word, for logs and metric labels.
func (e *BidError) Kind() string {
	for _, k := range bidKinds {
		if errors.Is(e.Err, k.err) {
			return k.word
		}
	}
	return "other"
}

var bidKinds = []struct {
	err  error
	word string
}{
	{ErrBidLate, "late"},
	{ErrBidTwice, "duplicate"},
	{ErrBidUnknown, "unknown"},
	{ErrBidMalformed, "malformed"},
	{ErrBidPrice, "not_positive"},
	{ErrBidOverflow, "overflow"},
	{ErrBidPrecision, "precision"},
	{ErrBidTask, "bad_task"},
}
