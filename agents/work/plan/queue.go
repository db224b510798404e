// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"math/rand/v2"
	"time"
)

// Queue is the whole queue as a value without clock, goroutine or I/O. It has one owner, usually an actor, and is not safe for concurrent use.
//
// Its journaled part is a function of the events applied and nothing else; its live part (which agents are up, who was refused, what timer is armed) begins
// empty after a replay and is told again by commands.
type Queue struct {
	spec Spec

	// Journaled: changed by Apply alone.
	version   uint64 // events applied
	seq       uint64 // tasks accepted or revived
	token     Token  // last token given
	open      int    // tasks in an open state
	tally     [len(stateNames)]int
	records   map[string]*record      // open and dead tasks
	finished  map[string]final        // done, cancelled and purged tasks
	keys      map[string]string       // idempotency key -> task id
	cursors   map[string]int64        // source -> offset
	over      []bygone                // ids and keys of finished, the earliest first
	forgotten [len(stateNames)]uint64 // tasks dropped from finished
	calls     []*call                 // for bids, that are not over, the earliest first
	debts     map[Token]Debt          // what ended deals leave to be settled
	traded    bool                    // a call was made at some time
	paused    bool
	pause     Paused // why and since when

	// Indexes over the journaled part.
	running map[Token]*record
	crews   map[Agent][]*record // running attempts of a life
	groups  map[needs]*group    // lanes and agents
	special []*group            // those of groups whose needs are more than a name, in the order in which they were made
	ready   heap[*lane]         // lanes with a task and an agent for it
	due     heap[alarm]
	kinds   map[string]string // interned names of kinds

	// Live: changed by Step alone.
	workers  map[string]*worker
	gates    map[string]*gate // by kind of task, for kinds with a quota
	resting  heap[*worker]    // workers that the rate of agents holds back
	paces    map[string]pace  // of agents that have gone
	scores   map[string]*score
	median   time.Duration // of the latencies of scores
	unscored int           // attempts that ended since the median was taken
	recalled []recall      // in the order of their limits
	picks    uint64
	armed    Instant
	placing  Policy         // that compares agents: Spec.Policy, or what the policy Auction falls back on
	asks     map[Token]*ask // what open calls keep reserved
	owed     Token          // the debt that the last event left; 0 = none
	hungry   bool           // somebody was refused with ErrFull
	draining bool
	late     uint64
	merged   uint64
}

// New makes an empty queue, or returns every problem of the spec. For a journal, call Apply for each event and then Step with Recover.
func New(spec Spec) (*Queue, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	q := &Queue{
		spec:     spec.withDefaults(),
		records:  map[string]*record{},
		finished: map[string]final{},
		keys:     map[string]string{},
		cursors:  map[string]int64{},
		running:  map[Token]*record{},
		crews:    map[Agent][]*record{},
		groups:   map[needs]*group{},
		kinds:    map[string]string{},
		workers:  map[string]*worker{},
		gates:    map[string]*gate{},
		scores:   map[string]*score{},
		paces:    map[string]pace{},
		debts:    map[Token]Debt{},
		asks:     map[Token]*ask{},
	}
	q.placing = q.spec.placing()
	for kind, quota := range q.spec.Kinds {
		q.gates[kind] = newGate(kind, quota)
	}
	q.resting = heap[*worker]{
		less: func(a, b *worker) bool {
			if a.rest != b.rest {
				return a.rest < b.rest
			}
			return a.agent.ID < b.agent.ID
		},
		moved: func(w *worker, i int) { w.restSlot = i },
	}
	q.ready = heap[*lane]{
		less:  func(a, b *lane) bool { return earlier(a.tasks.items[0], b.tasks.items[0]) },
		moved: func(l *lane, i int) { l.slot = i },
	}
	q.due = heap[alarm]{
		less: func(a, b alarm) bool {
			if a.at != b.at {
				return a.at < b.at
			}
			return a.record.seq < b.record.seq
		},
		moved: func(a alarm, i int) { a.record.dueSlot = int32(i) },
	}
	return q, nil
}

// Step takes one command: it decides, applies the events to the state, notes what the command tells of agents, and dispatches as long as a task finds an agent.
// Events and effects are appended to out; the effects may be performed once the events are durable. If journaling fails, the queue is ahead of its journal and
// must be rebuilt. On an error nothing is appended and nothing changes, except that ErrFull is followed by a Wake when there is room.
//
// The random source serves back-off and PowerOfTwo; a seeded one makes the run repeatable.
func (q *Queue) Step(now Instant, random rand.Source, cmd Command, out *Output) error {
	events, effects := len(out.Events), len(out.Effects)
	q.rested(now)
	if err := q.Decide(now, random, cmd, out); err != nil {
		q.hungry = q.hungry || errors.Is(err, ErrFull)
		return err
	}
	q.absorb(now, out, events, effects)
	q.note(now, cmd, out)
	for {
		events, effects = len(out.Events), len(out.Effects)
		if err := q.Decide(now, random, Pick{}, out); err != nil || len(out.Events) == events {
			break
		}
		q.absorb(now, out, events, effects)
	}
	if q.hungry && !q.draining && q.open <= q.spec.Limit-max(1, q.spec.Limit/8) {
		// An eighth of the room is given back at once: waking a source for every single place would cost a message for each task.
		q.hungry = false
		out.Effects = append(out.Effects, Wake{})
	}
	if next := q.nextTimer(); next != 0 && (q.armed == 0 || next < q.armed) {
		q.armed = next
		out.Effects = append(out.Effects, Arm{At: next})
	}
	return nil
}

// absorb applies what was decided and follows the effects that concern the slots of agents.
func (q *Queue) absorb(now Instant, out *Output, events, effects int) {
	for _, e := range out.Events[events:] {
		q.learn(e)
		if err := q.Apply(e); err != nil {
			panic(err) // Decide and Apply disagree: a bug in this package, never the caller's
		}
		if q.owed != 0 {
			out.Effects = append(out.Effects, Settle{q.debts[q.owed]})
		}
	}
	for _, f := range out.Effects[effects:] {
		switch f := f.(type) {
		case Dispatch:
			q.take(now, f)
		case Recall:
			q.await(now, f)
		case Procure:
			q.reserve(now, f)
		case Ack:
			if f.Duplicate {
				q.merged++
			}
		case Late:
			q.late++
		}
	}
}

// note keeps what a command tells about agents and time, which is not journaled.
func (q *Queue) note(now Instant, cmd Command, out *Output) {
	switch c := cmd.(type) {
	case AgentUp:
		q.join(now, c)
	case AgentDown:
		q.leave(c.Agent)
	case AgentDraining:
		if w := q.life(c.Agent); w != nil {
			w.draining = true
			q.refresh(w)
		}
	case Result:
		q.release(c.Agent, c.Token)
	case Failure:
		q.release(c.Agent, c.Token)
	case Tick:
		if q.armed.passed(now) {
			q.armed = 0
		}
		q.condemn(now, out)
	case Recover:
		q.armed = 0
	case Drain:
		q.draining = true
	case AgentStanding:
		q.stand(c)
	case Award:
		q.unreserve(now, c.Call)
	case Submit, SettlementDone, Pick, Cancel, Revive, Forget, Trim, Purge, Pause, Unpause:
	}
}

// nextTimer is the earliest moment at which something happens by itself.
func (q *Queue) nextTimer() Instant {
	var next Instant
	if q.due.len() > 0 {
		next = q.due.items[0].at
	}
	if len(q.recalled) > 0 {
		next = sooner(next, q.recalled[0].limit)
	}
	return sooner(next, q.nextRest())
}
