// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// The laws of the variables of a town: what users ask of a is decided by others if it is much, b is adapted and what agents ask of it too, m is a choice that agents make, and
// a and b have a budget together.
const (
	coolB, coolM = 400 * time.Millisecond, 700 * time.Millisecond
	muchOfA      = 0.3
	budget       = 150.0
)

var kindsOfTown = map[string]kind.Kind{"a": kind.Integer{Min: 0, Max: 100}, "b": kind.Float{Min: 0, Max: 1}, "m": kind.OptionsOf("x", "y", "z")}

func spent(a, b kind.Value) float64 { return float64(a.Integer()) + float64(100*b.Float()) }

// town is a world in which all that variables do happens at once.
type town struct {
	*world
	c      *court
	agents pool
	ready  bool
	left   int                   // of the clients, who are not done
	lives  [][]cognitive.Update  // what each life of a slow subscriber has heard
	wrong  []error               // answers that nobody should have had
	user   map[string]kind.Value // what users asked for, by key
}

// found adds the variables, and everybody who works with them.
func (w *town) found(ctx *actors.Context[int], rounds int) error {
	for _, v := range []struct {
		name    string
		options []cognitive.Setting
	}{
		{"a", []cognitive.Setting{cognitive.Decide(cognitive.Policy{Mode: "vote", Above: muchOfA, Within: 2 * time.Second})}},
		{"b", []cognitive.Setting{cognitive.With(cognitive.Settings{Cooldown: coolB, Durability: cognitive.Buffered})}},
		{"m", []cognitive.Setting{cognitive.With(cognitive.Settings{Cooldown: coolM})}},
	} {
		if err := insist(ctx, w.world, func(c context.Context) error { return w.s.Add(c, v.name, kindsOfTown[v.name], v.options...) }); err != nil {
			return err
		}
	}
	if err := insist(ctx, w.world, func(c context.Context) error {
		_, err := cognitive.AddComposite[float64](c, w.s, "spent", cognitive.Composite{Inputs: []string{"a", "b"}, Func: func(in []kind.Value) (kind.Value, error) {
			return kind.OfFloat(spent(in[0], in[1])), nil
		}})
		return err
	}); err != nil {
		return err
	}
	if err := w.s.Constrain(cognitive.Constraint{Name: "budget", Variables: []string{"a", "b"}, Budget: []float64{1, 100}, Limit: budget}); err != nil {
		return err
	}
	w.listen(ctx)
	for n := range 2 {
		w.left += 2
		actors.MustSpawn(ctx, fmt.Sprint("user", n), actors.Stateless(func(ctx *actors.Context[int], _ int) error { return w.use(ctx, n, rounds) })).Tell(0)
		actors.MustSpawn(ctx, fmt.Sprint("agent", n), actors.Stateless(func(ctx *actors.Context[int], _ int) error { return w.live(ctx, n, 3*rounds) })).Tell(0)
	}
	err := insist(ctx, w.world, func(c context.Context) error {
		return w.s.Adapt(c, cognitive.Adaptation{Variable: "b", Agents: w.agents, Share: 0.2, Spec: adapt.Spec{
			Objective: adapt.Performance(adapt.Weight{Metric: "score", Weight: 1}), Warm: 3, Settle: 1, Trial: 20, Watch: 20, TTL: 2 * time.Second,
		}})
	})
	w.ready = err == nil
	return err
}

// listen has somebody hear of everything.
func (w *town) listen(ctx *actors.Context[int]) {
	actors.MustSpawn(ctx, "ear", actors.Stateless(func(c *actors.Context[any], m any) error {
		switch m := m.(type) {
		case string:
			_, err := cognitive.SubscribeSpace(c, w.s, cognitive.Buffer(100_000), func(u cognitive.Update) any { return u })
			return err
		case cognitive.Update:
			w.heard = append(w.heard, m)
		}
		return nil
	})).Tell("subscribe")
}

// slowEar is one life of a subscriber that takes its time.
type slowEar struct {
	w    *town
	life int
}

func (e *slowEar) Init(ctx *actors.Context[any]) error {
	e.life = len(e.w.lives)
	e.w.lives = append(e.w.lives, nil)
	_, err := cognitive.SubscribeSpace(ctx, e.w.s, cognitive.Conflate(), func(u cognitive.Update) any { return u })
	return err
}

func (e *slowEar) Receive(ctx *actors.Context[any], m any) error {
	e.w.lives[e.life] = append(e.w.lives[e.life], m.(cognitive.Update))
	return e.w.sys.Sleep(ctx, time.Duration(ctx.Rand().IntN(8))*time.Millisecond)
}

