// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/internal/node"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
)

const payers = `version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: off, socket: off}
coordination: {}
market:
  accounts:
  - {owner: ann, money: {credit: 10}}
  - {owner: bob, money: {credit: 10}}
  - {owner: eve, money: {credit: 10}}
  - {owner: fred, money: {credit: 10}}
  - {owner: poor, money: {credit: 1}}
tree:
  children:
  - {id: ann, kind: told, votes: {policy: weighted, weights: {y: 1}}}
  - {id: bob, kind: told, votes: {policy: weighted, weights: {x: 4, y: 3}}}
  - {id: eve, kind: told, votes: {policy: prefer, prefer: [y]}}
  - {id: fred, kind: told, votes: {policy: prefer, prefer: [x]}}
  - {id: poor, kind: told, votes: {policy: prefer, prefer: [z]}}
  - {id: muse, kind: pensive}
variables:
  spaces:
  - space: tuning
    variables:
    - {variable: changed, kind: choice, options: [x, y, z], cooldown: 0s, decision: {mode: pivotal, budget: 4, electorate: [ann, bob, poor]}}
    - {variable: kept, kind: choice, options: [x, y, z], cooldown: 0s, decision: {mode: pivotal, budget: 4, electorate: [eve, fred]}}
    - {variable: same, kind: choice, options: [x, y, z], cooldown: 0s, decision: {mode: pivotal, budget: 4, electorate: [fred]}}
    - {variable: sold, kind: choice, options: [x, y, z], cooldown: 0s, decision: {mode: second_price, budget: 4, reserve: 1, electorate: [eve, fred]}}
    - {variable: broke, kind: choice, options: [x, y], cooldown: 0s, decision: {mode: second_price, budget: 4, electorate: [poor, nobody]}}
`

// purse is a node whose decisions are paid for.
type purse struct {
	*rig
	n      *node.Node
	booked <-chan market.BatchCommitted
}

func (p *purse) balance(who string) string {
	p.t.Helper()
	of := ledger.Available(who)
	if who == "fees" {
		of = ledger.Fees
	}
	b, err := p.n.Ledger().Balance(of, "credit")
	require.NoError(p.t, err)
	return b.String()
}

// settled waits until nothing is held for a variable.
func (p *purse) settled(variable string) {
	p.t.Helper()
	for {
		holds, err := p.n.Ledger().Reconcile(p.ctx, "variables/tuning/"+variable)
		require.NoError(p.t, err)
		if len(holds) == 0 {
			return
		}
		receive(p.rig, p.booked, "batch of the ledger")
	}
}

func paying(t *testing.T) *purse {
	r := newRig(t)
	r.pensive()
	booked := make(chan market.BatchCommitted, 1<<12)
	t.Cleanup(telemetry.Subscribe(r.bus, "booked", func(e market.BatchCommitted) {
		if e.Family == "market.ledger" {
			booked <- e
		}
	}))
	p := &purse{r, r.start(payers), booked}
	for p.balance("poor") != "1" { // the last account of the config
		receive(r, p.booked, "batch of the ledger")
	}
	return p
}

// Bids are shares of a budget that is held on the ledger before anybody is asked.
//
// Holds: COG-20
func TestAgentsPayForTheHarmThatTheirSayDoes(t *testing.T) {
	p := paying(t)
	s := p.n.VariableSpace("tuning")
	_, err := s.Propose(p.ctx, "changed", kind.OfChoice("z"))
	require.NoError(t, err)
	p.settled("changed")
	assert.Equal(t, "y", s.Snapshot().Value("changed").String(), "what is worth most to all, not what was proposed")
	assert.Equal(t, []string{"9", "10", "1", "1"}, []string{p.balance("ann"), p.balance("bob"), p.balance("poor"), p.balance("fees")})

	_, err = s.Propose(p.ctx, "kept", kind.OfChoice("y"))
	require.NoError(t, err)
	p.settled("kept")
	assert.Equal(t, "x", s.Snapshot().Value("kept").String())
	assert.Equal(t, []string{"10", "6", "5"}, []string{p.balance("eve"), p.balance("fred"), p.balance("fees")}, "to stand in the way is not free")
	past, err := s.History(p.ctx, "kept", cognitive.Query{})
	require.NoError(t, err)
	assert.NotEmpty(t, past[len(past)-1].Decision, "that it stays is a commit, too")

	_, err = s.Propose(p.ctx, "same", kind.OfChoice("y"))
	require.ErrorIs(t, err, cognitive.ErrRejected)
	p.settled("same")
	assert.Equal(t, "6", p.balance("fred"), "who decides alone harms nobody")
	p.stop(p.n)
}

func TestTheHighestBidderOwnsTheDecision(t *testing.T) {
	p := paying(t)
	s := p.n.VariableSpace("tuning")
	_, err := s.Propose(p.ctx, "sold", kind.OfChoice("z"))
	require.NoError(t, err)
	p.settled("sold")
	assert.Equal(t, "y", s.Snapshot().Value("sold").String())
	assert.Equal(t, []string{"6", "10", "4"}, []string{p.balance("eve"), p.balance("fred"), p.balance("fees")})
	_, err = s.Propose(p.ctx, "broke", kind.OfChoice("y"))
	require.ErrorIs(t, err, cognitive.ErrRejected, "nobody can pay")
	require.ErrorContains(t, err, "not enough")
	p.settled("broke")
	p.stop(p.n)
}

// What a crash has left held is settled at the next start: paid where there is a commit, given back where there is none.
func TestMoneyOfADecisionIsSettledAfterARestart(t *testing.T) {
	p := paying(t)
	s := p.n.VariableSpace("tuning")
	_, err := s.Propose(p.ctx, "changed", kind.OfChoice("z"))
	require.NoError(t, err)
	p.settled("changed")
	blame, err := s.Blame(p.ctx, "changed")
	require.NoError(t, err)
	for _, question := range []string{blame.Decision, "ghost"} { // as if the money had been held, and nothing more
		id := "decide/" + question + "/ann"
		hold := ledger.Hold{ID: id + "-again", Owner: "ann", Ref: "variables/tuning/changed", Asset: "credit", Amount: 4 * money.Unit}
		_, err := p.n.Ledger().Post(p.ctx, ledger.Set(id+"/again", hold))
		require.NoError(t, err)
	}
	assert.Equal(t, "1", p.balance("ann"))
	p.stop(p.n)
	p.n = p.start(payers)
	p.settled("changed")
	assert.Equal(t, []string{"8", "2"}, []string{p.balance("ann"), p.balance("fees")}, "one more for the commit, nothing for the ghost")
	p.stop(p.n)
}
