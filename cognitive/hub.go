// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
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
	conflate bool
	limit    int
}

// Delivery says what becomes of a subscriber that does not keep up.
type Delivery func(*delivery)

// Conflate gives a subscriber that does not keep up the newest value of each variable, with the Gap before it.
func Conflate() Delivery { return func(d *delivery) { d.conflate = true } }

// Buffer ends the subscription with ErrSlow when more than n updates wait.
func Buffer(n int) Delivery { return func(d *delivery) { d.limit = max(n, 1) } }

// Subscription tells a process of commits: of a variable, or of the whole space, in the order of the space's versions. It ends with the process.
type Subscription struct {
	s      *Space
	place  int // −1 for the whole space
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
	seen map[string]Version // by variable and scope, what was handed to it; of the notifier's lock
}

// hub is all subscriptions of a space. It belongs to the handle, so that a restart of the notifier loses nobody.
type hub struct {
	count atomic.Int64
	mu    struct {
		sync.Mutex
		subs []*Subscription
		next uint64 // in the log: what comes next
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
	x := &Subscription{s: s, place: place, pid: ctx.PID(), seen: map[string]Version{}}
	how(&x.d)
	x.feed = actors.NewFeed(ctx, func(x *Subscription) M { return notice(x.take()) })
	var err error
	if x.cancel, err = actors.AtEnd(ctx, func(actors.Reason) { x.Stop() }); err != nil {
		return nil, err
	}
	if place >= 0 && s.root.Load().entry(place) == nil {
		x.cancel()
		return nil, ErrStopped
	}
	s.hub.join(x)
	x.feed.Flush()
	return x, nil
}

// join adds a subscription, with what there is. Under both locks nothing is published and nothing handed out.
func (h *hub) join(x *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.mu.subs) == 0 { // nobody has heard what was published meanwhile, and nobody is to
		_, h.mu.next, _, _ = x.s.published(^uint64(0))
	}
	_, _, _, r := x.s.published(^uint64(0))
	if r != nil {
		for place := range r.count {
			if e := r.entry(place); e != nil && (x.place < 0 || x.place == place) {
				x.add(e.commit, true)
				for _, o := range e.overrides {
					x.add(o.commit, true)
				}
			}
		}
	}
	h.mu.subs = append(h.mu.subs, x)
	h.count.Add(1)
}

// Stop ends the subscription: in the process's own turn nothing arrives after it returns.
func (x *Subscription) Stop() {
	if !x.feed.Stop() {
		return
	}
	x.s.hub.leave(x)
	x.cancel()
}

func (h *hub) leave(x *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, y := range h.mu.subs {
		if x == y {
			h.mu.subs = append(h.mu.subs[:i:i], h.mu.subs[i+1:]...)
			h.count.Add(-1)
			return
		}
	}
}

// add puts a commit at the end of what the subscriber is to hear, if it has not heard it. It sends nothing.
func (x *Subscription) add(c *Commit, first bool) {
	id := c.Variable + "\x00" + c.Scope
	last := x.seen[id]
	if !last.Before(c.Version) {
		return
	}
	x.seen[id] = c.Version
	u := Update{
		Variable: c.Variable, Scope: c.Scope, Value: c.Value, Version: c.Version, Space: c.Space, At: c.At, Cause: c.Cause, Gone: c.Gone, First: first,
	}
	if !first && !last.IsZero() && c.Previous != last {
		u.Gap = &Gap{From: last.next(), To: c.Previous}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.mu.over {
		return
	}
	if x.d.conflate && !first {
		for i, p := range x.mu.pending {
			if p.Variable == u.Variable && p.Scope == u.Scope && !p.First {
				from := p.Version
				if p.Gap != nil {
					from = p.Gap.From
				}
				u.Gap = &Gap{From: from, To: c.Previous}
				x.mu.pending = append(x.mu.pending[:i], x.mu.pending[i+1:]...)
				break
			}
		}
	}
	x.mu.pending = append(x.mu.pending, u)
	if x.d.limit > 0 && !first && len(x.mu.pending) > x.d.limit {
		x.mu.pending, x.mu.over = append(x.mu.pending[:0], Update{Err: ErrSlow}), true
		telemetry.Emit(x.s.sys.Events(), SubscriberSlow{Space: x.s.o.Name, Process: x.pid.Path()})
	}
	if !x.mu.under {
		x.mu.under = true
		x.feed.Add(x)
	}
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
	}
	return u
}

// tell hands everything that was published to the subscriptions.
func (h *hub) tell(s *Space) {
	h.mu.Lock()
	list, end, lost, r := s.published(h.mu.next)
	h.mu.next = end
	subs := h.mu.subs
	for _, x := range subs {
		if lost > 0 && r != nil { // what was missed is too long ago: the newest values, with gaps
			for place := range r.count {
				if e := r.entry(place); e != nil && (x.place < 0 || x.place == place) && !within(list, e.commit) {
					x.add(e.commit, false)
				}
			}
		}
		for _, c := range list {
			if x.place < 0 || s.placeOf(r, c.Variable) == x.place {
				x.add(c, false)
			}
		}
	}
	h.mu.Unlock()
	for _, x := range subs {
		x.feed.Flush()
	}
}

func within(list []*Commit, c *Commit) bool {
	for _, d := range list {
		if d == c {
			return true
		}
	}
	return false
}

// placeOf is that of a variable by its name; −2 if it is gone.
func (s *Space) placeOf(r *root, name string) int {
	if r != nil && r.names != nil {
		if place, ok := r.names.place[name]; ok {
			return place
		}
	}
	return -2
}

// notifierMessage is what the notifier takes.
type notifierMessage interface{ notifier() }

// wake says that something was published.
type wake struct{}

func (wake) notifier() {}

// notifier tells subscribers what was published, so that the committer need not. It owns nothing.
type notifier struct{ s *Space }

// Init hands out what was published while there was no notifier.
func (n *notifier) Init(ctx *actors.Context[notifierMessage]) error {
	ctx.Continue(wake{})
	return nil
}

// Receive hands out everything there is; of several that wait for it all but the first find nothing.
func (n *notifier) Receive(_ *actors.Context[notifierMessage], msg notifierMessage) error {
	if _, ok := msg.(wake); !ok {
		return &actors.UnknownMessageError{Message: msg}
	}
	n.s.hub.tell(n.s)
	return nil
}
