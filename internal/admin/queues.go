// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/agents/balance"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
)

const (
	// usualList and longestList are how many tasks a list has.
	usualList, longestList = 100, 1000
)

// Order says which tasks are meant, and why.
type Order struct {
	IDs      []string `json:"ids,omitempty"`      // of dead letters
	All      bool     `json:"all,omitempty"`      // every dead letter
	Deadline string   `json:"deadline,omitempty"` // of a retry, as a duration from now; none if it is left out
	Reason   string   `json:"reason,omitempty"`   // of a pause
}

// QueueView are the numbers of a queue.
type QueueView struct {
	Name      string      `json:"name"`      // as the config has it
	Accepted  int         `json:"accepted"`  // tasks that wait for an agent
	Running   int         `json:"running"`   // tasks with an agent
	Waiting   int         `json:"waiting"`   // tasks that wait for their next attempt
	Done      int         `json:"done"`      // tasks with a result
	Dead      int         `json:"dead"`      // dead letters
	Cancelled int         `json:"cancelled"` // tasks that were withdrawn
	Paused    bool        `json:"paused"`    // no task is given out
	Draining  bool        `json:"draining"`  // it is about to end
	Blocked   []BlockView `json:"blocked"`   // why accepted tasks are not running
	Agents    []AgentView `json:"agents"`    // by id
}

// BlockView says why some tasks are accepted and not running.
type BlockView struct {
	Capability string       `json:"capability"`         // that they ask for
	Tasks      int          `json:"tasks"`              // how many
	Reason     string       `json:"reason"`             // what they wait for
	NoAgent    *NoAgentView `json:"no_agent,omitempty"` // what is against the agents, when none could take the tasks even if it were free
}

// NoAgentView counts agents that offer what tasks ask for and cannot be given them.
type NoAgentView struct {
	Meant   int            `json:"meant"`   // agents that offer it
	Against map[string]int `json:"against"` // how many of them by what is against them: state, health, version
}

// AgentView is an agent as a queue sees it.
type AgentView struct {
	ID       string  `json:"id"`              // of the agent
	Slots    int     `json:"slots"`           // tasks it takes at once
	Held     int     `json:"held"`            // tasks it has
	Attempts uint64  `json:"attempts"`        // that ended, since the queue was started
	Latency  float64 `json:"latency_seconds"` // of its attempts, smoothed
	Success  float64 `json:"success"`         // smoothed share of attempts with a result, from 0 to 1
	Standing string  `json:"standing"`        // first, spare, last resort, not meant, or out and why
	Weight   float64 `json:"weight"`          // its share beside others with as many slots
}

// QueuesAnswer is the answer about queues.
type QueuesAnswer struct {
	Version int         `json:"version"` // of this format: 1
	Queues  []QueueView `json:"queues"`  // in the order of the config
}

// TasksAnswer is a list of tasks.
type TasksAnswer struct {
	Version int        `json:"version"`        // of this format: 1
	Queue   string     `json:"queue"`          // name of the queue
	Tasks   []TaskView `json:"tasks"`          // in order of arrival
	Next    uint64     `json:"next,omitempty"` // is the value of ?after= for the rest, if there is more
}

func (t *tasks) queues(w http.ResponseWriter, r *http.Request) error {
	return t.tell(w, r, t.o.Queues...)
}

// tell answers with the numbers of queues.
func (t *tasks) tell(w http.ResponseWriter, r *http.Request, queues ...NamedQueue) error {
	answer := QueuesAnswer{Version: 1, Queues: []QueueView{}}
	for _, q := range queues {
		v, err := q.Queue.View(r.Context())
		if err != nil {
			return err
		}
		answer.Queues = append(answer.Queues, queueView(q.Name, v))
	}
	answerWith(w, http.StatusOK, answer)
	return nil
}

func queueView(name string, v work.View) QueueView {
	view := QueueView{
		Name: name, Accepted: v.Accepted, Running: v.Running, Waiting: v.Waiting, Done: v.Done, Dead: v.Dead, Cancelled: v.Cancelled,
		Paused: v.Paused, Draining: v.Draining, Blocked: []BlockView{}, Agents: []AgentView{},
	}
	for _, b := range v.Blocked {
		view.Blocked = append(view.Blocked, BlockView{b.Capability, b.Tasks, b.Reason, noAgentView(b.NoAgent)})
	}
	for _, a := range v.Agents {
		view.Agents = append(view.Agents, AgentView{a.Agent.ID, a.Slots, a.Held, a.Ended, a.Latency.Seconds(), a.Success, standingOf(a), a.Weight})
	}
	return view
}

func noAgentView(e *balance.NoAgentError) *NoAgentView {
	if e == nil {
		return nil
	}
	v := &NoAgentView{Meant: e.Meant, Against: map[string]int{}}
	for _, x := range e.Excluded {
		v.Against[x.Cause.String()] = x.N
	}
	return v
}

// standings are the words for ranks; see agents/work.
var standings = [...]string{"first", "spare", "last resort"}

// standingOf says in a word or two whether an agent gets tasks.
func standingOf(w plan.Worker) string {
	switch s := w.Standing; {
	case s.Unmeant:
		return "not meant"
	case s.Out:
		return "out: " + s.Because.String()
	case w.Draining, w.Condemned:
		return "out: state"
	default:
		return standings[min(max(s.Rank, 0), len(standings)-1)]
	}
}

