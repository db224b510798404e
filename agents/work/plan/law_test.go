// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/balance"
)

func drawSpec(t *rapid.T) Spec {
	return Spec{
		Policy:   rapid.SampledFrom(Policies()[:5]).Draw(t, "policy"), // Auction has laws of its own
		Limit:    rapid.IntRange(1, 12).Draw(t, "limit"),
		Attempts: rapid.IntRange(1, 6).Draw(t, "attempts"),
		Poison:   rapid.IntRange(1, 3).Draw(t, "poison"),
		Timeout:  rapid.SampledFrom([]time.Duration{2 * time.Second, 20 * time.Second}).Draw(t, "timeout"),
		Ageing:   rapid.SampledFrom([]time.Duration{time.Second, time.Minute}).Draw(t, "ageing"),
		Backoff:  Backoff{Base: rapid.SampledFrom([]time.Duration{-1, time.Second}).Draw(t, "backoff")},
		Grace:    3 * time.Second,
		Agents:   drawQuota(t, "agents"),
		Kinds:    map[string]Quota{"k": drawQuota(t, "k"), "slow": drawQuota(t, "slow")},
		Remember: -1,
		Requires: rapid.SampledFrom([]map[string]string{nil, nil, {"slow": "y>=2"}, {"slow": "x"}}).Draw(t, "requires"),
	}
}

// drawQuota gives no bound as often as one.
func drawQuota(t *rapid.T, name string) Quota {
	if rapid.Bool().Draw(t, name) {
		return Quota{}
	}
	return Quota{
		Concurrency: rapid.IntRange(0, 3).Draw(t, name+" at once"),
		Rate:        rapid.SampledFrom([]float64{0, 0.1, 0.7, 2}).Draw(t, name+" rate"),
		Burst:       rapid.IntRange(0, 3).Draw(t, name+" burst"),
	}
}

// drawCommand makes up the next thing that happens: agents answer in time, twice, late, wrongly, never, and crash.
func (w *world) drawCommand(t *rapid.T) Command {
	int := func(name string, hi int) int { return rapid.IntRange(0, hi).Draw(t, name) }
	anyLife := func() Agent {
		ws := w.q.Workers()
		if len(ws) == 0 {
			return Agent{ID: "nobody", Incarnation: "1"}
		}
		return ws[int("life", len(ws)-1)].Agent
	}
	task := func() string { return fmt.Sprintf("t%d", int("task", 15)) }
	offered := func() []string {
		return [][]string{nil, {"x"}, {"y"}, {"x", "y"}, {"x/a@1", "y@2"}, {"y@1", "x@2"}}[int("offered", 5)]
	}
	switch pick := int("command", 99); {
	case pick < 30:
		n := int("task", 15)
		s := Submit{Ticket: uint64(pick), Task: Task{
			ID: fmt.Sprintf("t%d", n), Kind: []string{"k", "k", "slow", "free"}[n%4], Capability: []string{"", "x", "y", "y>=2", "x/*"}[n%5], Priority: n % 4,
			Input: json.RawMessage(fmt.Sprint(int("input", 20) / 20)),
		}}
		if int("dated", 3) == 0 {
			s.Task.Deadline = w.now.Add(time.Duration(int("deadline", 30)) * time.Second)
		}
		if n%5 == 0 {
			s.Task.Key = fmt.Sprint("key", n%10)
		}
		return s
	case pick < 40:
		id := string(rune('a' + int("agent", 3)))
		w.lives[id]++
		return AgentUp{Agent: Agent{ID: id, Incarnation: fmt.Sprint(w.lives[id])}, Capabilities: offered(), Concurrency: int("slots", 6), Weight: float64(int("weight", 2)), Standing: AgentStanding{Out: int("out", 9) == 0}}
	case pick < 42:
		return AgentUp{Agent: anyLife(), Capabilities: offered(), Concurrency: int("slots", 6)}
	case pick < 48:
		down := AgentDown{Agent: anyLife(), Reason: "r", Crashed: int("crashed", 3) > 0}
		if int("culprit", 1) == 0 {
			down.Culprit = task()
		}
		return down
	case pick < 49 && int("standing", 2) > 0:
		s := AgentStanding{Agent: anyLife(), Rank: int("rank", 1), Slowness: float64(int("slowness", 3)) * 1e9}
		if s.Out = int("out", 3) == 0; s.Out {
			s.Because = balance.ByHealth
		}
		return s
	case pick < 50:
		return AgentDraining{Agent: anyLife(), Finish: int("finish", 1) == 0}
	case pick < 75:
		d := Dispatch{Agent: anyLife(), Token: Token(int("token", 9))}
		if n := len(w.open); n > 0 && int("open", 4) > 0 {
			i := int("answer", n-1)
			d = w.open[i]
			w.open = append(w.open[:i:i], w.open[i+1:]...)
		} else if n := len(w.given); n > 0 {
			d = w.given[int("again", n-1)]
		}
		if int("foreign", 9) == 0 {
			d.Agent = anyLife()
		}
		if int("good", 2) > 0 {
			return Result{Agent: d.Agent, Token: d.Token, Output: json.RawMessage(`{"a":"<&>"}`)}
		}
		return Failure{Agent: d.Agent, Token: d.Token, Class: []Class{Retryable, Retryable, Undelivered, Permanent}[int("class", 3)], Reason: "r"}
	case pick < 92:
		w.now = w.now.Add(time.Duration(int("passed", 4)) * time.Second)
		return Tick{}
	case pick < 94:
		return Cancel{ID: task(), Reason: "r"}
	case pick < 97:
		if dead := w.q.DeadLetters(); len(dead) > 0 && int("dead", 3) > 0 {
			return Revive{ID: dead[int("which", len(dead)-1)].ID}
		}
		return Revive{ID: task(), Deadline: w.now.Add(10 * time.Second)}
	}
	return []Command{Pick{}, Pause{Reason: "r"}, Unpause{}, Purge{ID: task()}, Unpause{}}[int("other", 4)]
}

