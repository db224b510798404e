// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/telemetry"
)

// Update is one thing that a subscriber hears.
type Update struct {
	// Variable is which, Scope whom the value is for; see Commit.
	Variable, Scope string
	// Value, Version, Space, At and Cause are those of the commit. Gone says that a value for some agents was taken away.
	Value   kind.Value
	Version Version
	Space   Version
	At      time.Time
	Cause   Cause
	Gone    bool
	// Proposer and Reason tell who set the value and why.
	Proposer, Reason string
	// First says that this is what there was when the subscription began.
	First bool
	// Gap, if there is one, are the versions of the variable that the subscriber did not get, all before this one.
	Gap *Gap
	// Err ends the subscription: ErrSlow. There is nothing else in the update.
	Err error
}

// Gap is a range of versions, both ends included.
type Gap struct{ From, To Version }

// Policy of a subscription whose subscriber does not keep up.
type delivery struct {
	conflate, block bool
	limit           int
}

// Delivery says what becomes of a subscriber that does not keep up.
type Delivery func(*delivery)

// Conflate gives a subscriber that does not keep up the newest value of each variable, with the Gap before it.
func Conflate() Delivery { return func(d *delivery) { d.conflate = true } }

// Buffer ends the subscription with ErrSlow when more than n updates wait.
func Buffer(n int) Delivery { return func(d *delivery) { d.limit = max(n, 1) } }

// Block has everybody wait for a subscriber that does not keep up: no subscriber of the space hears of the next version while an update waits for this one. It is for tests, which see
// each version handled before the next is told; commits themselves wait for nobody.
func Block() Delivery { return func(d *delivery) { d.block = true } }

// Subscription tells a process of commits: of a variable, or of the whole space, in the order of the space's versions. It ends with the process.
type Subscription struct {
	s      *Space
	place  int                                       // −1 for the whole space
	only   func(c *Commit) bool                      // what it is to hear; nil for everything
	resume func() (past, rest []*Commit, known bool) // what it has heard and what not, instead of what there is
	pid    actors.PID
	d      delivery
	feed   *actors.Feed[*Subscription]
	cancel func() bool

	mu struct {
		sync.Mutex
		pending []Update
		under   bool // an update is on its way
		over    bool
	}
	last Version           // what was handed to it of its one variable
	seen map[whose]Version // what was handed to it else; both are of the hub's lock
}

// whose is a variable and whom its value is for.
type whose struct{ variable, scope string }

// hub is all subscriptions of a space. It belongs to the handle, so that a restart of the notifier loses nobody.
type hub struct {
	count atomic.Int64
	mu    struct {
		sync.Mutex
		wide     []*Subscription         // to the whole space
		of       map[int][]*Subscription // to one variable, by its place
		next     uint64                  // in the log: what comes next
		blocking []*Subscription         // those that everybody waits for
		due      []*Subscription         // that are to be flushed, while what was published is handed out
	}
}

func (h *hub) any() bool { return h.count.Load() > 0 }

// SubscribeSpace makes the commits of all variables arrive as messages of a process: first what there is, then each commit.
func SubscribeSpace[M any](ctx *actors.Context[M], s *Space, how Delivery, notice func(Update) M) (*Subscription, error) {
	return subscribe(ctx, s, -1, "", how, notice)
}

// Subscribe makes the commits of a variable arrive as messages of a process: first what there is, at version v, then exactly v+1, v+2 and so on, unless a Gap says which
// were left out.
func Subscribe[T Values, M any](ctx *actors.Context[M], v *Variable[T], how Delivery, notice func(Update) M) (*Subscription, error) {
	return subscribe(ctx, v.s, v.place, v.name, how, notice)
}

func subscribe[M any](ctx *actors.Context[M], s *Space, place int, name string, how Delivery, notice func(Update) M) (*Subscription, error) {
	x, err := prepare(ctx, s, place, how, notice)
	if err != nil {
		return nil, err
	}
	if place >= 0 && s.root.Load().entry(place) == nil {
		x.cancel()
		return nil, ErrStopped
	}
	s.hub.join(x, func(u Update) { x.put(u) })
	x.feed.Flush()
	return x, nil
}

// prepare makes a subscription that ends with the process and has not begun.
func prepare[M any](ctx *actors.Context[M], s *Space, place int, how Delivery, notice func(Update) M) (x *Subscription, err error) {
	x = &Subscription{s: s, place: place, pid: ctx.PID()}
	how(&x.d)
	x.feed = actors.NewFeed(ctx, func(x *Subscription) M { return notice(x.take()) })
	x.cancel, err = actors.AtEnd(ctx, func(actors.Reason) { x.Stop() })
	return x, err
}

// join adds a subscription, and gives what there is at the version that it returns. Under both locks nothing is published and nothing handed out.
func (h *hub) join(x *Subscription, first func(Update)) (at Version) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.any() { // nobody has heard what was published meanwhile, and nobody is to
		_, h.mu.next, _, _ = x.s.published(^uint64(0))
	}
	_, _, _, r := x.s.published(^uint64(0))
	if r != nil {
		at = r.version
	}
	x.begin(r, first)
	if x.d.block {
		h.mu.blocking = append(h.mu.blocking, x)
	}
	if x.place < 0 {
		h.mu.wide = append(h.mu.wide, x)
	} else {
		if h.mu.of == nil {
			h.mu.of = map[int][]*Subscription{}
		}
		h.mu.of[x.place] = append(h.mu.of[x.place], x)
	}
	h.count.Add(1)
	return at
}

