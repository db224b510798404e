// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/cognitive/ensemble"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/selector"
)

// The codes of a Problem about coordination.
const (
	CodeNoCoordination = "no_coordination" // the node coordinates nothing
	CodeNoSession      = "unknown_session" // no such session, or it is forgotten
	CodeSession        = "bad_session"     // no session can be like that
	CodeSessionEnded   = "session_ended"   // the session has ended otherwise
)

// CoordinationOptions are what the handlers of coordination are made of.
type CoordinationOptions struct {
	// Engine runs the sessions; nil if the node coordinates nothing.
	Engine *protocols.Engine
	// Spaces are those of locks.
	Spaces []*protocols.Space
	// Truths takes in what was true of the questions of ensembles; nil if nobody does.
	Truths Truths
	// Deadline is how long a session may take that does not say it.
	Deadline time.Duration
	// Token and Body are those of [TaskOptions].
	Token string
	Body  int64
}

// coordinationViews serves them.
type coordinationViews struct{ o CoordinationOptions }

// Coordination serves the sessions and spaces of a node. Who may ask is said with the tasks: callers on this machine, and those with the token. A node
// that coordinates nothing answers 404.
//
//   - GET /v1/coordination: [CoordinationAnswer], the sessions that are open, the spaces with who holds what, and the numbers.
//   - POST /v1/coordination/sessions: starts the session of a [SessionOrder] and answers [SessionAnswer]. The header Idempotency-Key, or the id of the body,
//     names the session: repeated it is one session, and 409 if it is another one under that name. 400, 429 and 503 where it is refused. With a reuse and without
//     a name the answer may be an earlier session that was asked the same, as its result says.
//   - GET /v1/coordination/sessions: [SessionsAnswer]; ?state=S, ?active=1, ?protocol=P, ?participant=A, ?tag=T, ?limit=N (default 100, at most 1000) and
//     ?after=ID choose among them.
//   - GET /v1/coordination/sessions/{id}: [SessionAnswer]; ?steps=N those behind step N alone. 404 if there is none.
//   - DELETE /v1/coordination/sessions/{id}: cancels it, with ?reason=R, and answers [SessionAnswer]; 409 if it has ended otherwise.
//   - POST /v1/coordination/sessions/{id}/truth: tells what was true of the question of an ensemble's session, a [TruthOrder], and answers [TruthAnswer]
//     when that is kept; 404 if the question is not known, 409 if something else was told before.
//   - GET /v1/coordination/skills: [SkillsAnswer], what the members of ensembles are weighed by.
//   - POST /v1/coordination/sessions/{id}/outcome: tells how good the decision turned out, by a [SessionOutcome], and answers [SessionOutcome]; the same again is
//     nothing new, and 409 if it was rated otherwise before or has decided nothing. The choice of protocols goes by it where the config says adaptive.
//   - GET /v1/coordination/history: [HistoryAnswer], the sessions that have ended, the latest first, from the journal; ?protocol=P, ?participant=A,
//     ?state=S, ?since=TIME and ?limit=N (default 100, at most 1000).
//   - GET /v1/coordination/stats: [CoordinationStats].
//   - POST /v1/coordination/explain: which protocol the session of a [SessionOrder] gets, and why, without starting it; [ExplainAnswer].
func Coordination(o CoordinationOptions) http.Handler {
	if o.Body <= 0 {
		o.Body = 1 << 20
	}
	v := &coordinationViews{o}
	guard := &tasks{o: TaskOptions{Token: o.Token, Wait: 10 * time.Second}}
	mux := http.NewServeMux()
	for pattern, serve := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /v1/coordination":                        v.all,
		"POST /v1/coordination/sessions":              v.start,
		"GET /v1/coordination/sessions":               v.list,
		"GET /v1/coordination/sessions/{id}":          v.show,
		"DELETE /v1/coordination/sessions/{id}":       v.cancel,
		"POST /v1/coordination/sessions/{id}/truth":   v.truth,
		"POST /v1/coordination/sessions/{id}/outcome": v.rate,
		"GET /v1/coordination/skills":                 v.skills,
		"GET /v1/coordination/history":                v.history,
		"GET /v1/coordination/stats":                  v.stats,
		"POST /v1/coordination/explain":               v.explain,
	} {
		mux.HandleFunc(pattern, guard.guarded(guard.bounded(func(w http.ResponseWriter, r *http.Request) error {
			if v.o.Engine == nil {
				return refuse(http.StatusNotFound, CodeNoCoordination, "the node coordinates nothing: its config has no section coordination")
			}
			return coordinationProblem(serve(w, r))
		})))
	}
	return mux
}

