// SPDX-License-Identifier: Apache-2.0

package work

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
)

// Correlation returns the id under which the journal has every event of a task of the queue: its whole story, in order, is the answer to an events.Query for it.
func (q *Queue) Correlation(task string) events.ID { return correlation(q.o.Stream, task) }

// CorrelationOf is [Queue.Correlation] for whoever has only the name of a queue's stream, such as a tool that reads a file.
func CorrelationOf(queue events.Stream, task string) events.ID { return correlation(queue, task) }

// neighbours is how many characters at the end of a task's id do not count for where its correlation lies among the others.
const neighbours = 3

// correlation makes an id of a name. It is the same at all times, which is why what has been forgotten can be found again. Tasks whose ids differ only at the end, as those of a file or a
// counter do, lie next to each other in the journal's index: scattered ids would make each commit write a page for nearly every task.
func correlation(stream events.Stream, task string) events.ID {
	name := []byte(string(stream) + "\x00" + task)
	near := crc32.Checksum(name[:len(name)-min(neighbours, len(task))], castagnoli)
	sum := sha256.Sum256(name)
	var id events.ID
	binary.BigEndian.PutUint32(id[:], near)
	copy(id[4:], sum[:])
	return id
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// label sets what an event is found by: its task, and the agent that an attempt is given to.
func (q *Queue) label(n *events.New, event plan.Event) {
	if id := plan.TaskOf(event); id != "" {
		n.Correlation = q.Correlation(id)
	}
	switch e := event.(type) {
	case plan.Started:
		n.Agent = e.Agent.ID
	case plan.Voided:
		n.Agent = e.Agent.ID
	}
}

// past asks the journal for a task that ended; nil if there is none. Tasks of journals that were written before events had a correlation are not found.
func (q *Queue) past(ctx context.Context, id string) (*plan.Past, error) {
	// Without a further condition the answer is one walk of one index.
	ask := events.Query{Correlation: q.Correlation(id)}
	var p *story
	for {
		page, err := q.o.Journal.Query(ctx, ask)
		if err != nil {
			return nil, err
		}
		for _, stored := range page.Events {
			if stored.Stream == q.o.Stream {
				if p, err = p.with(stored, id); err != nil {
					return nil, err
				}
			}
		}
		if page.Next == "" {
			break
		}
		ask.Cursor = page.Next
	}
	if p == nil || p.State == plan.StateUnknown {
		return nil, nil // it is new, or it is open and those who hold it know
	}
	return &p.Past, nil
}

// story is what has been read of a task.
type story struct{ plan.Past }

// with takes one more event in. Those that neither begin a task nor end it are passed over unread.
func (p *story) with(stored events.Event, id string) (*story, error) {
	switch stored.Type {
	case plan.TypeAccepted, plan.TypeDone, plan.TypeDied, plan.TypeCancelled:
	default:
		return p, nil
	}
	event, err := decode(stored)
	if err != nil {
		return p, err
	}
	if first, ok := event.(plan.Accepted); ok && first.Task.ID == id {
		p = &story{plan.Past{ID: id, Digest: first.Task.Digest()}}
	}
	if o, ok := plan.OutcomeOf(event); ok && p != nil && o.ID == id {
		p.State, p.Version = o.State, uint64(stored.Version)
	}
	return p, nil
}

// remembrance is what a submission has learned of tasks that the queue has forgotten.
type remembrance struct {
	asOf    uint64             // plan.Queue.Forgot when the journal was asked; whatever has been forgotten since is not in it
	past    map[int]*plan.Past // by the place of the offer
	looking bool               // the journal is being asked
}

// lookedBack is the journal's answer.
type lookedBack struct {
	submission *submission
	past       map[int]*plan.Past
	err        error
}

func (lookedBack) queue() {}

// strange reports whether a task is unknown only because something has been forgotten.
func (a *queue) strange(s *submission, o *offer) bool {
	forgot := a.plan.Forgot()
	return forgot != 0 && s.asOf != forgot && !a.plan.Knows(o.task.ID, o.task.Key)
}

// lookBack asks the journal for everything of a submission that is not known.
func (a *queue) lookBack(ctx *actors.Context[Message], s *submission) {
	type name struct {
		at int
		id string
	}
	var ask []name
	for i := s.next; i < len(s.offers); i++ {
		if t := &s.offers[i].task; !a.plan.Knows(t.ID, t.Key) {
			ask = append(ask, name{i, t.ID})
		}
	}
	s.asOf, s.looking = a.plan.Forgot(), true
	q := a.handle
	ctx.Go(func(ctx context.Context) Message {
		found := map[int]*plan.Past{}
		for _, n := range ask {
			p, err := q.past(ctx, n.id)
			if err != nil {
				return lookedBack{s, nil, &JournalError{Queue: q.o.Name, Operation: "look back", Err: err}}
			}
			if p != nil {
				found[n.at] = p
			}
		}
		return lookedBack{s, found, nil}
	})
}

// lookedBack goes on with a submission.
func (a *queue) lookedBack(ctx *actors.Context[Message], m lookedBack) {
	s := m.submission
	s.looking, s.past = false, m.past
	switch {
	case m.err != nil:
		s.refuse(m.err)
		a.retryParked(ctx)
	case s.parked:
		a.retryParked(ctx)
	default:
		a.admit(ctx, s)
	}
}

// trim forgets what is over and too much, when that is worth its while.
func (a *queue) trim(ctx *actors.Context[Message]) {
	if t, due := a.plan.TrimDue(); due {
		a.step(ctx, t)
	}
}

// Outcome returns what a task has ended as, from the journal. A task that is open gives ErrOpen, one that was never accepted plan.ErrUnknown, each in a
// *TaskError.
func (q *Queue) Outcome(ctx context.Context, id string) (plan.Outcome, error) {
	fail := func(err error) (plan.Outcome, error) {
		return plan.Outcome{}, &TaskError{Operation: "read the outcome of", ID: id, Err: err}
	}
	v, err := q.Seen(ctx, id)
	switch {
	case err != nil:
		return plan.Outcome{}, err
	case !v.State.Final():
		return fail(ErrOpen)
	}
	for stored, err := range q.o.Journal.Read(ctx, q.o.Stream, events.Version(v.Version)) {
		if err != nil {
			return fail(err)
		}
		event, err := decode(stored)
		if err != nil {
			return fail(err)
		}
		if o, ok := plan.OutcomeOf(event); ok && o.ID == id {
			return o, nil
		}
		break
	}
	return fail(errNoFinal)
}

// ErrOpen is returned for the outcome of a task that has none yet.
var ErrOpen = fault.New(4407, "task has no outcome yet")
