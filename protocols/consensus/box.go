// SPDX-License-Identifier: Apache-2.0

package consensus

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"

	"mabeam.dev/protocols/machine"
)

// standing is what an elector has done.
type standing uint8

const (
	outstanding standing = iota
	voted
	abstained
	absent
)

// slot is one elector's place in a box.
type slot struct {
	standing standing
	option   int32
	seq      uint64
}

// Box holds the ballots of one vote, one of each elector, and their count.
type Box struct {
	rule    Rule
	options []string
	all     Electorate
	digest  string
	slots   []slot
	count   Count
	ballots uint64 // that have been counted, replacements too
}

// NewBox returns an empty box. The rule must be valid.
func NewBox(rule Rule, options []string, all Electorate, digest string) *Box {
	return &Box{
		rule: rule.withDefaults(), options: options, all: all, digest: digest,
		slots: make([]slot, all.Len()), count: NewCount(len(options), all.Len(), all.Total()),
	}
}

// Digest is the digest of a question with its options, in its session.
func Digest(session, question string, options []string) string {
	line := strconv.AppendQuote(make([]byte, 0, 256), session)
	line = strconv.AppendQuote(append(line, ' '), question)
	for _, o := range options {
		line = strconv.AppendQuote(append(line, ' '), o)
	}
	sum := sha256.Sum256(line)
	return string(hex.AppendEncode(make([]byte, 0, 2*len(sum)), sum[:]))
}

// Cast counts an answer, or says why it does not count. changed is false for one that is there already.
func (b *Box) Cast(agent string, a machine.Answer) (changed bool, err error) {
	i, ok := b.all.Find(agent)
	if !ok {
		return false, ErrNotMember
	}
	next, err := b.read(a)
	if err != nil {
		return false, err
	}
	s := &b.slots[i]
	if s.standing == voted || s.standing == abstained {
		switch {
		case next.seq == s.seq && next == *s:
			return false, nil
		case next.seq <= s.seq:
			return false, &BallotError{"seq", "the agent has voted otherwise; a replacement has a higher number than " + strconv.FormatUint(s.seq, 10)}
		}
	}
	b.set(i, next)
	return true, nil
}

// read makes a slot of an answer.
func (b *Box) read(a machine.Answer) (slot, error) {
	if a.Digest != "" && a.Digest != b.digest {
		return slot{}, ErrQuestionMismatch
	}
	if err := unit("confidence", a.Confidence); err != nil {
		return slot{}, err
	}
	if err := unit("value", a.Value); err != nil {
		return slot{}, err
	}
	switch {
	case a.Error != "":
		return slot{}, &BallotError{"error", a.Error}
	case a.Decline != "":
		return slot{standing: absent, seq: a.Seq}, nil
	case a.Abstain != "":
		return slot{standing: abstained, seq: a.Seq}, nil
	}
	option := slices.Index(b.options, a.Choice)
	if option < 0 {
		return slot{}, &BallotError{"choice", strconv.Quote(a.Choice) + " is no option"}
	}
	return slot{standing: voted, option: int32(option), seq: a.Seq}, nil
}

// unit refuses what is not from 0 to 1, in millionths.
func unit(field string, v *int64) error {
	if v != nil && (*v < 0 || *v > machine.One) {
		return &BallotError{field, strconv.FormatInt(*v, 10) + " is not from 0 to " + strconv.Itoa(machine.One) + " millionths"}
	}
	return nil
}

// Part counts an agent as absent that has not answered; false if it has, or is nobody.
func (b *Box) Part(agent string) bool {
	i, ok := b.all.Find(agent)
	if !ok || b.slots[i].standing != outstanding {
		return false
	}
	b.set(i, slot{standing: absent})
	return true
}

// set takes an elector's old weight out of the count and puts the new one in.
func (b *Box) set(i int, next slot) {
	w := b.all.At(i).Weight
	b.add(b.slots[i], -w, -1)
	b.slots[i] = next
	b.add(next, w, 1)
	b.ballots++
	if next.standing == voted && b.count.Voters[next.option] >= b.rule.K && b.count.Reached[next.option] == 0 {
		b.count.Reached[next.option] = b.ballots
	}
}