// unsure says that an answer leaves open what was done: the same key asks again.
func unsure(err error) bool {
	return !errors.Is(err, cognitive.ErrDeadline) && (errors.Is(err, cognitive.ErrRestarted) || errors.Is(err, context.DeadlineExceeded))
}

// refused notes an answer that nobody should have had.
func (w *town) refused(err error) {
	var broken *cognitive.ConstraintError
	for _, e := range []error{
		cognitive.ErrRejected, cognitive.ErrDeadline, cognitive.ErrVersionConflict, cognitive.ErrDecisionLost, cognitive.ErrCooldown, cognitive.ErrRateLimited, cognitive.ErrRestarted,
	} {
		if errors.Is(err, e) {
			return
		}
	}
	if err != nil && !errors.As(err, &broken) {
		w.wrong = append(w.wrong, err)
	}
}

// use is what a user does: proposals for a, each until it is answered.
func (w *town) use(ctx *actors.Context[int], n, rounds int) error {
	for i := range rounds {
		key, value := fmt.Sprint("user", n, "-", i), kind.OfInteger(ctx.Rand().Int64N(101))
		w.user[key] = value
		for {
			c, stop := ctx.WithTimeout(5 * time.Second)
			r, err := w.s.Propose(c, "a", value, cognitive.Key(key))
			stop()
			if err == nil {
				w.acked[key] = r
			}
			if !unsure(err) {
				w.refused(err)
				break
			}
			if err := w.sys.Sleep(ctx, 20*time.Millisecond); err != nil {
				return err
			}
		}
	}
	w.left--
	return nil
}

// live is what an agent does: it asks for values of b and m, and takes any answer.
func (w *town) live(ctx *actors.Context[int], n, rounds int) error {
	for i := range rounds {
		name, value := "b", kind.OfFloat(ctx.Rand().Float64())
		if i%2 == 0 {
			name, value = "m", kind.OfChoice(string("xyz"[ctx.Rand().IntN(3)]))
		}
		c, stop := ctx.WithTimeout(5 * time.Second)
		_, err := w.s.Propose(c, name, value, cognitive.FromAgent(fmt.Sprint("agent", n)), cognitive.Because("it may be better"))
		stop()
		if !unsure(err) {
			w.refused(err)
		}
		if err := w.sys.Sleep(ctx, time.Duration(ctx.Rand().IntN(300))*time.Millisecond); err != nil {
			return err
		}
	}
	w.left--
	return nil
}

// report has an agent report what it has of b: now and then something that cannot be.
func (w *town) report(i int, rng *rand.Rand) {
	who := w.agents[i%len(w.agents)]
	for _, x := range w.s.Configuration(cognitive.Agent{Name: who}).Values {
		if x.Variable != "b" {
			continue
		}
		score := -5*(x.Value.Float()-0.7)*(x.Value.Float()-0.7) + 0.1*rng.NormFloat64()
		if rng.IntN(20) == 0 {
			score = []float64{1e300, -1e300, 1e90, 3}[rng.IntN(4)]
		}
		_ = w.s.Report(cognitive.Feedback{Variable: "b", Version: x.Version, Agent: who, Metrics: []adapt.Metric{{Name: "score", Value: score}}}) // no adapter may be there yet
	}
}

// fits checks what can be seen at one version: values of their kinds, the budget, and a composite of the same version as its inputs.
func (w *town) fits(s *sim.Sim, last cognitive.Version) cognitive.Version {
	v := w.s.Snapshot()
	require.False(s, v.Version.Before(last), "%s came after %s", v.Version, last)
	for _, x := range v.Values {
		if k := kindsOfTown[x.Variable]; k != nil {
			again, err := k.Normal(x.Value)
			require.NoError(s, err)
			require.True(s, again.Equal(x.Value))
		} else if x.Flags&cognitive.Degraded == 0 {
			require.Equal(s, spent(v.Value("a"), v.Value("b")), x.Value.Float())
			require.LessOrEqual(s, x.Value.Float(), budget*(1+1e-9))
		}
	}
	return v.Version
}

