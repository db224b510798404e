// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// bazaar drives a queue whose tasks are bid for: it keeps what was asked of whoever holds the auctions and the money, and how often each deal was settled.
type bazaar struct {
	*world
	calls    []Procure
	debts    []Settle
	verdicts map[Token]Debt
	settled  map[Token]int
	won      map[Token]bool // places that were awarded
}

func newBazaar(t require.TestingT, spec Spec) *bazaar {
	return &bazaar{world: newWorld(t, spec), verdicts: map[Token]Debt{}, settled: map[Token]int{}, won: map[Token]bool{}}
}

func (b *bazaar) do(t require.TestingT, cmd Command) {
	out, _ := b.step(cmd) // a refusal is an answer like any other
	for _, e := range out.Events {
		switch e := e.(type) {
		case Started:
			if e.Deal != 0 {
				require.False(t, b.won[e.Deal], "place %d is awarded once", e.Deal)
				b.won[e.Deal] = true
			}
		case Voided:
			require.False(t, b.won[e.Deal], "place %d is awarded once", e.Deal)
			b.won[e.Deal] = true
		case Settled:
			b.settled[e.Deal]++
		}
	}
	for _, f := range out.Effects {
		switch f := f.(type) {
		case Procure:
			b.calls = append(b.calls, f)
		case Settle:
			if before, known := b.verdicts[f.Deal]; known {
				require.Equal(t, before, f.Debt, "a deal is settled in one way")
			}
			b.verdicts[f.Deal] = f.Debt
			b.debts = append(b.debts, f)
		}
	}
	for _, w := range b.q.Workers() {
		attempts := 0
		for _, r := range b.q.crews[w.Agent] {
			require.Equal(t, StateRunning, r.state)
			attempts++
		}
		require.LessOrEqual(t, attempts, w.Held, "an attempt has a slot")
	}
}

// awarded gives the places of a call to invited agents, or to nobody, or to somebody who must not have it.
func awarded(t *rapid.T, p Procure) Award {
	a := Award{Call: p.Call}
	for i := range p.IDs {
		switch who := rapid.IntRange(-1, len(p.Invited)).Draw(t, "winner"); {
		case who == len(p.Invited):
			a.Winners = append(a.Winners, Winner{Task: i, Agent: "stranger", Price: 1})
		case who >= 0:
			a.Winners = append(a.Winners, Winner{Task: i, Agent: p.Invited[who].Agent.ID, Price: int64(i)})
		}
	}
	return a
}

func (b *bazaar) draw(t *rapid.T) Command {
	int := func(name string, hi int) int { return rapid.IntRange(0, hi).Draw(t, name) }
	switch pick := int("trade", 9); {
	case pick < 3 && len(b.calls) > 0:
		i := int("call", len(b.calls)-1)
		p := b.calls[i]
		if int("twice", 9) > 0 {
			b.calls = append(b.calls[:i:i], b.calls[i+1:]...)
		}
		return awarded(t, p)
	case pick < 5 && len(b.debts) > 0:
		i := int("debt", len(b.debts)-1)
		d := b.debts[i]
		if int("twice", 9) > 0 {
			b.debts = append(b.debts[:i:i], b.debts[i+1:]...)
		}
		return SettlementDone{Deal: d.Deal}
	}
	return b.drawCommand(t)
}

// finish ends everything: tasks by answers, calls by awards, deals by settlements.
func (b *bazaar) finish(t require.TestingT) {
	b.lives["last"]++
	last := Agent{ID: "last", Incarnation: fmt.Sprint(b.lives["last"], b.q.version)}
	b.do(t, Unpause{})
	b.do(t, AgentUp{Agent: last, Capabilities: []string{"x", "y@2", "z"}, Concurrency: 3})
	for range 2000 {
		c := b.q.Counts()
		if c.Open()+c.Calls+c.Unsettled == 0 {
			return
		}
		calls, debts, open := b.calls, b.debts, b.open
		b.calls, b.debts, b.open = nil, nil, nil
		for _, p := range calls {
			a := Award{Call: p.Call}
			for i := range p.IDs {
				if n := len(p.Invited); n > 0 {
					a.Winners = append(a.Winners, Winner{Task: i, Agent: p.Invited[(i+n-1)%n].Agent.ID, Price: 1})
				}
			}
			b.do(t, a)
		}
		for _, d := range debts {
			b.do(t, SettlementDone{Deal: d.Deal})
		}
		for _, d := range open {
			b.do(t, Result{Agent: d.Agent, Token: d.Token})
		}
		b.now = b.now.Add(time.Second)
		b.do(t, Tick{})
	}
	require.Fail(t, "it does not end", "%+v\n%v", b.q.Counts(), b.q.Blocked())
}

func drawTrade(t *rapid.T) Spec {
	spec := drawSpec(t)
	spec.Policy = Auction
	spec.Procurement.Batch = rapid.IntRange(1, 3).Draw(t, "batch")
	if spec.Procurement.Rounds = rapid.IntRange(0, 2).Draw(t, "rounds"); spec.Procurement.Rounds > 0 && rapid.Bool().Draw(t, "falls back") {
		spec.Procurement.Fallback = rapid.SampledFrom(Policies()[:5]).Draw(t, "fallback")
	}
	return spec
}

