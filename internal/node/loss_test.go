// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/cognitive"
	"mabeam.dev/config"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/cost"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/protocols"
	"mabeam.dev/supervision"
)

// whole is a node with everything that a simulated node can have, in a bubble.
type whole struct {
	*testing.T
	n       *Node
	ctx     context.Context
	closed  bool
	results bytes.Buffer // owned by the sink's process until the node has stopped
}

const wholeConfig = `
version: 1
node: {name: n, drain: 20s}
surfaces: {listen: off}
journal: {retention: [{class: notices, streams: [alerts], age: 1h, unowned: true}]}
tree: {id: app, intensity: 100, children: [{id: a, kind: nap, capabilities: [x]}, {id: b, kind: nap, capabilities: [x]}]}
work: [{queue: q, attempts: 100, backoff: 1ms}]
market:
  accounts: [{owner: ann, money: {credit: 10}}, {owner: may, money: {credit: 10}}, {owner: sue, goods: {tea: 1}}]
  auctions: [{auction: tea, kind: vickrey, owner: sue, goods: [tea], duration: 24h}]
  books: [{book: pots, base: pot}]
  predictions: [{prediction: rain, outcomes: [wet, dry], liquidity: 1, maker: may, oracle: sue, judge: sue}]
  deals: {}
  stakes: {}
  insurance: {}
  integrity: {}
coordination: {spaces: [{space: locks}]}
variables: {spaces: [{space: tuning, variables: [{variable: heat, kind: float, min: 0, max: 1, initial: 0.5}]}]}
`

// nap agents take a second for a task.
var nap = agents.Native("nap", "Takes a second.", func(agents.Spec) (agents.Worker, error) {
	return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
		select {
		case <-time.After(time.Second):
			return t.Input, nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}), nil
})

func inWhole(t *testing.T, body func(w *whole)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		kinds := agents.Kinds{}
		kinds.Add(nap)
		cfg, _, err := config.Load(config.Input{Name: "node.yaml", Data: []byte(wholeConfig), Kinds: map[string]config.KindInfo{"nap": {Doc: nap.Doc}}})
		require.NoError(t, err)
		w := &whole{T: t, ctx: context.Background()}
		w.n, err = Start(w.ctx, Options{
			Config: cfg, Kinds: kinds, Epoch: "e", Logger: slog.New(slog.DiscardHandler), Store: memory.New(memory.Options{}), NoSurfaces: true, Stdout: &w.results,
		})
		require.NoError(t, err)
		defer w.close()
		synctest.Wait() // what the config declares is there
		body(w)
	})
}

// lives returns the living processes by path.
func (w *whole) lives() map[string]actors.PID {
	all := map[string]actors.PID{}
	for pid := range w.n.sys.Processes() {
		if pid.Alive() {
			all[pid.Path()] = pid
		}
	}
	return all
}

// submit hands tasks in.
func (w *whole) submit(ids ...string) []error {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	var all []error
	for _, id := range ids {
		receipts, err := w.n.queues[0].Submit(ctx, plan.Task{ID: id, Kind: "k", Capability: "x", Input: json.RawMessage(`1`)})
		if err == nil {
			err = receipts[0].Err
		}
		all = append(all, err)
	}
	return all
}

// phase returns a phase's supervisor.
func (w *whole) phase(id string) *supervision.Supervisor {
	w.Helper()
	s, err := supervision.Of(w.n.root.Load().Child(id))
	require.NoError(w, err)
	return s
}

// without takes a child of a phase away while body runs, or one below it, and brings it back.
func (w *whole) without(phase, child, inner string, body func()) {
	w.Helper()
	s, what := w.phase(phase), child
	if inner != "" {
		below, err := supervision.Of(s.Child(child))
		require.NoError(w, err)
		s, what = below, inner
	}
	require.NoError(w, s.TerminateChild(w.ctx, what))
	synctest.Wait()
	if inner == "" {
		assert.Equal(w, "down", named(w.n, phase, child).State)
	}
	body()
	_, err := s.RestartChild(w.ctx, what)
	require.NoError(w, err)
	synctest.Wait()
	assert.Equal(w, "up", named(w.n, phase, child).State)
}

