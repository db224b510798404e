// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"slices"
	"sync"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/supervision"
)

// entry is one session in the index. It outlives the session's processes: its log is what a restart makes the session again from. Only the
// newest incarnation changes it, which the epoch checks.
type entry struct {
	id     SessionID
	digest string // of the spec, if it named the session; empty for one whose id was drawn
	opened time.Time
	until  time.Time

	question    string
	tags        []string
	correlation string
	*making     // nil where the session has ended and nothing else is left of it

	mu struct {
		sync.Mutex
		epoch    uint32 // of the living incarnation
		pid      actors.PID
		under    *supervision.Supervisor // that has started it
		started  []time.Time             // the last starts by the same supervisor
		state    State
		log      []machine.Event
		stored   int // of the log, in the journal
		messages int
		late     int
		answers  int
		rounds   int
		story    story
		waiters  []actors.Reply[*Result]
		result   *Result // nil until there is one; not changed then
		err      error
		ended    time.Time
		lesson   *lesson // what the end has taught; nil for nothing
		rating   *rating // nil until somebody says how good the decision was
	}
}

// making is what a session is made of, and most of the memory of an entry.
type making struct {
	setup  Setup
	proto  Protocol
	names  []string // of the electorate; not changed
	left   []Exclusion
	choice *selector.Choice // by what was measured; nil for that of the table
}

// newEntry makes the entry of a session that is open. Its protocol and selection come later.
func newEntry(s Setup, digest string, opened, until time.Time, left []Exclusion) *entry {
	names := make([]string, s.Electorate.Len())
	for i := range names {
		names[i] = s.Electorate.At(i).Agent
	}
	n := &entry{
		id: s.Session, digest: digest, opened: opened, until: until, question: s.Spec.Question, tags: s.Spec.Tags, correlation: s.Spec.Correlation,
		making: &making{setup: s, names: names, left: left},
	}
	n.mu.state = StateOpen
	return n
}

// remains is what is kept of an entry whose session has ended: a new entry without the parts that nobody asks for any more, which those who still have
// the old one go on reading. Groups of Byzantine consensus are asked about later.
func (n *entry) remains() *entry {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mu.result == nil || n.making == nil || len(n.mu.result.Participants) != len(n.names) || n.setup.Selection.Ratify || n.proto.Name == selector.Byzantine {
		return n
	}
	m := &entry{id: n.id, digest: n.digest, opened: n.opened, until: n.until, question: n.question, tags: n.tags, correlation: n.correlation}
	m.mu.epoch, m.mu.state, m.mu.messages, m.mu.late, m.mu.answers, m.mu.rounds = n.mu.epoch, n.mu.state, n.mu.messages, n.mu.late, n.mu.answers, n.mu.rounds
	m.mu.story, m.mu.result, m.mu.err, m.mu.ended = n.mu.story, n.mu.result, n.mu.err, n.mu.ended
	m.mu.lesson, m.mu.rating = n.mu.lesson, n.mu.rating
	return m
}

// Restarts of one session that are too many.
const (
	restartLimit  = 3
	restartWindow = 10 * time.Second
)

// adopt makes an incarnation the living one, and returns its epoch and a copy of the log. tooMany says that the session has crashed too often: starts by
// another supervisor do not count, because then it was not the session that had ended.
func (n *entry) adopt(pid actors.PID, under *supervision.Supervisor, now time.Time) (epoch uint32, log []machine.Event, tooMany bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mu.epoch++
	n.mu.pid = pid
	if n.mu.under != under {
		n.mu.under, n.mu.started = under, nil
	}
	n.mu.started = slices.DeleteFunc(n.mu.started, func(t time.Time) bool { return now.Sub(t) > restartWindow })
	n.mu.started = append(n.mu.started, now)
	if n.mu.log == nil { // most sessions hear each once
		n.mu.log = make([]machine.Event, 0, len(n.names)+2)
		n.mu.story.steps = slices.Grow(n.mu.story.steps, min(len(n.names)+3, storyLimit))
	}
	return n.mu.epoch, slices.Clip(n.mu.log), len(n.mu.started) > restartLimit+1
}

// add appends an event to the log; false says that a newer incarnation lives, or that the session has ended.
func (n *entry) add(epoch uint32, e machine.Event) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mu.epoch != epoch || n.mu.state.Ended() {
		return false
	}
	n.mu.log = append(n.mu.log, e)
	return true
}

// note counts what happens, for Status.
func (n *entry) note(messages, answers, late int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mu.messages += messages
	n.mu.late += late
	if n.mu.answers += answers; answers > 0 && n.mu.state == StateOpen {
		n.mu.state = StateRunning
	}
}

// wait adds who is told the result, or returns it if it is there.
func (n *entry) wait(reply actors.Reply[*Result]) (*Result, error, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mu.state.Ended() {
		return n.mu.result, n.mu.err, true
	}
	n.mu.waiters = append(n.mu.waiters, reply)
	return nil, nil, false
}

// end keeps the result, once, and returns who waits for it. The result is not changed any more.
func (n *entry) end(epoch uint32, r *Result, err error, now time.Time) ([]actors.Reply[*Result], bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mu.state.Ended() || epoch != 0 && n.mu.epoch != epoch {
		return nil, false
	}
	n.mu.state, n.mu.result, n.mu.err, n.mu.ended = r.State, r, err, now
	n.mu.story.add(now, StepEnded, "", endText(*r))
	waiters := n.mu.waiters
	n.mu.waiters, n.mu.log = nil, nil
	return waiters, true
}

