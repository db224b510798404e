// SPDX-License-Identifier: Apache-2.0

package group

import (
	"slices"

	"mabeam.dev/actors"
)

// Change is what an Event says of its members.
type Change uint8

// The changes.
const (
	// Joined: they have become members, or members once more.
	Joined Change = iota + 1
	// Left: they have left or ended.
	Left
)

// String returns the word: joined or left.
func (c Change) String() string {
	if c == Joined {
		return "joined"
	}
	return "left"
}

// Event is one change of one group.
type Event struct {
	// Change says whether the members joined or left.
	Change Change
	// Group is the group's name.
	Group string
	// Members are those who joined or left, in order and once for each time. The slice is shared among watchers: read it only.
	Members []actors.PID
}

// Group is a group and who is in it.
type Group struct {
	// Name is the name of the group.
	Name string
	// Members are as Scope.Members lists them.
	Members []actors.PID
}

// Watch is one process's subscription to the changes of a group, or of a scope. It ends with the process.
type Watch struct {
	s      *scope
	group  string // if it is of one
	scoped bool
	feed   *actors.Feed[Event]
	cancel func() bool
}

// WatchGroup returns the members of a group and makes each later change of it arrive as the message that notice makes. Watches stack: two of
// them give two messages. actors.ErrFenced says that the process has ended. It panics without notice.
func WatchGroup[M any](c *actors.Context[M], s Scope, group string, notice func(Event) M) (present []actors.PID, w *Watch, err error) {
	w = &Watch{s: s.s, group: group, feed: actors.NewFeed(c, notice)}
	err = w.begin(c, func() { present = s.Members(group) })
	if err != nil {
		return nil, nil, err
	}
	return present, w, nil
}

// WatchScope returns the groups of a scope, sorted by name, and makes each later change of any group arrive as the message that notice makes.
// actors.ErrFenced says that the process has ended. It panics without notice.
func WatchScope[M any](c *actors.Context[M], s Scope, notice func(Event) M) (present []Group, w *Watch, err error) {
	w = &Watch{s: s.s, scoped: true, feed: actors.NewFeed(c, notice)}
	err = w.begin(c, func() {
		for _, name := range s.Groups() {
			present = append(present, Group{Name: name, Members: s.Members(name)})
		}
	})
	if err != nil {
		return nil, nil, err
	}
	return present, w, nil
}

// begin enters the watch and looks at what is there, with no change in between.
func (w *Watch) begin(c actors.Sender, look func()) error {
	s := w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	cancel, err := actors.AtEnd(c, func(actors.Reason) { w.end() })
	if err != nil {
		return &refusal{"watch", w.subject(), w.feed.PID(), err}
	}
	w.cancel = cancel
	s.mu.watches.enter(w)
	look()
	return nil
}

// subject is the name that the watch was made with.
func (w *Watch) subject() string {
	if w.scoped {
		return w.s.name
	}
	return w.group
}

// Stop ends the watch and reports whether it had not ended before. In the process's own turn nothing is delivered after it returns, not even
// what was queued.
func (w *Watch) Stop() bool {
	if !w.end() {
		return false
	}
	w.cancel()
	return true
}

// end takes the watch out of the scope.
func (w *Watch) end() bool {
	if !w.feed.Stop() {
		return false
	}
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.s.mu.watches.remove(w)
	return true
}

// watches are those of one scope, in the order of subscription; its lock guards them.
type watches struct {
	ofScope []*Watch
	ofGroup map[string][]*Watch
}

func (ws *watches) enter(w *Watch) {
	if w.scoped {
		ws.ofScope = append(ws.ofScope, w)
		return
	}
	ws.ofGroup[w.group] = append(ws.ofGroup[w.group], w)
}

func (ws *watches) remove(w *Watch) {
	if w.scoped {
		ws.ofScope = without(ws.ofScope, w)
		return
	}
	if rest := without(ws.ofGroup[w.group], w); len(rest) > 0 {
		ws.ofGroup[w.group] = rest
		return
	}
	delete(ws.ofGroup, w.group)
}

// add gives an event to those who watch, the group's before the scope's, and adds them to those who must be flushed.
func (ws *watches) add(e Event, told []*Watch) []*Watch {
	for _, w := range ws.ofGroup[e.Group] {
		w.feed.Add(e)
		told = append(told, w)
	}
	for _, w := range ws.ofScope {
		w.feed.Add(e)
		told = append(told, w)
	}
	return told
}

// flush sends what was added; no lock is held.
func flush(told []*Watch) {
	for _, w := range told {
		w.feed.Flush()
	}
}

// without returns a list without one of its members.
func without(list []*Watch, w *Watch) []*Watch {
	return slices.DeleteFunc(list, func(x *Watch) bool { return x == w })
}