func newWorld(t require.TestingT, spec Spec) *world {
	q, err := New(spec)
	require.NoError(t, err)
	return &world{q: q, now: base, random: rand.NewPCG(3, 4), lives: map[string]int{}}
}

func TestQueueDecidesLikeTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := drawSpec(t)
		w := newWorld(t, spec)
		m := &model{spec: w.q.spec, kinds: map[Token]string{}}
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			cmd := w.drawCommand(t)
			out, err := w.step(cmd)
			m.step(w.now, cmd, out, err)
			if len(m.problems) > 0 {
				t.Fatalf("%s", m.problems)
			}
			if err != nil && len(out.Events)+len(out.Effects) > 0 {
				t.Fatalf("refused command %+v left %+v", cmd, out)
			}
			for _, x := range w.q.Workers() {
				mx := m.life(x.Agent)
				if mx == nil || len(mx.held) != x.Held || mx.out != (x.Draining || x.Condemned) {
					t.Fatalf("agent %+v, expected %+v", x, mx)
				}
			}
		}
	})
}

// finals counts the outcomes of each task in a journal, less the revivals.
func finals(t require.TestingT, journal []Record) map[string]int {
	n := map[string]int{}
	for _, r := range journal {
		e, err := Decode(r)
		require.NoError(t, err)
		switch e := e.(type) {
		case Accepted:
			n[e.Task.ID] += 0
		case Revived:
			n[e.ID]--
		default:
			if o, ok := OutcomeOf(e); ok {
				n[o.ID]++
			}
		}
	}
	return n
}

func replayed(t require.TestingT, spec Spec, journal []Record) *Queue {
	q, err := New(spec)
	require.NoError(t, err)
	for _, r := range journal {
		e, err := Decode(r)
		require.NoError(t, err)
		require.NoError(t, q.Apply(e))
	}
	return q
}

func TestEveryTaskEndsOnceWhereverTheNodeDies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := drawSpec(t)
		w := newWorld(t, spec)
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			_, _ = w.step(w.drawCommand(t)) // a refusal is an answer like any other
		}
		if string(w.q.Snapshot()) != string(replayed(t, spec, w.journal).Snapshot()) {
			t.Fatalf("state differs after a replay")
		}
		for cut := range len(w.journal) + 1 {
			q := replayed(t, spec, w.journal[:cut])
			if cut%3 == 1 { // a third goes through a snapshot in the middle
				half, err := Restore(spec, replayed(t, spec, w.journal[:cut/2]).Snapshot())
				require.NoError(t, err)
				for _, r := range w.journal[cut/2 : cut] {
					e, err := Decode(r)
					require.NoError(t, err)
					require.NoError(t, half.Apply(e))
				}
				if string(half.Snapshot()) != string(q.Snapshot()) {
					t.Fatalf("state at event %d differs after a snapshot", cut)
				}
				q = half
			}
			again := &world{q: q, now: w.now, random: rand.NewPCG(5, 6), lives: map[string]int{}, journal: append([]Record(nil), w.journal[:cut]...)}
			if _, err := again.step(Recover{}); err != nil {
				t.Fatalf("recover: %v", err)
			}
			if n := again.q.Counts().Running; n != 0 {
				t.Fatalf("%d attempts of dead incarnations still run", n)
			}
			if err := again.finish(); err != nil {
				t.Fatalf("killed at event %d of %d: %v", cut, len(w.journal), err)
			}
			for id, n := range finals(t, again.journal) {
				if n != 1 {
					t.Fatalf("killed at event %d of %d: task %s ended %d times", cut, len(w.journal), id, n)
				}
			}
		}
	})
}

func TestEmitVersionsAreThoseOfTheFinalEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, drawSpec(t))
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			out, _ := w.step(w.drawCommand(t))
			for _, f := range out.Effects {
				f, ok := f.(Emit)
				if !ok {
					continue
				}
				e, err := Decode(w.journal[f.Version-1])
				require.NoError(t, err)
				if o, final := OutcomeOf(e); !final || o.ID != f.Outcome.ID || o.State != f.Outcome.State {
					t.Fatalf("version %d of %s is %T of %s", f.Version, f.Outcome.ID, e, o.ID)
				}
			}
		}
	})
}

func TestNoTaskStarvesBehindHigherPriorities(t *testing.T) {
	q, err := New(Spec{Ageing: time.Second, Limit: 1000})
	require.NoError(t, err)
	random := rand.NewPCG(1, 2)
	var out Output
	agent := Agent{ID: "a", Incarnation: "1"}
	require.NoError(t, q.Step(base, random, AgentUp{Agent: agent}, &out))
	require.NoError(t, q.Step(base, random, Submit{Task: Task{ID: "busy", Kind: "k"}}, &out))
	require.NoError(t, q.Step(base, random, Submit{Task: Task{ID: "low", Kind: "k", Priority: 0}}, &out))
	// One task of priority 10 arrives for each one done, for ever: the low one still gets its turn after ten steps of ageing and a slot.
	now := base
	for i := range 100 {
		now = now.Add(time.Second / 4)
		require.NoError(t, q.Step(now, random, Submit{Task: Task{ID: fmt.Sprint("high", i), Kind: "k", Priority: 10}}, &out))
		require.NoError(t, q.Step(now, random, Result{Agent: agent, Token: q.token}, &out))
		if v, _ := q.Lookup("low"); v.State == StateRunning {
			require.Greater(t, now.Sub(base), 9*time.Second)
			return
		}
	}
	t.Fatal("the low task starved")
}
