// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/lines"
	"mabeam.dev/agents/work/plan"
)

// TaskOptions are what the handlers of tasks are made of.
type TaskOptions struct {
	// Queues are the node's queues under the names of its config, in order.
	Queues []NamedQueue
	// Token lets callers in that are on another machine; empty lets none of them in.
	Token string
	// Body is the largest body of a request in bytes; 0 means 1 MiB.
	Body int64
	// Now is the node's clock; nil means time.Now.
	Now func() time.Time
	// Heartbeat is the pause after which a stream of events that is silent shows that it is alive; 0 means 10 s.
	Heartbeat time.Duration
	// Wait is the longest time that a request other than a stream waits for a queue, which waits itself while the disk is full; 0 means 10 s.
	Wait time.Duration
}

// NamedQueue is a work queue under the name that the config gives it.
type NamedQueue struct {
	Name  string
	Queue *work.Queue
}

// Receipt is what became of one task that was handed in.
type Receipt struct {
	ID        string   `json:"id"`                  // of the task that stands: another one than handed in, if the key was known
	State     string   `json:"state,omitempty"`     // of that task: accepted, running, waiting, done, dead or cancelled
	Duplicate bool     `json:"duplicate,omitempty"` // the task was known
	Line      int      `json:"line,omitempty"`      // of the body, from 1, for JSON lines
	Error     *Problem `json:"error,omitempty"`     // why it was refused
}

// ReceiptsAnswer is the answer to tasks that were handed in, and to orders about tasks.
type ReceiptsAnswer struct {
	Version int       `json:"version"` // of this format: 1
	Queue   string    `json:"queue"`   // name of the queue
	Tasks   []Receipt `json:"tasks"`   // one for each task, in the order of the request
}

// TaskView is what is known of a task.
type TaskView struct {
	ID       string          `json:"id"`                 // of the task
	Kind     string          `json:"kind,omitempty"`     // of the task
	State    string          `json:"state"`              // accepted, running, waiting, done, dead or cancelled
	Attempt  int             `json:"attempt,omitempty"`  // attempts begun in this series
	Agent    string          `json:"agent,omitempty"`    // that works on it
	Cause    string          `json:"cause,omitempty"`    // of a dead task: attempts, permanent, deadline or poison
	Reason   string          `json:"reason,omitempty"`   // why it is dead, or why it is not running yet
	Priority int             `json:"priority,omitempty"` // as it was handed in
	Accepted string          `json:"accepted,omitempty"` // start of the series, RFC 3339
	Ended    string          `json:"ended,omitempty"`    // when it got its outcome, RFC 3339
	Outcome  json.RawMessage `json:"outcome,omitempty"`  // the outcome line of a task that has ended
	Seq      uint64          `json:"seq,omitempty"`      // place in the order of arrival
}

// TaskAnswer is the answer about one task.
type TaskAnswer struct {
	Version int      `json:"version"` // of this format: 1
	Queue   string   `json:"queue"`   // name of the queue
	Task    TaskView `json:"task"`    // what is known of it
}

// tasks serves them.
type tasks struct {
	o TaskOptions
}