// list shows tasks of a queue.
func (t *tasks) list(w http.ResponseWriter, r *http.Request) error {
	q, err := t.queue(r)
	if err != nil {
		return err
	}
	s, err := selection(r)
	if err != nil {
		return err
	}
	most := s.Limit
	s.Limit++ // one more tells whether there is more
	found, err := q.Queue.Tasks(r.Context(), s)
	if err != nil {
		return err
	}
	answer := TasksAnswer{Version: 1, Queue: q.Name, Tasks: []TaskView{}}
	if len(found) > most {
		found = found[:most]
		answer.Next = found[most-1].Seq
	}
	for _, v := range found {
		answer.Tasks = append(answer.Tasks, viewOf(v))
	}
	answerWith(w, http.StatusOK, answer)
	return nil
}

// selection reads the parameters of a list.
func selection(r *http.Request) (plan.Selection, error) {
	held := []plan.State{plan.StateAccepted, plan.StateRunning, plan.StateWaiting, plan.StateDead}
	s := plan.Selection{Kind: r.URL.Query().Get("kind"), Limit: usualList}
	if text := r.URL.Query().Get("state"); text != "" {
		for word := range strings.SplitSeq(text, ",") {
			i := slices.IndexFunc(held, func(s plan.State) bool { return s.String() == word })
			if i < 0 {
				return s, refuse(http.StatusBadRequest, CodeBody, "state %q: want accepted, running, waiting or dead", word)
			}
			s.States = append(s.States, held[i])
		}
	}
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > longestList {
			return s, refuse(http.StatusBadRequest, CodeBody, "limit %q: want a number from 1 to %d", text, longestList)
		}
		s.Limit = n
	}
	if text := r.URL.Query().Get("after"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return s, refuse(http.StatusBadRequest, CodeBody, "after %q: want the next of the list before", text)
		}
		s.After = n
	}
	return s, nil
}

func (t *tasks) retry(w http.ResponseWriter, r *http.Request) error {
	return t.letters(w, r, func(q *work.Queue, o Order, ids []string) ([]work.Receipt, error) {
		var deadline time.Time
		if o.Deadline != "" {
			d, err := time.ParseDuration(o.Deadline)
			if err != nil || d <= 0 {
				return nil, refuse(http.StatusBadRequest, CodeBody, "deadline %q: want a duration such as 10m", o.Deadline)
			}
			deadline = t.o.Now().Add(d)
		}
		return q.Retry(r.Context(), deadline, ids...)
	})
}

func (t *tasks) purge(w http.ResponseWriter, r *http.Request) error {
	return t.letters(w, r, func(q *work.Queue, _ Order, ids []string) ([]work.Receipt, error) {
		return q.Purge(r.Context(), ids...)
	})
}

// letters does something with dead letters.
func (t *tasks) letters(w http.ResponseWriter, r *http.Request, do func(*work.Queue, Order, []string) ([]work.Receipt, error)) error {
	q, err := t.queue(r)
	if err != nil {
		return err
	}
	o, err := t.order(w, r)
	if err != nil {
		return err
	}
	if o.All == (len(o.IDs) > 0) {
		return refuse(http.StatusBadRequest, CodeBody, "want either ids or all")
	}
	ids := o.IDs
	if o.All {
		dead, err := q.Queue.Tasks(r.Context(), plan.Selection{States: []plan.State{plan.StateDead}})
		if err != nil {
			return err
		}
		for _, v := range dead {
			ids = append(ids, v.ID)
		}
	}
	came, err := do(q.Queue, o, ids)
	if err != nil {
		return err
	}
	answer := ReceiptsAnswer{1, q.Name, []Receipt{}}
	for _, c := range came {
		answer.Tasks = append(answer.Tasks, receiptOf(c, false))
	}
	answerWith(w, http.StatusOK, answer)
	return nil
}

func (t *tasks) pause(w http.ResponseWriter, r *http.Request) error {
	return t.steer(w, r, func(q *work.Queue, o Order) error { return q.Pause(r.Context(), o.Reason) })
}

func (t *tasks) resume(w http.ResponseWriter, r *http.Request) error {
	return t.steer(w, r, func(q *work.Queue, _ Order) error { return q.Unpause(r.Context()) })
}

// steer does something with a queue.
func (t *tasks) steer(w http.ResponseWriter, r *http.Request, do func(*work.Queue, Order) error) error {
	q, err := t.queue(r)
	if err != nil {
		return err
	}
	o, err := t.order(w, r)
	if err == nil {
		err = do(q.Queue, o)
	}
	if err != nil {
		return err
	}
	return t.tell(w, r, q)
}

// order reads the body of an order; without a body it says nothing.
func (t *tasks) order(w http.ResponseWriter, r *http.Request) (Order, error) {
	var o Order
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, t.o.Body))
	d.DisallowUnknownFields()
	err := d.Decode(&o)
	var large *http.MaxBytesError
	switch {
	case errors.Is(err, io.EOF):
		return o, nil
	case errors.As(err, &large):
		return o, err
	case err != nil:
		return o, refuse(http.StatusBadRequest, CodeBody, "the body is no order: %v", err)
	}
	return o, nil
}
