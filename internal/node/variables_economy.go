// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/config"
	"mabeam.dev/internal/node/appraisal"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/consensus"
)

// toll is what it takes to be asked about a variable whose decisions are paid for.
type toll struct {
	space, variable string
	rules           config.VariableDecision
	of              config.Market
}

// ref is what the money of a variable's decisions is held for.
func (p toll) ref() string { return "variables/" + p.space + "/" + p.variable }

// account names the hold of an agent for a question.
func account(question, agent string) string { return "decide/" + question + "/" + agent }

// tolls are those of all variables whose decisions are paid for, in the order of the config.
func (n *Node) tolls() (all []toll) {
	if n.o.Config.Variables == nil || n.o.Config.Market == nil {
		return nil
	}
	for _, s := range n.o.Config.Variables.Spaces {
		for _, v := range s.Variables {
			if v.Decision != nil && v.Decision.Paid() {
				all = append(all, toll{s.Space, v.Variable, *v.Decision, *n.o.Config.Market})
			}
		}
	}
	return all
}

func (n *Node) tollOf(space, variable string) (toll, bool) {
	for _, p := range n.tolls() {
		if p.space == space && p.variable == variable {
			return p, true
		}
	}
	return toll{}, false
}

// appraise makes the session of a question one in which agents say what its options are worth to them: the present value, the proposed one, and the
// others that a choice has.
func (n *Node) appraise(s *protocols.Spec, q cognitive.Question, p toll) {
	values := []kind.Value{q.Present}
	add := func(v kind.Value) {
		if v.Type() != kind.None && !slices.ContainsFunc(values, v.Equal) {
			values = append(values, v)
		}
	}
	add(q.Proposed)
	if space := n.VariableSpace(q.Space); space != nil && len(q.Others) == 0 {
		if info, err := space.Info(q.Variable); err == nil {
			if choice, ok := info.Kind.(kind.Choice); ok {
				for _, name := range choice.Enabled() {
					add(kind.OfChoice(name))
				}
			}
		}
	}
	s.Protocol = appraisal.Pivotal
	if p.rules.Mode == config.SecondPriceDecision {
		s.Protocol = appraisal.SecondPrice
	}
	s.Options = nil
	for _, v := range values {
		s.Options = append(s.Options, v.String())
	}
	s.Rule, s.Durability = consensus.Rule{}, protocols.Durable
	s.Params, _ = json.Marshal(appraisal.Params{Values: values, Budget: int64(p.rules.Budget), Reserve: int64(p.rules.Reserve)}) // plain data
}

// fund holds a budget of each agent that a question is put to, where it is to be paid for, before it is put to anybody. Who cannot pay is not asked; nobody
// at all is an error.
func (d *decider) fund(ctx context.Context, q *pending) (protocols.Spec, error) {
	spec := q.spec
	if q.toll == nil {
		return spec, nil
	}
	agents := spec.Participants
	if spec.Query != "" {
		found, err := roster{d.n}.Match(spec.Query)
		if err != nil {
			return spec, err
		}
		agents = found
	}
	asset := q.toll.rules.Asset(q.toll.of)
	list := make([]ledger.Transaction, len(agents))
	for i, agent := range agents {
		id := account(string(q.spec.ID), agent)
		list[i] = ledger.Set(id+"/hold", ledger.Hold{ID: id, Owner: agent, Ref: q.toll.ref(), Asset: asset, Amount: q.toll.rules.Budget})
	}
	posted, err := d.n.market.ledger.PostAll(ctx, list)
	if err != nil {
		return spec, err
	}
	var able []string
	for i, p := range posted {
		if p.Err == nil {
			able = append(able, agents[i])
		}
	}
	if len(able) == 0 {
		return spec, fmt.Errorf("node: decide about %s/%s: %w", q.toll.space, q.toll.variable, ledger.ErrInsufficientFunds)
	}
	spec.Participants, spec.Query = able, ""
	return spec, nil
}

// Settle has what a question's agents owe paid after its commit, and gives all back without one; see cognitive.Settler.
func (d *decider) Settle(id string, committed bool) {
	if len(d.n.tolls()) > 0 {
		d.ref.Tell(settleUp{id, committed})
	}
}

