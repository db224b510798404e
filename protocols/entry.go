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
	digest string // of the spec
	setup  Setup
	proto  Protocol
	opened time.Time
	until  time.Time
	left   []Exclusion
	choice *selector.Choice // by what was measured; nil for that of the table

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
		waiters  []actors.Reply[Result]
		result   Result
		err      error
		ended    time.Time
	}
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
func (n *entry) wait(reply actors.Reply[Result]) (Result, error, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mu.state.Ended() {
		return n.mu.result, n.mu.err, true
	}
	n.mu.waiters = append(n.mu.waiters, reply)
	return Result{}, nil, false
}

// end keeps the result, once, and returns who waits for it.
func (n *entry) end(epoch uint32, r Result, err error, now time.Time) ([]actors.Reply[Result], bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mu.state.Ended() || epoch != 0 && n.mu.epoch != epoch {
		return nil, false
	}
	n.mu.state, n.mu.result, n.mu.err, n.mu.ended = r.State, r, err, now
	n.mu.story.add(now, StepEnded, "", endText(r))
	waiters := n.mu.waiters
	n.mu.waiters, n.mu.log = nil, nil
	return waiters, true
}

// status returns what is known now.
func (n *entry) status() Status {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := Status{
		ID: n.id, State: n.mu.state, Protocol: n.proto.Name, Question: n.setup.Spec.Question, Opened: n.opened, Deadline: n.until, Epoch: n.mu.epoch,
		Answers: n.mu.answers, Rounds: n.mu.rounds, Steps: n.mu.story.total, Tags: n.setup.Spec.Tags, Correlation: n.setup.Spec.Correlation, Participant: make([]string, n.setup.Electorate.Len()),
	}
	for i := range s.Participant {
		s.Participant[i] = n.setup.Electorate.At(i).Agent
	}
	return s
}

// process is the living incarnation.
func (n *entry) process() actors.PID {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.mu.pid
}

// outcome is what it came to, if it has ended.
func (n *entry) outcome() (Result, error, bool) {
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
		order  []*entry
		active int
		ring   []Result // the last that ended
		next   int      // place in the ring
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
	x.mu.order = append(x.mu.order, n)
	x.mu.active++
	return nil, x.mu.active, true
}

// ended counts an entry that has just ended, and keeps its result.
func (x *index) ended(r Result) {
	x.mu.Lock()
	defer x.mu.Unlock()
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
	return slices.Clone(x.mu.order)
}

// results lists the last results, oldest first.
func (x *index) results() []Result {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return append(slices.Clone(x.mu.ring[x.mu.next:]), x.mu.ring[:x.mu.next]...)
}

// forget drops what has ended long ago, or is too much.
func (x *index) forget(now time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	gone := len(x.mu.order) - x.mu.active - keepEnded
	x.mu.order = slices.DeleteFunc(x.mu.order, func(n *entry) bool {
		n.mu.Lock() // held for a moment, and whoever holds it waits for nothing
		old := n.mu.state.Ended() && (gone > 0 || now.Sub(n.mu.ended) > keepFor)
		n.mu.Unlock()
		if old {
			gone--
			delete(x.mu.byID, n.id)
		}
		return old
	})
}

// fill gives a result what every result has.
func (n *entry) fill(r Result, now time.Time) Result {
	r.Session, r.Protocol, r.Opened, r.Took, r.Excluded = n.id, n.proto.Name, n.opened, now.Sub(n.opened), n.left
	r.Participants = make([]string, n.setup.Electorate.Len())
	for i := range r.Participants {
		r.Participants[i] = n.setup.Electorate.At(i).Agent
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	r.Messages, r.Late, r.Epoch = n.mu.messages, n.mu.late, n.mu.epoch
	return r
}