// Tasks serves the intake of tasks and the control of queues. Callers on this machine need no token; a page in a browser is not let in by that. All others show
// the header Authorization: Bearer TOKEN. Without ?queue=NAME the only queue of the node is meant. A refusal is a [ProblemAnswer].
//
//   - POST /v1/tasks: takes a task line, or JSON lines with the content type application/x-ndjson, and answers [ReceiptsAnswer] when the accepted
//     ones are durable. One task: 202; 200 if it was known; 400, 409, 413, 429 or 503 if it was refused. Lines: 200, with what
//     became of each. 503 with the code unavailable also says that the queue gave no answer in time, as when the disk is full: the tasks may still be
//     taken, so the request is to be repeated as it was. The header Idempotency-Key gives a task its key (key#line for lines), and makes the repetition of a request a success.
//   - GET /v1/tasks/{id}: [TaskAnswer], with the outcome line of a task that has ended; 404 for a task that was never accepted.
//   - GET /v1/tasks/{id}/events: server-sent events, each a [TaskEvent]: the state now, each step when it is durable, the outcome as the last one.
//   - DELETE /v1/tasks/{id}: cancels an open task; 404 or 409 otherwise.
//   - GET /v1/queues: [QueuesAnswer], the numbers of each queue.
//   - GET /v1/queues/{queue}/tasks: [TasksAnswer], the open tasks and dead letters in order of arrival; ?state=dead,waiting, ?kind=K, ?after=SEQ and
//     ?limit=N (default 100, at most 1000) choose among them.
//   - POST /v1/queues/{queue}/retry: gives the dead letters of an [Order] a new series of attempts and answers [ReceiptsAnswer].
//   - POST /v1/queues/{queue}/purge: gives the dead letters of an [Order] up and answers [ReceiptsAnswer].
//   - POST /v1/queues/{queue}/pause: stops giving tasks out, also after a restart, for the reason of an [Order], and answers [QueuesAnswer].
//   - POST /v1/queues/{queue}/resume: lets a paused queue go on and answers [QueuesAnswer].
func Tasks(o TaskOptions) http.Handler {
	if o.Body <= 0 {
		o.Body = 1 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Heartbeat <= 0 {
		o.Heartbeat = 10 * time.Second
	}
	if o.Wait <= 0 {
		o.Wait = 10 * time.Second
	}
	t := &tasks{o: o}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/tasks", t.guarded(t.bounded(t.submit)))
	mux.HandleFunc("GET /v1/tasks/{id}", t.guarded(t.bounded(t.show)))
	mux.HandleFunc("GET /v1/tasks/{id}/events", t.guarded(t.follow))
	mux.HandleFunc("DELETE /v1/tasks/{id}", t.guarded(t.bounded(t.cancel)))
	mux.HandleFunc("GET /v1/queues", t.guarded(t.bounded(t.queues)))
	mux.HandleFunc("GET /v1/queues/{queue}/tasks", t.guarded(t.bounded(t.list)))
	mux.HandleFunc("POST /v1/queues/{queue}/retry", t.guarded(t.bounded(t.retry)))
	mux.HandleFunc("POST /v1/queues/{queue}/purge", t.guarded(t.bounded(t.purge)))
	mux.HandleFunc("POST /v1/queues/{queue}/pause", t.guarded(t.bounded(t.pause)))
	mux.HandleFunc("POST /v1/queues/{queue}/resume", t.guarded(t.bounded(t.resume)))
	return mux
}

// Join serves views and tasks at one address.
func Join(views, tasks http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", views)
	for _, below := range []string{"/v1/tasks", "/v1/tasks/", "/v1/queues", "/v1/queues/"} {
		mux.Handle(below, tasks)
	}
	return mux
}

// queue finds the queue that a request means.
func (t *tasks) queue(r *http.Request) (NamedQueue, error) {
	name := r.PathValue("queue")
	if name == "" {
		name = r.URL.Query().Get("queue")
	}
	if name == "" && len(t.o.Queues) == 1 {
		return t.o.Queues[0], nil
	}
	for _, q := range t.o.Queues {
		if q.Name == name {
			return q, nil
		}
	}
	if name == "" && len(t.o.Queues) > 0 {
		return NamedQueue{}, refuse(http.StatusBadRequest, CodeQueue, "the node has %d queues: name one with ?queue=", len(t.o.Queues))
	}
	if name == "" {
		return NamedQueue{}, refuse(http.StatusNotFound, CodeQueue, "the node has no queue")
	}
	return NamedQueue{}, refuse(http.StatusNotFound, CodeQueue, "no queue %q", name)
}

// submit takes tasks in.
func (t *tasks) submit(w http.ResponseWriter, r *http.Request) error {
	q, err := t.queue(r)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, t.o.Body))
	if err != nil {
		return err
	}
	key := r.Header.Get("Idempotency-Key")
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // one that cannot be read is not that of lines
	if kind == "application/x-ndjson" || kind == "application/jsonl" {
		return t.submitLines(w, r, q, key, body)
	}
	task, err := lines.Parse("body", 1, body, plan.At(t.o.Now()))
	if err != nil {
		return err
	}
	if key != "" && task.Key != "" && key != task.Key {
		return refuse(http.StatusBadRequest, CodeTask, "the task's key %q is not the Idempotency-Key %q", task.Key, key)
	}
	if key != "" {
		task.Key = key
	}
	receipts, err := q.Queue.TrySubmit(r.Context(), task)
	if err != nil {
		return err
	}
	got := receiptOf(receipts[0], key != "")
	if got.Error != nil {
		return got.Error
	}
	status := http.StatusAccepted
	if got.Duplicate {
		status = http.StatusOK
	}
	answerWith(w, status, ReceiptsAnswer{1, q.Name, []Receipt{got}})
	return nil
}

