// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"slices"
	"sync"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/election"
)

// Election is an office of a space. Candidates are processes, or who AsOwner names.
type Election struct {
	s      *Space
	name   string
	margin int
}

// Election returns the election of a name, which is made with the spec when it is first used.
func (s *Space) Election(name string, spec election.Spec) Election {
	return Election{s, name, spec.Margin}
}

// Candidacy says how somebody stands for election. The zero Candidacy has health 0 and no lease.
type Candidacy struct {
	// Health orders candidates: more is better.
	Health int
	// TTL is the length of the leader's lease; 0 means that a term ends by resignation or the leader's end.
	TTL time.Duration
}

// Leadership is who leads.
type Leadership struct {
	// Election is the name of the office.
	Election string
	// Leader is the owner that leads: a process's path and incarnation, or "outside/" and the name of AsOwner; empty for nobody.
	Leader string
	// Term is the leader's, or the last one if nobody leads.
	Term election.Term
}

// Campaign stands for election and waits until the caller leads. When ctx ends the candidacy is withdrawn.
func (e Election) Campaign(ctx context.Context, c Candidacy) (*Office, error) {
	o := &Office{e: e}
	in := e.input(opCampaign)
	in.ID, in.Wait, in.Health, in.For = e.s.newID(), true, c.Health, c.TTL
	in.Owner, _ = e.s.caller(ctx, in.ID)
	o.owner = in.Owner
	a, err := e.s.askAs(ctx, in)
	if err != nil {
		return nil, about("campaign", e.name, err)
	}
	o.term, o.mu.until, o.mu.ttl = a.Token, a.Until, c.TTL
	return o, nil
}

// Stand stands for election, or changes the health of who stands already, and does not wait: Observe tells who leads.
func (e Election) Stand(ctx context.Context, c Candidacy) (Leadership, error) {
	in := e.input(opCampaign)
	in.Health, in.For = c.Health, c.TTL
	a, err := e.s.ask(ctx, in)
	return Leadership{e.name, a.Leader, a.Token}, about("stand", e.name, err)
}

// Withdraw ends the caller's candidacy, or its term. election.ErrNotCandidate if it has neither.
func (e Election) Withdraw(ctx context.Context) error {
	_, err := e.s.ask(ctx, e.input(opWithdraw))
	return about("withdraw", e.name, err)
}

// Leader returns who leads.
func (e Election) Leader(ctx context.Context) (Leadership, error) {
	return view(ctx, e.s, func(st *spaceState) Leadership {
		l := Leadership{Election: e.name}
		if m := st.elections[e.name]; m != nil {
			l.Leader, l.Term = m.Leader()
		}
		return l
	})
}

// Candidates returns the leader and then who waits, the next leader first.
func (e Election) Candidates(ctx context.Context) ([]election.Candidacy, error) {
	return view(ctx, e.s, func(st *spaceState) []election.Candidacy {
		if m := st.elections[e.name]; m != nil {
			return m.Candidates()
		}
		return nil
	})
}

// Check judges an act that carries a term, when it is looked at: *election.NotLeaderError unless the term is the present one. What must not be done by
// a former leader is guarded by a Fence as well, for a term can end right after it.
func (e Election) Check(ctx context.Context, term election.Term) error {
	err, callErr := check(ctx, e, term)
	if callErr != nil {
		return about("check", e.name, callErr)
	}
	return about("check", e.name, err)
}

type verdict struct{ err error }

func check(ctx context.Context, e Election, term election.Term) (judged, failed error) {
	v, err := view(ctx, e.s, func(st *spaceState) verdict {
		m := st.elections[e.name]
		if m == nil {
			return verdict{&election.NotLeaderError{}}
		}
		return verdict{m.Check(e.s.sys.Now(), term)}
	})
	return v.err, err
}

func (e Election) input(op spaceOp) spaceInput {
	return spaceInput{Op: op, Name: e.name, Margin: e.margin}
}

