// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"mabeam.dev/agents/balance"
)

// Counts are the numbers of a queue, all kept up to date and read in O(1).
type Counts struct {
	Accepted, Running, Waiting int    // open tasks
	Done, Dead, Cancelled      int    // tasks with an outcome, of Dead those that were not purged
	Late, Merged               uint64 // answers dropped and duplicates merged since the queue was made; not journaled
	Forgotten                  uint64 // tasks that are over and no longer remembered
	Paused                     bool   // no task is given out
	Calls, Unsettled           int    // calls for bids that are not over, and deals that are and have not been settled
}

// Open is the number of tasks without an outcome.
func (c Counts) Open() int { return c.Accepted + c.Running + c.Waiting }

// Counts returns the numbers of the queue.
func (q *Queue) Counts() Counts {
	t := &q.tally
	return Counts{
		Accepted: t[StateAccepted], Running: t[StateRunning], Waiting: t[StateWaiting],
		Done: t[StateDone], Dead: t[StateDead], Cancelled: t[StateCancelled], Late: q.late, Merged: q.merged,
		Forgotten: q.Forgot(), Paused: q.paused, Calls: len(q.calls), Unsettled: len(q.debts),
	}
}

// Version is the number of events applied; the next event gets Version+1.
func (q *Queue) Version() uint64 { return q.version }

// Room is how many tasks can be submitted before ErrFull.
func (q *Queue) Room() int { return max(0, q.spec.Limit-q.open) }

// Cursor returns how far a source was accepted; zero if it never was.
func (q *Queue) Cursor(source string) int64 { return q.cursors[source] }

// View is what is known of one task.
type View struct {
	ID         string
	Kind       string // Kind and all fields below but Version are empty for a done or cancelled task.
	State      State
	Version    uint64  // Version of the event that holds the outcome of a final task.
	Attempt    int     // Attempt is the number of attempts begun in this series.
	Agent      Agent   // Agent that has a running task.
	Token      Token   // Token of the running attempt.
	Until      Instant // Until ends a running attempt or a back-off; zero = never.
	Capability string
	Attempts   []Attempt // Attempts that ended; not to be changed.
	Cause      Cause     // Cause of a dead task.
	Reason     string    // Reason of death, or why an accepted task is not running.
	Seq        uint64    // Seq is the place in the order of arrival, from one.
	Priority   int
	Accepted   Instant // Accepted is the start of the current series.
	Deadline   Instant // Deadline of the task; zero = none.
	Ended      Instant // Ended is when a task got its outcome.
	Deal       Token   // Deal is the place in a call that the agent of a running task won; 0 = none.
	Price      int64   // Price is what that agent is paid for a result, in millionths.
	Unsold     int     // Unsold counts the calls in this series that found nobody.
}

// Lookup returns the view of a task.
func (q *Queue) Lookup(id string) (View, bool) {
	r := q.records[id]
	if r == nil {
		f, ok := q.finished[id]
		if !ok {
			return View{}, false
		}
		return View{ID: id, State: f.state, Version: f.version, Ended: f.ended}, true
	}
	return q.view(r), true
}

func (q *Queue) view(r *record) View {
	v := View{
		ID: r.ID, Kind: r.Kind, State: r.state, Version: r.version, Attempt: int(r.attempt), Agent: r.agent, Token: r.token,
		Until: r.until, Capability: r.Capability, Attempts: r.history, Cause: r.cause, Reason: r.reason,
		Seq: r.seq, Priority: r.Priority, Accepted: r.accepted, Deadline: r.Deadline, Ended: r.ended, Deal: r.deal, Price: r.price, Unsold: int(r.unsold),
	}
	switch {
	case r.state != StateAccepted:
	case r.call != 0:
		v.Reason = "is being bid for"
	default:
		v.Reason = q.why(r.lane)
	}
	return v
}

// DeadLetters returns the dead tasks, the oldest death first. It looks at all open and dead tasks.
func (q *Queue) DeadLetters() []View {
	var dead []View
	for _, r := range q.records {
		if r.state == StateDead {
			dead = append(dead, q.view(r))
		}
	}
	slices.SortFunc(dead, func(a, b View) int { return cmp.Compare(a.Version, b.Version) })
	return dead
}