// submitLines takes many tasks in. Lines that are no tasks are refused and do not keep the others from being taken.
func (t *tasks) submitLines(w http.ResponseWriter, r *http.Request, q NamedQueue, key string, body []byte) error {
	reader := lines.NewReader(bytes.NewReader(body), lines.Options{File: "body", Limit: int(t.o.Body)})
	receipts := []Receipt{}
	var good []plan.Task
	var places []int // of the good ones among the receipts
	for {
		line, err := reader.Next(plan.At(t.o.Now()))
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *lines.LineError
		switch {
		case errors.As(err, &bad):
			receipts = append(receipts, Receipt{Line: bad.Line, Error: problemOf(err)})
			continue
		case err != nil:
			return err
		}
		if line.Task.Key == "" && key != "" {
			line.Task.Key = key + "#" + strconv.Itoa(line.Number)
		}
		good, places = append(good, line.Task), append(places, len(receipts))
		receipts = append(receipts, Receipt{ID: line.Task.ID, Line: line.Number})
	}
	if len(receipts) == 0 {
		return refuse(http.StatusBadRequest, CodeTask, "the body has no task")
	}
	came, err := q.Queue.TrySubmit(r.Context(), good...)
	if err != nil {
		return err
	}
	for i, c := range came {
		line := receipts[places[i]].Line
		receipts[places[i]] = receiptOf(c, key != "")
		receipts[places[i]].Line = line
	}
	answerWith(w, http.StatusOK, ReceiptsAnswer{1, q.Name, receipts})
	return nil
}

// receiptOf is the queue's receipt in the form of the API. A request that may be repeated is not refused for being a repetition.
func receiptOf(r work.Receipt, repeatable bool) Receipt {
	var known *plan.DuplicateError
	switch {
	case repeatable && errors.As(r.Err, &known):
		return Receipt{ID: known.ID, State: known.State.String(), Duplicate: true}
	case r.Err != nil:
		return Receipt{ID: r.ID, Error: problemOf(r.Err)}
	}
	return Receipt{ID: r.ID, State: r.State.String(), Duplicate: r.Duplicate}
}

// show tells about one task.
func (t *tasks) show(w http.ResponseWriter, r *http.Request) error {
	q, err := t.queue(r)
	if err != nil {
		return err
	}
	v, err := q.Queue.Seen(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	view := viewOf(v)
	if v.State.Final() {
		o, err := q.Queue.Outcome(r.Context(), v.ID)
		if err != nil {
			return err
		}
		line, err := lines.AppendOutcome(nil, v.Version, o)
		if err != nil {
			return err
		}
		view.Outcome, view.Kind, view.Ended = bytes.TrimSpace(line), o.Kind, instant(o.Ended)
	}
	answerWith(w, http.StatusOK, TaskAnswer{1, q.Name, view})
	return nil
}

// cancel withdraws a task.
func (t *tasks) cancel(w http.ResponseWriter, r *http.Request) error {
	q, err := t.queue(r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	if err := q.Queue.Cancel(r.Context(), id, "cancelled by a request"); err != nil {
		return err
	}
	answerWith(w, http.StatusOK, ReceiptsAnswer{1, q.Name, []Receipt{{ID: id, State: plan.StateCancelled.String()}}})
	return nil
}

func viewOf(v plan.View) TaskView {
	return TaskView{
		ID: v.ID, Kind: v.Kind, State: v.State.String(), Attempt: v.Attempt, Agent: v.Agent.ID, Cause: string(v.Cause), Reason: v.Reason,
		Priority: v.Priority, Accepted: instant(v.Accepted), Ended: instant(v.Ended), Seq: v.Seq,
	}
}

func instant(i plan.Instant) string {
	if i == 0 {
		return ""
	}
	return i.Time().Format(time.RFC3339Nano)
}

func answerWith(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader has gone; there is nobody to tell
}