func (b *Box) add(s slot, w int64, n int) {
	c := &b.count
	switch s.standing {
	case outstanding:
		c.Outstanding += w
		c.Waiting += n
	case voted:
		c.Weights[s.option] += w
		c.Voters[s.option] += n
		if c.Voters[s.option] < b.rule.K {
			c.Reached[s.option] = 0
		}
	case abstained:
		c.Abstained += w
	case absent:
		c.Absent += w
	}
}

// Count returns the tally. It belongs to the box.
func (b *Box) Count() Count { return b.count }

// Settled reports whether nothing outstanding can change the outcome.
func (b *Box) Settled() bool { return b.rule.Settled(b.count, b.options) }

// Outcome applies the rule to what is there.
func (b *Box) Outcome(session string) machine.Outcome {
	return Judge(b.rule, b.options, b.count, b.lottery(session), Roll{b.all, b.Slot})
}

// Slot tells what elector number i has done: voted for an option, or nothing that counts.
func (b *Box) Slot(i int) (option int, hasVoted, missing bool) {
	s := b.slots[i]
	return int(s.option), s.standing == voted, s.standing == outstanding || s.standing == absent
}

// lottery hashes the session and all ballots; 0 where no lottery can be.
func (b *Box) lottery(session string) uint64 { return Draw(b.rule, session, b.all.Len(), b.Slot) }

// Draw is the draw of a rule with a lottery: the hash of the session and of what each elector has done. It is 0 for other rules.
func Draw(rule Rule, session string, electors int, slot func(i int) (option int, voted, missing bool)) uint64 {
	if rule.Tie != Lottery {
		return 0
	}
	h := sha256.New()
	h.Write([]byte(session))
	for i := range electors {
		option, voted, missing := slot(i)
		switch {
		case voted:
			h.Write(binary.BigEndian.AppendUint32([]byte{1}, uint32(option)))
		case missing:
			h.Write([]byte{2})
		default:
			h.Write([]byte{3})
		}
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// Roll says who did what, for the lists of an outcome.
type Roll struct {
	All  Electorate
	Slot func(i int) (option int, voted, missing bool)
}

// Judge makes the outcome of a count, with its tally and lists.
func Judge(rule Rule, options []string, c Count, lottery uint64, roll Roll) machine.Outcome {
	winner, why := rule.Winner(c, options, lottery)
	o := machine.Outcome{
		Verdict: machine.NoDecision, Why: why, Method: rule.Text(), Turnout: rule.withDefaults().turnout(c, c.Absent+c.Outstanding), Electorate: c.Total(),
		Tally: Shares(options, c), Rounds: 1, Early: c.Waiting > 0,
	}
	if winner != NoOption {
		o.Verdict, o.Why, o.Decision = machine.Decided, "", options[winner]
		o.Confidence = share(c.Weights[winner], c.cast())
	}
	if roll.Slot == nil {
		return o
	}
	for i := range roll.All.Len() {
		if option, voted, missing := roll.Slot(i); voted && winner != NoOption && option != winner {
			o.Dissent = append(o.Dissent, roll.All.At(i).Agent)
		} else if missing {
			o.Missing = append(o.Missing, roll.All.At(i).Agent)
		}
	}
	return o
}

// Shares lists the options that somebody voted for, the heaviest first, those that are equal in their order.
func Shares(options []string, c Count) []machine.Share {
	out := make([]machine.Share, 0, len(options))
	for i, o := range options {
		if c.Voters[i] > 0 {
			out = append(out, machine.Share{Option: o, Weight: c.Weights[i], Voters: c.Voters[i]})
		}
	}
	slices.SortStableFunc(out, func(a, b machine.Share) int {
		switch {
		case a.Weight > b.Weight:
			return -1
		case a.Weight < b.Weight:
			return 1
		}
		return 0
	})
	return out
}