// Wherever the node dies, each task that was accepted ends once, and each place of a call that was awarded is settled once: as delivered exactly when the task was
// done by the attempt that was won.
func TestEveryTaskEndsOnceAndEveryDealIsSettledOnceWhereverTheNodeDies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := drawTrade(t)
		b := newBazaar(t, spec)
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			b.do(t, b.draw(t))
		}
		if string(b.q.Snapshot()) != string(replayed(t, spec, b.journal).Snapshot()) {
			t.Fatalf("state differs after a replay")
		}
		for cut := range len(b.journal) + 1 {
			q := replayed(t, spec, b.journal[:cut])
			if cut%3 == 1 {
				half, err := Restore(spec, replayed(t, spec, b.journal[:cut/2]).Snapshot())
				require.NoError(t, err)
				for _, r := range b.journal[cut/2 : cut] {
					e, err := Decode(r)
					require.NoError(t, err)
					require.NoError(t, half.Apply(e))
				}
				if string(half.Snapshot()) != string(q.Snapshot()) {
					t.Fatalf("state at event %d differs after a snapshot", cut)
				}
				q = half
			}
			again := &bazaar{
				world:    &world{q: q, now: b.now, random: rand.NewPCG(5, 6), lives: map[string]int{}, journal: append([]Record(nil), b.journal[:cut]...)},
				verdicts: map[Token]Debt{}, settled: map[Token]int{}, won: map[Token]bool{},
			}
			again.do(t, Recover{})
			again.finish(t)
			checkTrade(t, again.journal)
		}
	})
}

// checkTrade reads the whole history and judges it by itself.
func checkTrade(t require.TestingT, journal []Record) {
	for id, n := range finals(t, journal) {
		require.Equal(t, 1, n, "task %s ends once", id)
	}
	awards, settled := map[Token]Token{}, map[Token]int{} // place -> attempt
	for _, r := range journal {
		e, err := Decode(r)
		require.NoError(t, err)
		switch e := e.(type) {
		case Started:
			if e.Deal != 0 {
				awards[e.Deal] = e.Token
			}
		case Voided:
			awards[e.Deal] = 0
		case Settled:
			settled[e.Deal]++
		}
	}
	for deal := range awards {
		require.Equal(t, 1, settled[deal], "deal %d is settled once", deal)
	}
	require.Len(t, settled, len(awards))
}

// An agent is paid for a result and for nothing else.
func TestADealIsDeliveredExactlyWhenItsAttemptBroughtTheResult(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBazaar(t, drawTrade(t))
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			b.do(t, b.draw(t))
		}
		done := map[Token]bool{}
		for _, r := range b.journal {
			e, err := Decode(r)
			require.NoError(t, err)
			if d, ok := e.(Done); ok {
				if last := d.Attempts[len(d.Attempts)-1]; last.Deal != 0 {
					done[last.Deal] = true
				}
			}
		}
		for deal, d := range b.verdicts {
			require.Equal(t, done[deal], d.Verdict == Delivered, "%+v", d)
		}
		for deal := range done {
			require.Contains(t, b.verdicts, deal)
		}
	})
}

// Slots that a call has reserved come back when it is over, whatever became of it.
func TestACallThatIsOverKeepsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBazaar(t, drawTrade(t))
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			b.do(t, b.draw(t))
		}
		if rapid.Bool().Draw(t, "restarted") { // and agents are announced before the Recover, as always
			b.world = &world{q: replayed(t, b.q.spec, b.journal), now: b.now, random: rand.NewPCG(5, 6), lives: b.lives, journal: b.journal}
			b.calls = nil
			b.do(t, AgentUp{Agent: Agent{ID: "new", Incarnation: fmt.Sprint(b.q.version)}, Capabilities: []string{"x", "y@2", "z"}, Concurrency: 2})
			b.do(t, Recover{})
		}
		b.do(t, Drain{})
		for len(b.calls) > 0 {
			p := b.calls[0]
			b.calls = b.calls[1:]
			b.do(t, awarded(t, p))
		}
		require.Zero(t, b.q.Counts().Calls)
		require.Empty(t, b.q.asks)
		held := map[string]int{}
		for _, w := range b.q.workers {
			for token := range w.held {
				place, _ := b.q.callOf(token)
				require.Nil(t, place)
			}
			for _, h := range w.held {
				if h.gate != nil {
					held[h.gate.kind]++
				}
			}
		}
		for kind, g := range b.q.gates {
			require.Equal(t, held[kind], g.held, kind)
		}
	})
}

// A snapshot of a queue that has called for bids is read back as it was.
func TestSnapshotOfVersion3IsReadAndWrittenUnchanged(t *testing.T) {
	b := newBazaar(t, Spec{Policy: Auction, Procurement: Procurement{Batch: 2}, Backoff: Backoff{Base: time.Second}})
	agent := Agent{ID: "a", Incarnation: "1"}
	for _, cmd := range []Command{
		AgentUp{Agent: agent, Concurrency: 4},
		Submit{Task: Task{ID: "running", Kind: "k"}},
		Award{Call: 1, Winners: []Winner{{Task: 0, Agent: "a", Price: 5}}},
		Submit{Task: Task{ID: "done", Kind: "k"}},
		Award{Call: 3, Winners: []Winner{{Task: 0, Agent: "a", Price: 6}}},
		Result{Agent: agent, Token: 4},
		Submit{Task: Task{ID: "unsold", Kind: "k"}},
		Award{Call: 5, Cause: AboveCeiling},
		Submit{Task: Task{ID: "called", Kind: "k"}},
	} {
		b.do(t, cmd)
	}
	stored := golden(t, "testdata/snapshot/v3.hex", b.q)
	require.Equal(t, stored, b.q.Snapshot())
	back, err := Restore(b.q.spec, stored)
	require.NoError(t, err)
	require.Equal(t, stored, back.Snapshot())
	require.Equal(t, b.q.Counts(), back.Counts())
	for cut := range stored {
		_, err := Restore(Spec{}, stored[:cut])
		require.ErrorIs(t, err, ErrSnapshot)
	}
}