// find counts the agents that the registry knows to be able to do x.
func (w *whole) find() int {
	w.Helper()
	q, err := query.Parse(`capability = "x"`)
	require.NoError(w, err)
	page, err := w.n.Registry().Find(q)
	require.NoError(w, err)
	return len(page.Rows)
}

// loss is what is asserted of one service.
type loss struct {
	phase, child string
	kill         string   // path; empty: the child of the phase
	anew         []string // paths of what lives anew after a kill, a slash at the end for all below; nothing else does
	inner        string   // the process of the child, if that is a supervisor, without which the users are looked at
	ready        bool     // the node is ready without it
	without      func(w *whole)
}

// losses has an entry for every service of the list: what its declaration says in words.
var losses = map[string]loss{
	"watch": {
		phase: "telemetry", child: "aggregator", ready: true, anew: []string{"/n/telemetry/aggregator"},
		without: func(w *whole) {
			assert.Equal(w, []error{nil}, w.submit("t"), "work goes on")
		},
	},
	"journal": {
		phase: "journal", child: "journal", anew: []string{"/n/journal/journal"},
		without: func(w *whole) {
			_, err := w.n.journal.Append(w.ctx, "s", events.Any, events.New{Type: "work.paused"})
			require.ErrorIs(w, err, actors.ErrNoProc, "durable writes are refused")
			assert.Error(w, w.submit("t")[0], "nothing new is accepted")
			assert.Equal(w, 2, w.find(), "what is read from tables goes on")
			_, err = w.n.dir.Lookup(w.ctx, "a")
			assert.NoError(w, err)
		},
	},
	"upkeep": {
		phase: "journal", child: "upkeep", ready: true, anew: []string{"/n/journal/upkeep"},
		without: func(w *whole) {
			assert.Equal(w, []error{nil}, w.submit("t"), "work goes on")
		},
	},
	"agents": {
		phase: "registry", child: "agents", anew: []string{"/n/registry", "/n/registry/", "/n/economy", "/n/economy/", "/n/coordination", "/n/coordination/", "/n/cognition", "/n/cognition/", "/n/app", "/n/app/", "/n/work", "/n/work/"},
		without: func(w *whole) {
			_, err := w.n.dir.Lookup(w.ctx, "a")
			assert.ErrorIs(w, err, actors.ErrNoProc, "nobody finds an agent")
		},
	},
	"health": {
		phase: "registry", child: "health", ready: true, anew: []string{"/n/registry/health"},
		without: func(w *whole) {
			before, _ := w.n.dir.Info("a")
			<-time.After(time.Minute)
			after, ok := w.n.dir.Info("a")
			assert.True(w, ok)
			assert.Equal(w, before.Health, after.Health, "verdicts stay as they were")
			assert.Equal(w, []error{nil}, w.submit("t"), "work goes on")
		},
	},
	"registry": {
		phase: "registry", child: "registry", inner: "owner", ready: true, anew: []string{"/n/registry/registry", "/n/registry/registry/"},
		without: func(w *whole) {
			assert.Equal(w, 2, w.find(), "queries are answered from what was known last")
			assert.Equal(w, []error{nil}, w.submit("t"), "work goes on")
		},
	},
	"ledger": {
		phase: "economy", child: "ledger", anew: []string{"/n/economy/ledger"},
		without: func(w *whole) {
			_, err := w.n.Ledger().Post(w.ctx, ledger.Open("open/bob", "bob"))
			require.ErrorIs(w, err, market.ErrUnavailable)
			have, err := w.n.Ledger().Balance(ledger.Available("ann"), "credit")
			require.NoError(w, err)
			assert.Equal(w, 10*money.Unit, have, "balances are what they were")
			assert.Equal(w, []error{nil}, w.submit("t"), "work goes on")
		},
	},
	"costs": {
		phase: "economy", child: "costs", anew: []string{"/n/economy/costs"},
		without: func(w *whole) {
			_, err := w.n.Costs().Record(w.ctx, cost.Usage{ID: "1", Tenant: "ann", Agent: "a", Kind: market.PaidTask, Quantity: 1})
			require.ErrorIs(w, err, market.ErrUnavailable)
			assert.Equal(w, []error{nil}, w.submit("t"), "work goes on")
		},
	},
	"exchange": {
		phase: "economy", child: "exchange", anew: []string{"/n/economy/exchange", "/n/economy/exchange/"},
		without: func(w *whole) {
			_, err := w.n.Exchange().Bid(w.ctx, "tea", auction.Bid{Key: "1", Bidder: "ann", Asset: "credit", Amount: 1})
			require.ErrorIs(w, err, market.ErrUnavailable)
			a, err := w.n.Exchange().Get(w.ctx, "tea")
			require.NoError(w, err)
			assert.Equal(w, auction.Open, a.View.State, "what is read without the processes goes on")
			assert.Equal(w, []error{nil}, w.submit("t"), "work goes on")
		},
	},
	"books": {
		phase: "economy", child: "books", inner: "book-pots", ready: true, anew: []string{"/n/economy/books", "/n/economy/books/"},
		without: func(w *whole) {
			_, err := w.n.Books()[0].Place(w.ctx, market.BookOrder{Key: "1", Owner: "ann", Price: money.Unit, Quantity: 1})
			require.ErrorIs(w, err, market.ErrUnavailable)
			v, err := w.n.Books()[0].View()
			require.NoError(w, err)
			assert.Equal(w, money.Asset("pot"), v.Base, "what is read without the processes goes on")
			assert.Equal(w, []error{nil}, w.submit("t"), "work goes on")
		},
	},
	"opening": {
		phase: "economy", child: "opening", ready: true, anew: []string{"/n/economy/opening"},
		without: func(w *whole) {
			a, err := w.n.Exchange().Get(w.ctx, "tea")
			require.NoError(w, err)
			assert.Equal(w, auction.Open, a.View.State, "what is there goes on")
		},
	},
	"deals": {
		phase: "economy", child: "deals", anew: []string{"/n/economy/deals", "/n/economy/deals/"},
		without: func(w *whole) {
			_, err := w.n.Deals().Fund(w.ctx, listing.Terms{ID: "1", Buyer: "ann", Provider: "sue", Price: 1})
			require.ErrorIs(w, err, market.ErrUnavailable)
			assert.Equal(w, []error{nil}, w.submit("t"), "work goes on")
		},
	},
	"integrity": {
		phase: "economy", child: "integrity", ready: true, anew: []string{"/n/economy/integrity", "/n/economy/integrity/"},
		without: func(w *whole) {
			_, err := w.n.Integrity().Check(w.ctx)
			require.ErrorIs(w, err, market.ErrUnavailable)
			_, err = w.n.Deals().Fund(w.ctx, listing.Terms{ID: "2", Buyer: "ann", Provider: "sue", Price: 1})
			require.NoError(w, err, "markets go on")
		},
	},
	"spaces": {
		phase: "coordination", child: "spaces", ready: true, anew: []string{"/n/coordination/spaces", "/n/coordination/spaces/"},
	},
	"variables": {
		phase: "cognition", child: "variables", ready: true, anew: []string{"/n/cognition/variables", "/n/cognition/variables/"},
		without: func(w *whole) {
			v, err := cognitive.Lookup[float64](w.n.VariableSpace("tuning"), "heat")
			require.NoError(w, err)
			assert.Equal(w, 0.5, v.Get(), "it is read as ever")
			assert.Equal(w, []error{nil}, w.submit("t"), "work goes on")
		},
	},
	"sessions": {
		phase: "work", child: "coordination", ready: true, anew: []string{"/n/work/coordination", "/n/work/coordination/"},
		without: func(w *whole) {
			_, err := w.n.Engine().Start(w.ctx, protocols.Spec{Question: "?", Participants: []string{"a"}})
			require.ErrorIs(w, err, protocols.ErrUnavailable)
			assert.Equal(w, []error{nil}, w.submit("t"), "work goes on")
		},
	},
	"tree": {
		kill: "/n/app", anew: []string{"/n/app", "/n/app/", "/n/work", "/n/work/"},
	},
	"queues": {
		phase: "work", child: "q", anew: []string{"/n/work", "/n/work/"},
		without: func(w *whole) {
			assert.Error(w, w.submit("t")[0], "tasks are not accepted")
			assert.Equal(w, 2, w.find(), "nobody else notices")
		},
	},
	"http": {}, // not in a bubble: TestWithoutSurfacesWorkGoesOn
}