// payUp closes the holds of a question. It may be repeated: what is closed is not there any more.
func (d *decider) payUp(ctx context.Context, id string, committed bool) error {
	for _, p := range d.n.tolls() {
		holds, err := d.n.market.ledger.Reconcile(ctx, p.ref())
		if err != nil {
			return err
		}
		var mine []ledger.Hold
		for _, h := range holds {
			if strings.HasPrefix(h.ID, account(id, "")) {
				mine = append(mine, h)
			}
		}
		if len(mine) == 0 {
			continue
		}
		owed := map[string]int64{}
		key := "decide/" + id + "/released"
		if committed {
			key = "decide/" + id + "/settled"
			award, err := d.award(ctx, id)
			if err != nil {
				return err
			}
			for _, c := range award.Charges {
				owed[c.Agent] = c.Amount
			}
		}
		t := ledger.Transaction{Key: key, Memo: "decision about " + p.space + "/" + p.variable}
		for _, h := range mine {
			c := ledger.Close{ID: h.ID}
			if amount := min(owed[h.Owner], int64(h.Amount)); amount > 0 {
				c.Pay = []ledger.Posting{{Account: ledger.Fees, Asset: h.Asset, Amount: money.Amount(amount)}}
			}
			t.Close = append(t.Close, c)
		}
		t.Key += fmt.Sprintf("/%d/%s", len(mine), mine[0].Owner) // what was held late is given back on its own
		if _, err := d.n.market.ledger.Post(ctx, t); err != nil && !errors.Is(err, ledger.ErrHoldClosed) {
			return err
		}
	}
	return nil
}

// award is what a session has come to, from memory or from the journal.
func (d *decider) award(ctx context.Context, id string) (appraisal.Award, error) {
	e := d.n.council.engine
	if s, err := e.Status(protocols.SessionID(id)); err == nil && s.State.Ended() {
		r, _ := e.Await(ctx, protocols.SessionID(id)) // it has ended, so this does not wait
		a, _ := appraisal.Read(r)
		return a, nil
	} else if errors.Is(err, protocols.ErrUnavailable) {
		return appraisal.Award{}, err
	}
	for r, err := range e.History(ctx, protocols.Query{}) {
		if err != nil {
			return appraisal.Award{}, err
		}
		if string(r.Session) == id {
			a, _ := appraisal.Read(r)
			return a, nil
		}
	}
	return appraisal.Award{}, nil // nobody knows any more what was owed: it is given back
}

// leftovers settles what an earlier life has left: holds of questions that are over.
func (d *decider) leftovers(ctx context.Context) error {
	for _, p := range d.n.tolls() {
		holds, err := d.n.market.ledger.Reconcile(ctx, p.ref())
		if err != nil {
			return err
		}
		space := d.n.VariableSpace(p.space)
		if len(holds) == 0 || space == nil {
			continue
		}
		open, err := space.Decisions(ctx) // after the holds: a question is open before anything is held for it
		if err != nil {
			return err
		}
		past, err := space.History(ctx, p.variable, cognitive.Query{All: true})
		if err != nil {
			return err
		}
		var done []string
		for _, h := range holds {
			id, _, _ := strings.Cut(strings.TrimPrefix(h.ID, "decide/"), "/")
			if slices.ContainsFunc(open, func(o cognitive.Open) bool { return o.ID == id }) || slices.Contains(done, id) {
				continue
			}
			done = append(done, id)
			committed := slices.ContainsFunc(past, func(c cognitive.Commit) bool { return c.Decision == id })
			if err := d.payUp(ctx, id, committed); err != nil {
				return err
			}
		}
	}
	return nil
}

// priced is the verdict of a session that was paid for; false of others. A decision to keep the present value that somebody pays for is committed as one: it
// would be free to stand in the way otherwise.
func priced(r protocols.Result) (v cognitive.Verdict, ok bool) {
	a, ok := appraisal.Read(r)
	if !ok {
		return v, false
	}
	v = cognitive.Verdict{Outcome: cognitive.Accepted, Chosen: a.Chosen, Tally: map[string]float64{}}
	for _, c := range a.Claims {
		for _, x := range c.Values {
			v.Tally[c.Agent] += float64(x) / float64(money.Unit)
		}
	}
	if a.Option == 0 && len(a.Charges) == 0 {
		v.Outcome, v.Chosen, v.Reason = cognitive.Rejected, kind.Value{}, "the present value is worth as much"
	}
	return v, true
}

type (
	// settleUp has the money of a question settled, and sweep that of all that an earlier life has left.
	settleUp struct {
		id        string
		committed bool
	}
	sweep struct{}
)

func (settleUp) decider() {}
func (sweep) decider()    {}

// Sweeps are this far apart: what is left over is rare.
const betweenSweeps = time.Minute

// settle carries out what is about money.
func (a *asker) settle(ctx *actors.Context[deciderMessage], msg deciderMessage) {
	again := func(err error) bool { return err != nil && ctx.Err() == nil }
	ctx.Go(func(c context.Context) deciderMessage { // ends after patienceWithSessions, at the latest
		limited, over := a.d.n.within(c, patienceWithSessions)
		defer over()
		switch m := msg.(type) {
		case settleUp:
			if again(a.d.payUp(limited, m.id, m.committed)) {
				_ = a.d.n.sys.Sleep(c, engineAway)
				return m
			}
		case sweep:
			pause := betweenSweeps
			if again(a.d.leftovers(limited)) {
				pause = engineAway
			}
			_ = a.d.n.sys.Sleep(c, pause)
			return sweep{}
		}
		return nil
	})
}

// ledgerAway reports whether the ledger cannot be asked for now.
func ledgerAway(err error) bool { return errors.Is(err, market.ErrUnavailable) }
