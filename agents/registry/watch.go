// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"cmp"
	"sync"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

// ErrSlow is the end of a watch with [Disconnect] whose process left too many changes lying.
var ErrSlow = fault.New(6702, "registry: the watch was ended, as its process is too slow")

// Pace says what becomes of a watch whose process is slower than the registry.
type Pace uint8

const (
	// Conflate keeps of several changes of one agent what they come to, and says that there is a gap.
	Conflate Pace = iota
	// Disconnect ends the watch with [ErrSlow].
	Disconnect
)

// WatchOptions set up a watch. The zero value conflates behind 1,024 changes.
type WatchOptions struct {
	Pace Pace
	// Buffer is how many changes wait for the process; 1,024.
	Buffer int
}

// Change is a row that came into what a query means, changed in it, or left it.
type Change struct {
	index.Effect
	// Before and After are the row; Before is nil if the agent came into the registry, After if it left.
	Before, After *index.Row
	// Version is that of the View that the change made.
	Version uint64
}

// ID names the agent.
func (c Change) ID() ID {
	if c.After != nil {
		return IDOf(c.After)
	}
	return IDOf(c.Before)
}

// Notice is what a watch tells its process: all that has happened since the last one.
type Notice struct {
	Watch *Watch
	// Changes are in the order in which they happened. There may be none, when what happened in a gap has come to nothing.
	Changes []Change
	// Gap says that steps are missing: a change is then what several came to.
	Gap bool
	// Err ends the watch: [ErrSlow].
	Err error
}

// Watch is a query that is watched by a process. It ends with the process, or by Stop.
type Watch struct {
	r        *Registry
	prepared *index.Prepared
	pace     Pace
	buffer   int
	pid      actors.PID
	feed     *actors.Feed[struct{}]

	mu struct {
		sync.Mutex
		teller actors.PID // the owner that tells it, and nobody else
		at     stamp      // of the last change that was added
		box    box
		queued bool // a notice is on its way
		over   bool
		err    error
	}
}

// stamp orders commits through all lives of a registry.
type stamp struct{ life, version uint64 }

func (s stamp) compare(t stamp) int {
	return cmp.Or(cmp.Compare(s.life, t.life), cmp.Compare(s.version, t.version))
}

// Subscribe watches a query for the process of ctx: page is the answer at its version, and every later change arrives as a message that notice
// makes, in the order of the commits and without a gap but those that are marked. The order of q is that of page alone; a limit or a cursor
// is refused, as a watch is of all that are meant. The watch goes on through restarts of the registry. Errors: query.ErrBadQuery,
// [*LimitError], [*UnavailableError]. Subscribe panics without notice.
func Subscribe[M any](
	ctx *actors.Context[M], r *Registry, q query.Query, o WatchOptions, notice func(Notice) M,
) (w *Watch, page index.Page, err error) {
	if notice == nil {
		panic("registry: Subscribe needs a function")
	}
	if q.Limit != 0 || q.After != "" {
		return nil, page, &query.BadQueryError{Why: "a watch is of all agents that are meant, so it has neither limit nor cursor"}
	}
	p, err := index.Prepare(q)
	if err != nil {
		return nil, page, err
	}
	w = &Watch{r: r, prepared: p, pace: o.Pace, buffer: cmp.Or(max(o.Buffer, 0), 1024), pid: ctx.PID()}
	w.feed = actors.NewFeed(ctx, func(struct{}) M { return notice(w.take()) })
	answer, err := call(ctx, r, "watch", func(reply actors.Reply[subscribed]) message { return subscribe{w, reply} })
	if err == nil {
		err = answer.err
	}
	if err != nil {
		w.end()
		return nil, page, err
	}
	return w, answer.view.Find(p), nil
}

// subscribed is the answer to subscribe.
type subscribed struct {
	view *index.View
	err  error
}

// Query returns what is watched.
func (w *Watch) Query() query.Query { return w.prepared.Query() }

// Stop ends the watch. Called in the process's own turn, no notice comes after it.
func (w *Watch) Stop() {
	w.end()
	_ = w.r.ref.TryTell(unsubscribe{w}) // an owner that comes later finds it ended
}

func (w *Watch) end() {
	w.mu.Lock()
	w.mu.over, w.mu.box = true, box{}
	w.mu.Unlock()
	w.feed.Stop()
}

func (w *Watch) ended() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mu.over
}

// knows reports whether the watch has been told of a commit, or of a later one.
func (w *Watch) knows(at stamp) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mu.at.compare(at) >= 0
}

// from sets where the watch begins.
func (w *Watch) from(at stamp) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mu.at = at
}

// tellBy makes an owner the one that tells the watch: what the one before still tries to tell is void.
func (w *Watch) tellBy(owner actors.PID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mu.teller = owner
}

// add tells the process of the changes of one commit, unless it has been told of that commit: by an owner that was ended over it. It reports
// false when the watch is over.
func (w *Watch) add(owner actors.PID, changes []Change, at stamp, gap bool) bool {
	w.mu.Lock()
	if w.mu.over || owner != w.mu.teller || at.compare(w.mu.at) <= 0 {
		defer w.mu.Unlock()
		return !w.mu.over
	}
	w.mu.at = at
	w.mu.box.gap = w.mu.box.gap || gap
	w.mu.box.add(changes, w.buffer)
	if w.mu.box.folded != nil && w.pace == Disconnect {
		w.mu.over, w.mu.err, w.mu.box = true, ErrSlow, box{}
	}
	over, first := w.mu.over, !w.mu.queued
	w.mu.queued = true
	w.mu.Unlock()
	if first {
		w.feed.Add(struct{}{})
		w.feed.Flush()
	}
	return !over
}

// take returns what has gathered.
func (w *Watch) take() Notice {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.mu.box.notice()
	n.Watch, n.Err = w, w.mu.err
	w.mu.box, w.mu.queued = box{}, false
	return n
}