func TestEveryServiceHasATestOfItsLoss(t *testing.T) {
	var declared []string
	for _, s := range services() {
		declared = append(declared, s.Name)
		assert.NotEmpty(t, s.Without, s.Name)
	}
	slices.Sort(declared)
	assert.Equal(t, slices.Sorted(maps.Keys(losses)), declared)
}

// A service that is killed costs exactly the processes that its declaration means, and every accepted task ends once.
//
// Holds: DEG-1
func TestKilledServiceCostsWhatIsStatedAndNobodyElse(t *testing.T) {
	for name, c := range losses {
		if c.anew == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			inWhole(t, func(w *whole) {
				require.Equal(w, []error{nil, nil, nil, nil}, w.submit("t0", "t1", "t2", "t3"))
				time.Sleep(500 * time.Millisecond) // two are in hand
				synctest.Wait()
				before := w.lives()
				victim := c.kill
				if victim == "" {
					victim = "/n/" + c.phase + "/" + c.child
				}
				require.True(w, before[victim].Alive(), victim)
				before[victim].Kill()
				time.Sleep(time.Minute)
				synctest.Wait()
				after := w.lives()
				expected := func(path string) bool {
					return slices.ContainsFunc(c.anew, func(want string) bool {
						return path == want || strings.HasSuffix(want, "/") && strings.HasPrefix(path, want)
					})
				}
				for path, pid := range before {
					assert.True(w, after[path].Alive(), "%s lives", path)
					assert.Equal(w, expected(path), pid != after[path], "%s lives anew", path)
				}
				assert.True(w, w.n.Health().Ready)
				w.end("t0", "t1", "t2", "t3")
			})
		})
	}
}

