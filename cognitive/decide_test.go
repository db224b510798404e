// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

// panel is a decider without voters: the test says what it decides, and when.
type panel struct {
	mu sync.Mutex
	// open are the questions, and who is to be told, in the order in which they came; over what was decided.
	open    []cognitive.Question
	tell    map[string]func(cognitive.Verdict)
	over    map[string]cognitive.Verdict
	settled map[string]bool
	pid     actors.PID // of each session
	forgets bool
}

func newPanel() *panel {
	return &panel{tell: map[string]func(cognitive.Verdict){}, over: map[string]cognitive.Verdict{}, settled: map[string]bool{}}
}

func (p *panel) Start(q cognitive.Question, verdict func(cognitive.Verdict)) (cognitive.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.tell[q.ID]; !known {
		p.open = append(p.open, q)
	}
	p.tell[q.ID] = verdict
	return cognitive.Session{PID: p.pid}, nil
}

func (p *panel) Lookup(id string) (cognitive.Verdict, cognitive.SessionState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if v, ok := p.over[id]; ok {
		return v, cognitive.SessionDecided
	}
	if _, ok := p.tell[id]; ok && !p.forgets {
		return cognitive.Verdict{}, cognitive.SessionOpen
	}
	return cognitive.Verdict{}, cognitive.SessionUnknown
}

func (p *panel) Cancel(id string, _ error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over[id] = cognitive.Verdict{Outcome: cognitive.Cancelled}
}

func (p *panel) Settle(id string, committed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settled[id] = committed
}

// asked is how many questions there have been.
func (p *panel) asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.open)
}

// decide ends the last session.
func (p *panel) decide(v cognitive.Verdict) {
	p.mu.Lock()
	q := p.open[len(p.open)-1]
	p.over[q.ID] = v
	tell := p.tell[q.ID]
	p.mu.Unlock()
	tell(v)
}

// asked proposes in the background and returns how that ends, when the question is open.
func asked(r *rig, v *cognitive.Variable[float64], x float64, options ...cognitive.ProposeOption) chan error {
	end := make(chan error, 1)
	go func() { // it ends with the proposal
		_, err := v.Propose(r.ctx, x, options...)
		end <- err
	}()
	synctest.Wait()
	return end
}

func voted(r *rig, p cognitive.Policy) *cognitive.Variable[float64] {
	p.Mode = "vote"
	v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1}, cognitive.Decide(p))
	require.NoError(r.t, err)
	return v
}

func TestWhatOthersDecideIsCommittedOrNot(t *testing.T) {
	p := newPanel()
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}, Decider: p}, func(r *rig) {
		v := voted(r, cognitive.Policy{Above: 0.1, Within: time.Minute})
		_, err := v.Propose(r.ctx, 0.05)
		require.NoError(t, err, "too little to ask anybody")
		assert.Empty(t, p.open)

		end := asked(r, v, 0.5, cognitive.FromAgent("ann"), cognitive.Because("more"))
		require.Len(t, p.open, 1)
		q := p.open[0]
		assert.Equal(t, "ann", q.Proposer)
		assert.Equal(t, 0.05, q.Present.Float())
		assert.Equal(t, 0.7, q.Policy.Support)
		p.decide(cognitive.Verdict{Outcome: cognitive.Accepted})
		require.NoError(t, <-end)
		assert.Equal(t, 0.5, v.Get())
		blame, err := r.s.Blame(r.ctx, "x")
		require.NoError(t, err)
		assert.Equal(t, q.ID, blame.Decision)
		assert.Equal(t, map[string]bool{q.ID: true}, p.settled)

		for _, c := range []struct {
			outcome cognitive.Outcome
			err     error
		}{{cognitive.Rejected, cognitive.ErrRejected}, {cognitive.NoQuorum, cognitive.ErrNoQuorum}, {cognitive.Expired, cognitive.ErrDeadline}, {cognitive.Cancelled, cognitive.ErrCancelled}} {
			end = asked(r, v, 1)
			p.decide(cognitive.Verdict{Outcome: c.outcome, Tally: map[string]float64{"yes": 1, "no": 2}})
			assert.ErrorIs(t, <-end, c.err)
		}
		end = asked(r, v, 1)
		p.decide(cognitive.Verdict{Outcome: cognitive.Accepted, Chosen: kind.OfFloat(0.8)})
		require.NoError(t, <-end)
		assert.Equal(t, 0.8, v.Get(), "the value that was chosen")

		begin := r.sys.Now()
		assert.ErrorIs(t, <-asked(r, v, 0), cognitive.ErrDeadline)
		assert.Equal(t, time.Minute, r.sys.Now().Sub(begin))
		open, err := r.s.Decisions(r.ctx)
		require.NoError(t, err)
		assert.Empty(t, open)
		_, err = v.Propose(r.ctx, 0, cognitive.Force())
		require.NoError(t, err, "an operator asks nobody")
	})
}