// status returns what is known now.
func (n *entry) status() Status {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := Status{
		ID: n.id, State: n.mu.state, Question: n.question, Opened: n.opened, Deadline: n.until, Epoch: n.mu.epoch,
		Answers: n.mu.answers, Rounds: n.mu.rounds, Steps: n.mu.story.total, Tags: n.tags, Correlation: n.correlation,
	}
	if n.making != nil {
		s.Protocol, s.Participant = n.proto.Name, slices.Clone(n.names)
	} else {
		s.Protocol, s.Participant = n.mu.result.Protocol, slices.Clone(n.mu.result.Participants)
	}
	return s
}

// process is the living incarnation.
func (n *entry) process() actors.PID {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.mu.pid
}

// outcome is what it came to, if it has ended; nil if not.
func (n *entry) outcome() (*Result, error, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.mu.result, n.mu.err, n.mu.state.Ended()
}

// index has all sessions of an engine in the order of their starts. It belongs to the engine's handle, so that neither the end of the engine's
// process nor that of a session's loses anything.
type index struct {
	mu struct {
		sync.RWMutex
		byID   map[SessionID]*entry
		order  []SessionID
		active int
		ring   []*Result // the last that ended
		next   int       // place in the ring
		totals map[State]int
	}
}

func newIndex() *index {
	x := &index{}
	x.mu.byID, x.mu.totals = map[SessionID]*entry{}, map[State]int{}
	return x
}

// Limits of what is kept of sessions that have ended.
const (
	keepEnded   = 10_000
	keepFor     = 10 * time.Minute
	keepResults = 1_000
)

func (x *index) get(id SessionID) *entry {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.mu.byID[id]
}

// put adds an entry, if there is room; what returns is that of the id that was there before, or how many are active.
func (x *index) put(n *entry, limit int) (before *entry, active int, ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if old := x.mu.byID[n.id]; old != nil {
		return old, 0, false
	}
	if x.mu.active >= limit {
		return nil, x.mu.active, false
	}
	x.mu.byID[n.id] = n
	x.mu.order = append(x.mu.order, n.id)
	x.mu.active++
	x.trimLocked()
	return nil, x.mu.active, true
}

// trimLocked drops the oldest that have ended where there are too many: at most two at each start, so that nobody waits for it, and what is kept does not
// grow with the number of sessions between two calls of forget.
func (x *index) trimLocked() {
	for range 2 {
		if len(x.mu.order)-x.mu.active <= keepEnded {
			return
		}
		id := x.mu.order[0]
		if _, _, ended := x.mu.byID[id].outcome(); !ended { // forget passes by it
			return
		}
		delete(x.mu.byID, id)
		x.mu.order[0] = ""
		x.mu.order = x.mu.order[1:]
	}
}

// ended counts an entry that has just ended, and keeps its result and little else.
func (x *index) ended(n *entry) {
	left := n.remains()
	r, _, _ := n.outcome()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.mu.byID[n.id] == n { // and not forgotten meanwhile
		x.mu.byID[n.id] = left
	}
	x.mu.active--
	x.mu.totals[r.State]++
	if len(x.mu.ring) < keepResults {
		x.mu.ring = append(x.mu.ring, r)
		return
	}
	if old := x.mu.byID[x.mu.ring[x.mu.next].Session]; old != nil {
		old.mu.Lock() // held for a moment, and whoever holds it waits for nothing
		old.mu.story.steps = nil
		old.mu.Unlock()
	}
	x.mu.ring[x.mu.next] = r
	x.mu.next = (x.mu.next + 1) % keepResults
}

// all lists the entries in the order of their starts.
func (x *index) all() []*entry {
	x.mu.RLock()
	defer x.mu.RUnlock()
	all := make([]*entry, len(x.mu.order))
	for i, id := range x.mu.order {
		all[i] = x.mu.byID[id]
	}
	return all
}

// results lists the last results, oldest first.
func (x *index) results() []Result {
	x.mu.RLock()
	defer x.mu.RUnlock()
	all := make([]Result, 0, len(x.mu.ring))
	for i := range x.mu.ring {
		all = append(all, *x.mu.ring[(x.mu.next+i)%len(x.mu.ring)])
	}
	return all
}

// forget drops what has ended long ago, or is too much.
func (x *index) forget(now time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	gone := len(x.mu.order) - x.mu.active - keepEnded
	x.mu.order = slices.DeleteFunc(x.mu.order, func(id SessionID) bool {
		n := x.mu.byID[id]
		n.mu.Lock() // held for a moment, and whoever holds it waits for nothing
		old := n.mu.state.Ended() && (gone > 0 || now.Sub(n.mu.ended) > keepFor)
		n.mu.Unlock()
		if old {
			gone--
			delete(x.mu.byID, id)
		}
		return old
	})
}

// mostCost bounds what one answer may say that it has cost, so that no sum of them overflows.
const mostCost = 1 << 40

// cost is the sum of what the answers so far say that they have cost.
func (n *entry) cost() (sum int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range n.mu.log {
		if r, ok := e.(machine.Received); ok {
			if a, ok := r.Msg.(machine.Answer); ok {
				sum += min(max(a.Cost, 0), mostCost)
			}
		}
	}
	return sum
}

// fill gives a result what every result has.
func (n *entry) fill(r Result, now time.Time) Result {
	r.Session, r.Protocol, r.Opened, r.Took, r.Excluded = n.id, n.proto.Name, n.opened, now.Sub(n.opened), n.left
	r.Participants = n.names
	n.mu.Lock()
	defer n.mu.Unlock()
	r.Messages, r.Late, r.Epoch = n.mu.messages, n.mu.late, n.mu.epoch
	return r
}