// While a service is away, those who use it see what its declaration says; when it is back, all is as before.
func TestWithoutAServiceItsUsersSeeWhatIsStated(t *testing.T) {
	for name, c := range losses {
		if c.without == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			inWhole(t, func(w *whole) {
				w.without(c.phase, c.child, c.inner, func() {
					h := w.n.Health()
					assert.Equal(w, c.ready, h.Ready, h.Verdict())
					c.without(w)
				})
				assert.True(w, w.n.Health().Ready)
				if name == "agents" {
					return // who was there is not in the new directory: it is a crash that has them rebuilt
				}
				time.Sleep(time.Minute)
				assert.Equal(w, []error{nil}, w.submit("last"), "all is as before")
				time.Sleep(time.Minute)
				w.end("last")
			})
		})
	}
}

// end stops the node; each task must have one outcome.
func (w *whole) end(ids ...string) {
	w.Helper()
	w.close()
	for _, id := range ids {
		assert.Equal(w, 1, strings.Count(w.results.String(), fmt.Sprintf(`"id":%q,`, id)), "outcomes of %s", id)
	}
}

// close stops the node, once.
func (w *whole) close() {
	w.Helper()
	if w.closed {
		return
	}
	w.closed = true
	stats, err := w.n.Stop(w.ctx)
	assert.NoError(w, err)
	assert.Len(w, stats, 1)
	for _, s := range stats {
		assert.Zero(w, s.Open(), "%+v", s)
	}
}