func TestAVerdictAboutAValueThatHasMovedIsWorthless(t *testing.T) {
	p := newPanel()
	bubble(t, cognitive.SpaceOptions{Decider: p}, func(r *rig) {
		v := voted(r, cognitive.Policy{})
		end := asked(r, v, 0.5)
		_, err := r.s.Redefine(r.ctx, "x", cognitive.Redefinition{Kind: kind.Float{Min: 0, Max: 2}})
		require.NoError(t, err)
		p.decide(cognitive.Verdict{Outcome: cognitive.Accepted})
		assert.ErrorIs(t, <-end, cognitive.ErrVersionConflict)
		assert.Equal(t, 0.0, v.Get())
	})
}

func TestManyProposalsWaitForOneDecisionAndNoMore(t *testing.T) {
	p := newPanel()
	bubble(t, cognitive.SpaceOptions{Decider: p}, func(r *rig) {
		v := voted(r, cognitive.Policy{Proposers: []cognitive.Cause{cognitive.ByUser}, Within: time.Hour})
		first := asked(r, v, 0.1)
		late := asked(r, v, 0.2, cognitive.Within(time.Second))
		older := asked(r, v, 0.3, cognitive.FromAdapter("engine", cognitive.Gain{}))
		newer := asked(r, v, 0.4, cognitive.FromAdapter("engine", cognitive.Gain{}))
		assert.ErrorIs(t, <-older, cognitive.ErrSuperseded)
		assert.ErrorIs(t, <-late, cognitive.ErrDeadline)
		ctx, cancel := context.WithCancel(r.ctx)
		gone := make(chan error, 1)
		go func() { // it ends with the proposal
			_, err := v.Propose(ctx, 0.5, cognitive.Key("gone"))
			gone <- err
		}()
		synctest.Wait()
		cancel()
		assert.ErrorIs(t, <-gone, context.Canceled)
		synctest.Wait()
		for range 63 {
			asked(r, v, 0.6)
		}
		assert.ErrorIs(t, <-asked(r, v, 0.7), cognitive.ErrBusy)
		p.decide(cognitive.Verdict{Outcome: cognitive.Accepted})
		require.NoError(t, <-first)
		require.NoError(t, <-newer)
		assert.Equal(t, 0.4, v.Get())
		for range 63 {
			synctest.Wait()
			p.decide(cognitive.Verdict{Outcome: cognitive.Rejected})
		}
	})
}

func TestADecisionGoesOnOverACrashOfWhoWaitsForIt(t *testing.T) {
	for _, how := range []string{"open", "decided", "forgotten"} {
		for _, process := range []string{"lab/lab.variables/x", "lab/lab.committer"} {
			t.Run(how+" when "+process+" crashes", func(t *testing.T) {
				p := newPanel()
				bubble(t, cognitive.SpaceOptions{Journal: &memory{}, Decider: p}, func(r *rig) {
					v := voted(r, cognitive.Policy{Within: time.Minute})
					end := asked(r, v, 0.5, cognitive.Key("k"))
					switch how {
					case "decided":
						p.mu.Lock()
						p.over[p.open[0].ID] = cognitive.Verdict{Outcome: cognitive.Accepted}
						p.mu.Unlock()
					case "forgotten":
						p.forgets = true
					}
					var victim actors.PID
					for pid := range r.sys.Processes() {
						if pid.Path() == "/node/"+process {
							victim = pid
						}
					}
					victim.Kill()
					assert.ErrorIs(t, <-end, cognitive.ErrRestarted)
					synctest.Wait()
					if how == "open" {
						p.decide(cognitive.Verdict{Outcome: cognitive.Accepted})
						synctest.Wait()
					}
					if how == "forgotten" {
						assert.Equal(t, 0.0, v.Get())
						open, err := r.s.Decisions(r.ctx)
						require.NoError(t, err)
						assert.Empty(t, open)
						return
					}
					assert.Equal(t, 0.5, v.Get())
					got, err := v.Propose(r.ctx, 0.9, cognitive.Key("k"))
					require.NoError(t, err)
					assert.True(t, got.Again)
				})
			})
		}
	}
}