// Block tells why tasks are accepted and not running.
type Block struct {
	Capability string
	Tasks      int
	Reason     string
	NoAgent    *balance.NoAgentError // NoAgent counts what is against the agents when none could take the tasks even if it were free; else nil.
}

// Blocked lists the capabilities with accepted tasks, sorted by name, tasks on their first attempt before retries.
func (q *Queue) Blocked() []Block {
	var blocks []Block
	for _, g := range q.groups {
		if n := g.fresh.tasks.len(); n > 0 {
			blocks = append(blocks, q.block(g.fresh, n))
		}
		for _, l := range g.retried {
			blocks = append(blocks, q.block(l, l.tasks.len()))
		}
	}
	slices.SortFunc(blocks, func(a, b Block) int {
		return cmp.Or(strings.Compare(a.Capability, b.Capability), strings.Compare(a.Reason, b.Reason), cmp.Compare(a.Tasks, b.Tasks))
	})
	return blocks
}

// NoAgent counts the accepted tasks that no agent could take, even if all were free.
func (q *Queue) NoAgent() int {
	n := 0
	for _, g := range q.groups {
		if g.up > 0 {
			continue
		}
		n += g.fresh.tasks.len()
		for _, l := range g.retried {
			n += l.tasks.len()
		}
	}
	return n
}

func (q *Queue) block(l *lane, tasks int) Block {
	b := Block{Capability: l.group.key.String(), Tasks: tasks, Reason: q.why(l)}
	if l.freshUp+l.triedUp == 0 {
		b.NoAgent = q.nobody(l)
	}
	return b
}

func (q *Queue) why(l *lane) string {
	up := l.freshUp + l.triedUp
	switch {
	case q.draining:
		return "queue is draining"
	case q.paused && q.pause.Reason != "":
		return "queue is paused: " + q.pause.Reason
	case q.paused:
		return "queue is paused"
	case up == 0:
		return sayNobody(l.group, q.nobody(l))
	case l.servable():
		return "next in turn"
	case l.staffed():
		return l.gate.why()
	case l.triedFree > 0:
		return fmt.Sprintf("waits for one of %d agents not yet tried", l.freshUp)
	}
	if q.spec.Agents.Rate > 0 {
		return fmt.Sprintf("all %d agents are busy or at their rate", up)
	}
	return fmt.Sprintf("all %d agents are busy", up)
}

// Worker is the view of one live agent.
type Worker struct {
	Agent        Agent
	Kind         string
	Capabilities []string // Capabilities are sorted, with their versions.
	Slots        int
	Held         int  // Held counts slots in use, those of recalled attempts and those kept free for open calls included.
	Running      int  // Running counts attempts that are not recalled.
	Draining     bool // Draining agents get no tasks.
	Condemned    bool // Condemned agents get no tasks and should be killed.
	Standing     AgentStanding
	Weight       float64
	Resting      bool          // Resting agents get no task until the rate of Spec.Agents allows one more.
	Ended        uint64        // Ended counts attempts of the agent, in all its lives, of which Latency and Success are made.
	Latency      time.Duration // Latency of its attempts, smoothed.
	Success      float64       // Success is the smoothed share of attempts that brought a result, from 0 to 1.
}

// Worker returns the view of one life, if it is up.
func (q *Queue) Worker(a Agent) (Worker, bool) {
	if w := q.life(a); w != nil {
		return q.seen(w), true
	}
	return Worker{}, false
}

func (q *Queue) seen(w *worker) Worker {
	seen := Worker{
		Agent: w.agent, Kind: w.kind, Slots: w.slots, Weight: w.size / float64(w.slots), Standing: w.standing,
		Held: len(w.held), Running: len(q.crews[w.agent]), Draining: w.draining, Condemned: w.condemned,
		Resting: w.rest != 0,
	}
	for _, o := range w.offers {
		seen.Capabilities = append(seen.Capabilities, o.String())
	}
	if s := q.scores[w.agent.ID]; s != nil {
		seen.Ended, seen.Latency, seen.Success = s.ended, s.latency, s.success
	}
	return seen
}

// Workers lists the live agents, sorted by id.
func (q *Queue) Workers() []Worker {
	all := make([]Worker, 0, len(q.workers))
	for _, w := range q.workers {
		all = append(all, q.seen(w))
	}
	slices.SortFunc(all, func(a, b Worker) int { return strings.Compare(a.Agent.ID, b.Agent.ID) })
	return all
}