// WithCoordination serves coordination besides everything else.
func WithCoordination(all, coordination http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", all)
	mux.Handle("/v1/coordination", coordination)
	mux.Handle("/v1/coordination/", coordination)
	return mux
}

// coordinationProblem gives the errors of coordination their status.
func coordinationProblem(err error) error {
	var known *Problem
	var overloaded *protocols.OverloadedError
	var conflict *protocols.ConflictError
	var told *ensemble.ToldError
	if err == nil || errors.As(err, &known) {
		return err
	}
	status, code := 0, ""
	switch c := fault.CodeOf(err); {
	case errors.Is(err, protocols.ErrNotFound), errors.Is(err, ensemble.ErrUnknownQuestion):
		status, code = http.StatusNotFound, CodeNoSession
	case errors.As(err, &conflict), errors.As(err, &told):
		status, code = http.StatusConflict, CodeConflict
	case errors.As(err, new(*protocols.RatedError)):
		status, code = http.StatusConflict, CodeConflict
	case errors.Is(err, protocols.ErrUndecided):
		status, code = http.StatusConflict, CodeSession
	case errors.Is(err, protocols.ErrAlreadyDecided):
		status, code = http.StatusConflict, CodeSessionEnded
	case errors.As(err, &overloaded):
		status, code = http.StatusTooManyRequests, CodeFull
	case errors.Is(err, protocols.ErrUnavailable), errors.Is(err, protocols.ErrSpaceDown):
		status, code = http.StatusServiceUnavailable, CodeUnavailable
	case errors.Is(err, selector.ErrInvalidSpec), c >= 1000 && c < 2000:
		status, code = http.StatusBadRequest, CodeSession
	default:
		return err
	}
	p := refuse(status, code, "%v", err)
	p.cause = err
	return p
}

// strictly reads the body of a request: one JSON value, of known fields.
func (v *coordinationViews) strictly(w http.ResponseWriter, r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, v.o.Body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	if err == nil && d.More() {
		err = fmt.Errorf("more than one value")
	}
	if err != nil {
		return refuse(http.StatusBadRequest, CodeBody, "the body cannot be read: %v", err)
	}
	return nil
}

func (v *coordinationViews) start(w http.ResponseWriter, r *http.Request) error {
	spec, err := v.spec(w, r)
	if err != nil {
		return err
	}
	if before, ok := v.o.Engine.Reuse(spec); ok {
		result := sessionResult(before)
		answerWith(w, http.StatusOK, SessionAnswer{1, SessionView{
			ID: result.Session, State: result.State, Protocol: result.Protocol, Question: spec.Question, Participants: before.Participants, Opened: result.Opened,
			Deadline: stamp(before.Opened.Add(before.Took)), Epoch: before.Epoch, Rounds: before.Rounds, Result: &result,
		}})
		return nil
	}
	id, err := v.o.Engine.Start(r.Context(), spec)
	if err != nil {
		return err
	}
	return v.answer(w, id, 0)
}

// spec reads the order of a session.
func (v *coordinationViews) spec(w http.ResponseWriter, r *http.Request) (protocols.Spec, error) {
	var o SessionOrder
	if err := v.strictly(w, r, &o); err != nil {
		return protocols.Spec{}, err
	}
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		if o.ID != "" && o.ID != key {
			return protocols.Spec{}, refuse(http.StatusBadRequest, CodeBody, "the session's id %.60q is not the Idempotency-Key %.60q", o.ID, key)
		}
		o.ID = key
	}
	return o.spec(v.o.Deadline)
}

func (v *coordinationViews) show(w http.ResponseWriter, r *http.Request) error {
	after, err := bookNumber(r, "steps", 0)
	if err != nil {
		return err
	}
	return v.answer(w, protocols.SessionID(r.PathValue("id")), after)
}

func (v *coordinationViews) cancel(w http.ResponseWriter, r *http.Request) error {
	id := protocols.SessionID(r.PathValue("id"))
	if err := v.o.Engine.Cancel(r.Context(), id, r.URL.Query().Get("reason")); err != nil {
		return err
	}
	return v.answer(w, id, 0)
}

func (v *coordinationViews) answer(w http.ResponseWriter, id protocols.SessionID, after int) error {
	view, err := v.session(id, after)
	if err != nil {
		return err
	}
	answerWith(w, http.StatusOK, SessionAnswer{1, view})
	return nil
}

func (v *coordinationViews) explain(w http.ResponseWriter, r *http.Request) error {
	spec, err := v.spec(w, r)
	if err != nil {
		return err
	}
	answerWith(w, http.StatusOK, ExplainAnswer{1, v.o.Engine.Explain(spec)})
	return nil
}