func TestASessionThatDiesLosesTheDecision(t *testing.T) {
	p := newPanel()
	bubble(t, cognitive.SpaceOptions{Decider: p}, func(r *rig) {
		v := voted(r, cognitive.Policy{Within: time.Minute})
		session := actors.MustSpawn(r.sys, "session", actors.Stateless(func(*actors.Context[int], int) error { return nil }))
		p.pid = session.PID()
		end := asked(r, v, 0.5)
		session.PID().Kill()
		assert.ErrorIs(t, <-end, cognitive.ErrDecisionLost)
		assert.Equal(t, 0.0, v.Get())
	})
}

func TestWithoutADeciderNothingThatNeedsOneIsCommitted(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		v := voted(r, cognitive.Policy{})
		_, err := v.Propose(r.ctx, 0.5)
		assert.ErrorIs(t, err, cognitive.ErrRejected)
	})
}

// Two ways lead to a variable: its own process, and that of another one with which it is changed. What is little when it is proposed may be much when its turn has come.
func TestWhatIsMuchByTheTimeOfItsCommitIsDecidedByOthers(t *testing.T) {
	p := newPanel()
	var slow atomic.Pointer[actors.System]
	j := &memory{slow: pausing(&slow)}
	bubble(t, cognitive.SpaceOptions{Journal: j, Decider: p}, func(r *rig) {
		v := voted(r, cognitive.Policy{Above: 0.3, Within: time.Minute})
		_, err := v.Propose(r.ctx, 0.5, cognitive.Force())
		require.NoError(t, err)
		_, err = r.s.AddFloat(r.ctx, "y", kind.Float{Min: 0, Max: 1})
		require.NoError(t, err)
		slow.Store(r.sys)
		both := make(chan error, 1)
		go func() { // it ends with the proposal
			_, err := r.s.Change(r.ctx, []cognitive.To{{Variable: "y", Value: kind.OfFloat(1)}, {Variable: "x", Value: kind.OfFloat(0.75)}})
			both <- err
		}()
		synctest.Wait() // the journal has it, and nobody sees it yet
		end := asked(r, v, 0.3)
		assert.Zero(t, p.asked(), "0.2 from what there is")
		require.NoError(t, <-both)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		require.Equal(t, 1, p.asked(), "0.45 from what there was then")
		assert.Equal(t, 0.75, p.open[0].Present.Float())
		p.decide(cognitive.Verdict{Outcome: cognitive.Rejected})
		assert.ErrorIs(t, <-end, cognitive.ErrRejected)
		assert.Equal(t, 0.75, v.Get())
	})
}

// A value for some agents has versions of its own: a verdict about it is not held against those of the value for all.
func TestAValueForSomeAgentsIsDecidedToo(t *testing.T) {
	p := newPanel()
	bubble(t, cognitive.SpaceOptions{Decider: p}, func(r *rig) {
		v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1}, cognitive.With(cognitive.Settings{Decision: cognitive.Policy{Mode: "vote"}}))
		require.NoError(t, err)
		for i, value := range []float64{0.5, 0.25} {
			end := make(chan error, 1)
			go func() { // ends with the decision
				_, err := v.Override(r.ctx, "agent/ann", value, 0)
				end <- err
			}()
			synctest.Wait()
			p.decide(cognitive.Verdict{Outcome: cognitive.Accepted})
			require.NoError(t, <-end, i)
			assert.Equal(t, value, v.For(cognitive.Agent{Name: "ann"}).Get())
		}
	})
}