// askAs is ask for an input whose Owner is the caller's already.
func (s *Space) askAs(ctx context.Context, in spaceInput) (spaceAnswer, error) {
	in.Owner = ""
	return s.ask(ctx, in)
}

// Office is a term that the caller leads.
type Office struct {
	e     Election
	owner string
	term  election.Term
	mu    struct {
		sync.Mutex
		until time.Time
		ttl   time.Duration
	}
}

// Term returns the term: what the leader does to the outside carries it.
func (o *Office) Term() election.Term { return o.term }

// Valid reports whether the leader may go on at its own time: a tenth of the lease before that ends it has to stop.
func (o *Office) Valid() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.mu.until.IsZero() || o.e.s.sys.Now().Before(o.mu.until.Add(-o.mu.ttl/10))
}

// Renew makes the lease end ttl from now. *election.NotLeaderError if the term is over.
func (o *Office) Renew(ctx context.Context, ttl time.Duration) error {
	asked := o.e.s.sys.Now()
	in := o.e.input(opExtend)
	in.Owner, in.Token, in.For = o.owner, o.term, ttl
	if _, err := o.e.s.ask(ctx, in); err != nil {
		return about("renew", o.e.name, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mu.ttl, o.mu.until = ttl, time.Time{}
	if ttl > 0 {
		o.mu.until = asked.Add(ttl)
	}
	return nil
}

// Resign ends the term; the next candidate leads at once. *election.NotLeaderError if it is over.
func (o *Office) Resign(ctx context.Context) error {
	in := o.e.input(opResign)
	in.Owner, in.Token = o.owner, o.term
	_, err := o.e.s.ask(ctx, in)
	return about("resign", o.e.name, err)
}

// Observe tells a process who leads: at once, if an election is known to have been held, and at each change from then on, as the messages that notice
// makes. Terms never fall. It ends with the process, or with cancel. It panics without notice.
func Observe[M any](c *actors.Context[M], e Election, notice func(Leadership) M) (cancel func()) {
	return e.s.watchers.add(e.name, actors.NewFeed(c, notice), c)
}

// watchers are who is told about elections. They outlive the space's process, which tells them.
type watchers struct {
	mu   sync.Mutex // guards the rest; nothing is sent under it
	of   map[string][]*actors.Feed[Leadership]
	last map[string]Leadership
}

func (w *watchers) add(name string, feed *actors.Feed[Leadership], owner actors.Sender) (cancel func()) {
	w.mu.Lock()
	if w.of == nil {
		w.of = map[string][]*actors.Feed[Leadership]{}
	}
	w.of[name] = append(w.of[name], feed)
	if l, known := w.last[name]; known {
		feed.Add(l)
	}
	w.mu.Unlock()
	feed.Flush()
	remove := func() { w.remove(name, feed) }
	if _, err := actors.AtEnd(owner, func(actors.Reason) { remove() }); err != nil {
		remove()
	}
	return func() {
		feed.Stop()
		remove()
	}
}

func (w *watchers) remove(name string, feed *actors.Feed[Leadership]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at := slices.Index(w.of[name], feed); at >= 0 {
		w.of[name] = slices.Concat(w.of[name][:at], w.of[name][at+1:]) // who is telling has the old list
	}
}

// tell passes news on, unless newer ones have been passed: an incarnation that is being replaced may come late.
func (w *watchers) tell(l Leadership) {
	for _, feed := range w.note(l) {
		feed.Flush()
	}
}

func (w *watchers) note(l Leadership) []*actors.Feed[Leadership] {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last == nil {
		w.last = map[string]Leadership{}
	}
	last := w.last[l.Election]
	if d := l.Term.Compare(last.Term); d < 0 || d == 0 && (last == l || last.Leader == "" && l.Leader != "") {
		return nil
	}
	w.last[l.Election] = l
	for _, feed := range w.of[l.Election] {
		feed.Add(l)
	}
	return w.of[l.Election]
}
