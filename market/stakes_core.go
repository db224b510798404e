// SPDX-License-Identifier: Apache-2.0

package market

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mabeam.dev/market/integrity"
	"mabeam.dev/market/money"
	"mabeam.dev/market/stake"
	"mabeam.dev/telemetry"
)

// stakeCommand is one thing to do; exactly one field is set, and Key with those that have no name of their own.
type stakeCommand struct {
	Key    string         `json:"key,omitempty"`
	Lock   *stakeAmount   `json:"lock,omitempty"`
	Unbond *stakeAmount   `json:"unbond,omitempty"`
	Free   *stakeAmount   `json:"free,omitempty"`
	Expose *stakeExposure `json:"expose,omitempty"`
	Done   string         `json:"done,omitempty"`
	Accuse *Accusation    `json:"accuse,omitempty"`
	Step   *caseStep      `json:"step,omitempty"`
}

type stakeAmount struct {
	Owner  string       `json:"owner"`
	Amount money.Amount `json:"amount,omitempty"`
}

type stakeExposure struct {
	Deal string `json:"deal"`
	stakeAmount
}

// caseStep is a step of a case: review, decide, appeal or close.
type caseStep struct {
	Case   string `json:"case"`
	Do     string `json:"do"`
	By     string `json:"by,omitempty"`
	Guilty bool   `json:"guilty,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Accusation is what opens a case.
type Accusation struct {
	// Case names it for ever: one violation has one case.
	Case string `json:"case"`
	// Kind is that of the violation: it decides the share of the penalty. See stake.DefaultShares.
	Kind string `json:"kind"`
	// Finding says who is accused of what, and what there is to look at.
	Finding integrity.Finding `json:"finding"`
	// Accuser is who says so, "" for a detector.
	Accuser string `json:"accuser,omitempty"`
	// Victim has provably lost Loss.
	Victim string       `json:"victim,omitempty"`
	Loss   money.Amount `json:"loss,omitempty"`
	// Proof is what a machine has checked without doubt, two signatures on one slot for example; then no review is needed. A statistic is
	// never a proof.
	Proof string `json:"proof,omitempty"`
}

type stakeAnswer struct {
	position stake.Position
	is       integrity.Case
	cases    []integrity.Case
	anchors  []anchor
}

// stakeCore is the state of a process of stakes and cases.
type stakeCore struct {
	name    string
	rules   stake.Spec
	asset   money.Asset
	rate    bool // there are trackers of reputation
	s       *stake.Stakes
	cases   map[string]integrity.Case
	accused map[string][]string // the violations of a case whose offenders have something at stake
	made    map[string]string   // commands by subject
	last    map[string]string   // the last step of a case
	pledges map[string]stakeAmount
	windows []string // cases whose verdict is not final, in the order in which they came there
	changed []CaseChanged
}

func (c *stakeCore) reset() {
	s, err := stake.New(c.rules)
	if err != nil {
		panic(err) // they were validated with the options
	}
	*c = stakeCore{
		name: c.name, rules: c.rules, asset: c.asset, rate: c.rate, s: s, cases: map[string]integrity.Case{}, accused: map[string][]string{},
		made: map[string]string{}, last: map[string]string{}, pledges: map[string]stakeAmount{},
	}
}

func (c *stakeCore) window() time.Duration { return time.Duration(c.rules.Appeals) }

func (c *stakeCore) step(at time.Time, do *stakeCommand) (r stepped[stakeAnswer], err error) {
	now := at.UnixNano()
	r.subject = "stake/" + do.Key
	switch {
	case do.Accuse != nil:
		r.subject = "case/" + do.Accuse.Case
	case do.Step != nil:
		return c.try(at, *do.Step)
	case do.Expose != nil:
		r.subject = "exposure/" + do.Expose.Deal
	case do.Done != "":
		r.subject = "done/" + do.Done
	case do.Key == "":
		return r, &stake.InputError{Field: "key", Why: "is empty"}
	}
	print := fingerprint(do)
	if was := c.made[r.subject]; was != "" {
		if was != print {
			return r, fmt.Errorf("stake: %q: %w", r.subject, stake.ErrDuplicate)
		}
		r.answer, r.known = c.answer(r.subject), true
		return r, nil
	}
	var moves []stake.Move
	draws := false
	switch {
	case do.Lock != nil:
		draws = true
		if moves, err = c.s.Pledge(do.Lock.Owner, do.Lock.Amount); err == nil {
			c.pledges[r.subject] = *do.Lock
		}
	case do.Unbond != nil:
		err = c.s.Unbond(now, do.Unbond.Owner, do.Unbond.Amount)
	case do.Free != nil:
		moves, err = c.s.Release(now, do.Free.Owner)
	case do.Expose != nil:
		err = c.s.Expose(do.Expose.Owner, do.Expose.Deal, do.Expose.Amount)
	case do.Done != "":
		err = c.s.Done(do.Done)
	case do.Accuse != nil:
		moves, err = c.accuse(at, do.Accuse)
	default:
		err = &stake.InputError{Field: "command", Why: "is empty"}
	}
	if err != nil {
		return r, err
	}
	c.made[r.subject] = print
	r.order = c.order(r.subject, moves, draws)
	r.answer = c.answer(r.subject)
	return r, nil
}

// order is that of some moves, if there are any.
func (c *stakeCore) order(subject string, moves []stake.Move, draws bool) *order {
	if len(moves) == 0 {
		return nil
	}
	o := &order{Subject: subject, Asset: c.asset, Draws: draws}
	for _, m := range moves {
		o.Moves = append(o.Moves, move(m))
	}
	return o
}

// accuse opens a case, and one for the stake of each of the accused.
func (c *stakeCore) accuse(at time.Time, a *Accusation) ([]stake.Move, error) {
	guilty := slices.Clone(a.Finding.Subjects)
	if b := a.Finding.Beneficiary; b != "" && !slices.Contains(guilty, b) {
		guilty = append(guilty, b)
	}
	slices.Sort(guilty)
	switch {
	case a.Case == "" || a.Kind == "" || len(guilty) == 0 || guilty[0] == "":
		return nil, &stake.InputError{Field: "Case, Kind or Finding.Subjects", Why: "is empty"}
	case len(slices.Compact(slices.Clone(guilty))) != len(guilty):
		return nil, &stake.InputError{Field: "Finding.Subjects", Why: "has somebody twice"}
	case len(guilty) > 1000:
		return nil, &stake.InputError{Field: "Finding.Subjects", Why: "are more than 1000"}
	case a.Loss < 0 || a.Loss > 0 && a.Victim == "":
		return nil, &stake.InputError{Field: "Loss", Why: "is negative, or nobody's"}
	case a.Victim != "" && slices.Contains(guilty, a.Victim) || a.Accuser != "" && slices.Contains(guilty, a.Accuser):
		return nil, &stake.InputError{Field: "Victim or Accuser", Why: "is accused"}
	case len(a.Finding.Evidence) == 0 && len(a.Finding.Records) == 0 && a.Proof == "":
		return nil, &stake.InputError{Field: "Finding.Evidence", Why: "is empty"}
	}
	is := integrity.Open(a.Case, a.Finding, a.Accuser, at)
	if a.Proof != "" {
		var err error
		if is, err = is.Proven(a.Proof, at); err != nil {
			return nil, err
		}
	}
	// The one with the most at stake bears the loss; all bear the penalty.
	var staked []string
	for _, who := range guilty {
		if p := c.s.Of(who); p.Locked+p.Unbonding > 0 {
			staked = append(staked, who)
		}
	}
	if len(staked) > 0 {
		most := slices.MaxFunc(staked, func(x, y string) int {
			return cmp.Or(cmp.Compare(c.all(x), c.all(y)), cmp.Compare(y, x))
		})
		i := slices.Index(staked, most)
		staked[0], staked[i] = staked[i], staked[0]
	}
	var moves []stake.Move
	for i, who := range staked {
		v := stake.Violation{ID: a.Case + "/" + who, Kind: a.Kind, Offender: who, Evidence: a.Case, Proven: a.Proof != ""}
		if i == 0 && a.Loss > 0 {
			v.Victim, v.Loss = a.Victim, a.Loss
		}
		more, err := c.s.Report(at.UnixNano(), v)
		if err != nil {
			return nil, err // nothing was reported: ids and amounts were looked at above
		}
		moves = append(moves, more...)
		c.accused[a.Case] = append(c.accused[a.Case], v.ID)
	}
	c.enter(is)
	return moves, nil
}

func (c *stakeCore) all(who string) money.Amount {
	p := c.s.Of(who)
	return p.Locked + p.Unbonding
}

// enter stores a case and remembers it for the time when its window is over.
func (c *stakeCore) enter(is integrity.Case) {
	c.cases[is.ID] = is
	if is.State == integrity.Upheld || is.State == integrity.Rejected {
		c.windows = append(c.windows, is.ID)
	}
	c.changed = append(c.changed, CaseChanged{Process: c.name, Case: is})
}

// try takes a step of a case, or knows it again.
func (c *stakeCore) try(at time.Time, s caseStep) (r stepped[stakeAnswer], err error) {
	r.subject = "case/" + s.Case
	is, ok := c.cases[s.Case]
	if !ok {
		return r, fmt.Errorf("stake: case %q: %w", s.Case, stake.ErrUnknown)
	}
	next := is
	switch s.Do {
	case "review":
		next, err = is.Review(s.By, at)
	case "decide":
		next, err = is.Decide(s.By, s.Guilty, s.Reason, at)
	case "appeal":
		next, err = is.Appeal(s.By, s.Reason, at, c.window())
	case "close":
		next, err = is.Close(at, c.window())
	default:
		err = &stake.InputError{Field: "step", Why: fmt.Sprintf("%.20q is none", s.Do)}
	}
	print := fingerprint(s)
	if err != nil {
		if c.last[s.Case] == print {
			r.answer, r.known = c.answer(r.subject), true
			return r, nil
		}
		return r, err
	}
	moves, err := c.punish(at.UnixNano(), is, next)
	if err != nil {
		return r, err
	}
	c.last[s.Case] = print
	c.enter(next)
	r.answer = c.answer(r.subject)
	r.order = c.order(r.subject, moves, false)
	if r.order == nil {
		r.order = c.after(r.subject)
	}
	return r, nil
}

// punish does to the stakes what the step of a case means for them.
func (c *stakeCore) punish(now int64, was, is integrity.Case) ([]stake.Move, error) {
	var moves []stake.Move
	each := func(do func(id string) ([]stake.Move, error)) error {
		for _, id := range c.accused[is.ID] {
			more, err := do(id)
			if err != nil {
				return err
			}
			moves = append(moves, more...)
		}
		return nil
	}
	var err error
	switch is.State {
	case integrity.Upheld:
		err = each(func(id string) ([]stake.Move, error) { return c.s.Review(now, id, true) })
	case integrity.Appealed:
		if was.State == integrity.Upheld {
			err = each(func(id string) ([]stake.Move, error) { return nil, c.s.Appeal(now, id) })
		}
	case integrity.Overturned:
		err = each(func(id string) ([]stake.Move, error) { return c.s.Rehear(now, id, false) })
	case integrity.Final:
		err = each(func(id string) ([]stake.Move, error) { return c.conclude(now, id, is.Guilty) })
	case integrity.Reported, integrity.Reviewed, integrity.Rejected: // a rejected one stays frozen while it can be appealed
	}
	return moves, err
}

// conclude ends the case about one stake by a verdict that nobody can change.
func (c *stakeCore) conclude(now int64, id string, guilty bool) ([]stake.Move, error) {
	of, err := c.s.Case(id)
	if err != nil {
		return nil, err
	}
	switch {
	case of.State == stake.Appealed:
		return c.s.Rehear(now, id, guilty)
	case of.State == stake.Reported && guilty: // rejected first, and upheld on appeal
		taken, err := c.s.Review(now, id, true)
		if err != nil {
			return nil, err
		}
		paid, err := c.s.Conclude(now+c.rules.Appeals, id)
		return append(taken, paid...), err
	case of.State == stake.Reported:
		return c.s.Review(now, id, false)
	}
	return c.s.Conclude(now, id)
}

// after is what is to be done when a case is over and paid.
func (c *stakeCore) after(subject string) *order {
	if is, ok := c.cases[strings.TrimPrefix(subject, "case/")]; ok && c.rate && is.Punishable() {
		return &order{Subject: subject, Errand: errandEvidence}
	}
	return nil
}

func (c *stakeCore) done(at time.Time, b *bill, refused bool) (stakeAnswer, *order) {
	if p, ok := c.pledges[b.Subject]; ok {
		delete(c.pledges, b.Subject)
		if c.s.Pledged(at.UnixNano(), p.Owner, p.Amount, !refused); refused {
			delete(c.made, b.Subject)
		}
	}
	var next *order
	if b.Errand == "" {
		next = c.after(b.Subject)
	}
	return c.answer(b.Subject), next
}

func (c *stakeCore) due(at time.Time) []stakeCommand {
	var all []stakeCommand
	for len(c.windows) > 0 {
		is := c.cases[c.windows[0]]
		if open := is.State == integrity.Upheld || is.State == integrity.Rejected; open && at.Sub(is.Since) < c.window() {
			break
		} else if open {
			all = append(all, stakeCommand{Step: &caseStep{Case: is.ID, Do: "close"}})
		}
		c.windows = c.windows[1:]
	}
	return all
}

func (c *stakeCore) waits(*bill) bool { return false }

func (c *stakeCore) answer(subject string) stakeAnswer {
	if id, ok := strings.CutPrefix(subject, "case/"); ok {
		return stakeAnswer{is: c.cases[id]}
	}
	var do stakeCommand
	if err := json.Unmarshal([]byte(c.made[subject]), &do); err != nil {
		return stakeAnswer{}
	}
	for _, a := range []*stakeAmount{do.Lock, do.Unbond, do.Free} {
		if a != nil {
			return stakeAnswer{position: c.s.Of(a.Owner)}
		}
	}
	if do.Expose != nil {
		return stakeAnswer{position: c.s.Of(do.Expose.Owner)}
	}
	return stakeAnswer{}
}

func (c *stakeCore) tell(bus *telemetry.Bus) {
	for _, e := range c.changed {
		telemetry.Emit(bus, e)
	}
	c.changed = nil
}

// list returns the cases, by id.
func (c *stakeCore) list() []integrity.Case {
	var all []integrity.Case
	for _, id := range slices.Sorted(maps.Keys(c.cases)) {
		all = append(all, c.cases[id])
	}
	return all
}