// begin gives what there is, or has the rest follow of what the subscriber has heard.
func (x *Subscription) begin(r *root, first func(Update)) {
	if x.resume != nil {
		if past, rest, known := x.resume(); known {
			for _, c := range past { // the notifier may not have handed it out yet
				x.news(c)
			}
			for _, c := range rest {
				x.add(c)
			}
			return
		}
	}
	for e := range r.all() {
		if x.place < 0 || x.place == e.def.place {
			x.first(e.commit, first)
			for _, o := range e.overrides {
				x.first(o.commit, first)
			}
		}
	}
}

// Stop ends the subscription: in the process's own turn nothing arrives after it returns.
func (x *Subscription) Stop() {
	if !x.feed.Stop() {
		return
	}
	x.s.hub.leave(x)
	x.cancel()
	if x.d.block {
		x.s.notifier.Tell(wake{}) // who waited for it waits no more
	}
}

func (h *hub) leave(x *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := h.mu.wide
	if x.place >= 0 {
		list = h.mu.of[x.place]
	}
	i := slices.Index(list, x)
	if i < 0 {
		return
	}
	h.count.Add(-1)
	h.mu.blocking = slices.DeleteFunc(h.mu.blocking, func(y *Subscription) bool { return x == y })
	list = slices.Delete(list, i, i+1)
	switch {
	case x.place < 0:
		h.mu.wide = list
	case len(list) == 0:
		delete(h.mu.of, x.place)
	default:
		h.mu.of[x.place] = list
	}
}

// hear notes that the subscriber is told of a version, and returns the one before it; false if it has heard of it.
func (x *Subscription) hear(c *Commit) (last Version, news bool) {
	if x.place >= 0 && c.Scope == "" {
		last, x.last = x.last, later(x.last, c.Version)
		return last, last.Before(c.Version)
	}
	id := whose{c.Variable, c.Scope}
	if last = x.seen[id]; !last.Before(c.Version) {
		return last, false
	}
	if x.seen == nil {
		x.seen = map[whose]Version{}
	}
	x.seen[id] = c.Version
	return last, true
}

// first gives a commit that there is when the subscription begins.
func (x *Subscription) first(c *Commit, give func(Update)) {
	if u, news := x.news(c); news {
		u.First, u.Gap = true, nil
		give(u)
	}
}

// news makes the update of a commit; false if the subscriber has heard it, or is not to hear it.
func (x *Subscription) news(c *Commit) (u Update, news bool) {
	if x.only != nil && !x.only(c) {
		return u, false
	}
	last, news := x.hear(c)
	if !news {
		return u, false
	}
	u = Update{
		Variable: c.Variable, Scope: c.Scope, Value: c.Value, Version: c.Version, Space: c.Space, At: c.At, Cause: c.Cause, Gone: c.Gone,
		Proposer: c.Proposer, Reason: c.Reason,
	}
	if !last.IsZero() && c.Previous != last {
		u.Gap = &Gap{From: last.next(), To: c.Previous}
	}
	return u, true
}

// add puts a commit at the end of what the subscriber is to hear, if it has not heard it. It sends nothing; true says that the feed is to be flushed.
func (x *Subscription) add(c *Commit) (flush bool) {
	u, news := x.news(c)
	return news && x.put(u)
}

// put puts an update at the end of what waits for the subscriber.
func (x *Subscription) put(u Update) (flush bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.mu.over {
		return false
	}
	if x.d.conflate && !u.First {
		for i, p := range x.mu.pending {
			if p.Variable == u.Variable && p.Scope == u.Scope && !p.First {
				u.Gap = u.over(p)
				x.mu.pending = append(x.mu.pending[:i], x.mu.pending[i+1:]...)
				break
			}
		}
	}
	x.mu.pending = append(x.mu.pending, u)
	if x.d.limit > 0 && !u.First && len(x.mu.pending) > x.d.limit {
		x.mu.pending, x.mu.over = append(x.mu.pending[:0], Update{Err: ErrSlow}), true
		telemetry.Emit(x.s.sys.Events(), SubscriberSlow{Space: x.s.o.Name, Process: x.pid.Path()})
	}
	if x.mu.under {
		return false
	}
	x.mu.under = true
	x.feed.Add(x)
	return true
}

// over is the gap of an update that takes the place of an earlier one of the same variable and scope.
func (u Update) over(earlier Update) *Gap {
	g := Gap{From: earlier.Version, To: earlier.Version}
	if earlier.Gap != nil {
		g.From = earlier.Gap.From
	}
	if u.Gap != nil {
		g.To = u.Gap.To
	}
	return &g
}

// take gives the next update, in the subscriber's turn, and sends for the one after it.
func (x *Subscription) take() (u Update) {
	x.mu.Lock()
	u, x.mu.pending = x.mu.pending[0], x.mu.pending[1:]
	more := len(x.mu.pending) > 0
	x.mu.under = more
	x.mu.Unlock()
	if more {
		x.feed.Add(x)
		x.feed.Flush()
	} else if x.d.block {
		x.s.notifier.Tell(wake{})
	}
	return u
}

// waiting reports whether an update waits for the subscriber.
func (x *Subscription) waiting() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.mu.pending) > 0
}