// Users, agents, others who decide, an adapter and subscribers at work at once, while any of them and of what runs the space ends at any moment and the journal fails: every law
// holds at every moment and at the end.
func TestSimulationKeepsEveryLawWhileEverythingHappensAtOnce(t *testing.T) {
	const rounds = 5
	explore(t, 2, func(s *sim.Sim) {
		w := &town{c: &court{tell: map[string]func(cognitive.Verdict){}, over: map[string]cognitive.Verdict{}}, agents: twenty(), user: map[string]kind.Value{}}
		w.world = newWorld(s, cognitive.SpaceOptions{Decider: w.c})
		w.c.sit(s, w.world)
		_, err := supervision.Start(w.sys, "slow", supervision.Spec{
			Children: []supervision.Child{supervision.Worker("ear", func() actors.Behavior[any] { return &slowEar{w: w} })}, Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
		})
		require.NoError(s, err)
		s.Fault(sim.Space{
			Kinds: []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
			Processes: []string{
				"/law/judge", "/slow/ear", "/node/lab/lab.committer", "/node/lab/lab.variables", "/node/lab/lab.variables/a", "/node/lab/lab.variables/b", "/node/lab/lab.variables/m",
				"/node/lab/lab.adapters", "/node/lab/lab.adapters/b", "/node/lab/lab.opener", "/node/lab/lab.notifier",
			},
			MaxNth: 40, MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 9)...)
		actors.MustSpawn(w.sys, "house", actors.Stateless(func(ctx *actors.Context[int], _ int) error { return w.found(ctx, rounds) })).Tell(0)
		var last cognitive.Version
		rng := s.Rand("reports")
		for i := range 500 {
			s.Advance(10 * time.Millisecond)
			w.report(i, rng)
			last = w.fits(s, last)
		}
		s.Calm()
		w.j.failing(nil)
		for i := range 200 { // who was held up goes on
			s.Advance(50 * time.Millisecond)
			w.report(i, rng)
			last = w.fits(s, last)
		}
		s.Advance(5 * time.Minute)
		require.True(s, w.ready)
		require.Zero(s, w.left, "everybody is answered")
		require.Empty(s, w.wrong)
		w.over(s)
	})
}

// over checks what is left when all is over.
func (w *town) over(s *sim.Sim) {
	times := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(kindsOfTown)) {
		list, err := w.s.History(s.Context(), name, cognitive.Query{All: true})
		require.NoError(s, err)
		cool := map[string]time.Duration{"b": coolB, "m": coolM}[name]
		for i, c := range list {
			require.Equal(s, cognitive.Version{Seq: uint64(i) + 1}, c.Version, "no gap and no epoch in %s", name)
			if i == 0 {
				continue
			}
			before := list[i-1]
			if before.Cause != cognitive.ByInitial && (c.Cause == cognitive.ByAgent || c.Cause == cognitive.ByAdapter) {
				require.GreaterOrEqual(s, c.At.Sub(before.At), cool, "the cooldown of %s before %s", name, c.Version)
			}
			if name == "a" {
				times[c.Key]++
				require.True(s, c.Value.Equal(w.user[c.Key]), "what was asked for with the key %s", c.Key)
				if kindsOfTown["a"].Distance(before.Value, c.Value) > muchOfA {
					require.NotEmpty(s, c.Decision, "much of a without a decision: %+v after %+v", c, before)
					require.Equal(s, cognitive.Accepted, w.c.over[c.Decision].Outcome)
				}
			}
		}
	}
	for key := range w.user {
		r, acked := w.acked[key]
		require.LessOrEqual(s, times[key], 1, key)
		if acked {
			require.Equal(s, 1, times[key], "%s was acknowledged as %s", key, r.Version)
		}
	}
	open, err := w.s.Decisions(s.Context())
	require.NoError(s, err)
	assert.Empty(s, open)
	for _, i := range w.s.List() {
		assert.Empty(s, i.Overrides, "every slice of %s has ended", i.Name)
	}
	next := follow(s, w.heard)
	for _, life := range w.lives {
		follow(s, life)
	}
	end := follow(s, w.lives[len(w.lives)-1])
	for _, x := range w.s.Snapshot().Values {
		assert.Equal(s, x.Version, next[x.Variable], "who hears everything has heard the last of %s", x.Variable)
		assert.Equal(s, x.Version, end[x.Variable], "who is slow has heard the last of %s", x.Variable)
	}
}

// follow checks that a subscriber has heard each version after the one before, or of the gap, and returns the last ones.
func follow(s *sim.Sim, heard []cognitive.Update) map[string]cognitive.Version {
	last := map[string]cognitive.Version{}
	for _, u := range heard {
		require.NoError(s, u.Err)
		id := u.Variable
		if u.Scope != "" {
			id += "/" + u.Scope
		}
		was, known := last[id]
		last[id] = u.Version
		from := u.Version
		if u.Gap != nil {
			from = u.Gap.From
			require.Equal(s, u.Version.Seq, u.Gap.To.Seq+1, "the gap ends before %s of %s", u.Version, id)
		}
		switch {
		case known:
			require.Equal(s, cognitive.Version{Epoch: was.Epoch, Seq: was.Seq + 1}, from, "what comes after %s of %s", was, id)
		case u.Scope == "":
			require.True(s, u.First || from.Seq == 1, "%s of %s is the first that is heard", from, id)
		}
	}
	return last
}
