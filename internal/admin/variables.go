// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/cognitive"
)

// The codes of refusals about variables.
const (
	CodeNoVariables = "no_variables"     // the node has no variables
	CodeNoVariable  = "unknown_variable" // no such space, variable or version
	CodeValue       = "bad_value"        // the variable cannot have the value
	CodeNotAgreed   = "not_agreed"       // a guard, a constraint or those who were asked are against the change
	CodeTooSoon     = "too_soon"         // the variable cools down, or the proposer proposes too often
	CodeMoved       = "moved"            // the variable has another version than the proposal was based on
)

// VariableOptions are what the handlers of variables are made of.
type VariableOptions struct {
	// Spaces are the node's, in the order of the config.
	Spaces []*cognitive.Space
	// Token lets callers in that are on another machine; empty lets none of them in.
	Token string
	// Body is the largest body of a request in bytes; 0 means 1 MiB.
	Body int64
	// Wait is how long a request waits for a decision; 0 means 10 min.
	Wait time.Duration
	// System is where watches run.
	System *actors.System
	// Heartbeat is the time between two signs of life on a quiet stream; 0 means 10 s.
	Heartbeat time.Duration
}

// variableViews answers about variables.
type variableViews struct{ o VariableOptions }

// Variables serves the node's variables. Every answer has a version, 1.
//
//   - GET /v1/variables: [VariablesAnswer], the spaces with all their variables, each space at one version.
//   - GET /v1/variables/{space}/{name}: [VariableAnswer].
//   - GET /v1/variables/{space}/{name}/history: [VariableHistoryAnswer], oldest first; ?limit=N (default 100) are the newest, ?all=1 also those that only the
//     journal has, ?proposer=P those of one proposer.
//   - GET /v1/variables/{space}/{name}/why: [VariableHistoryAnswer] with the commit that made the present value.
//   - GET /v1/variables/watch: server-sent events about the space ?space=S, which can be left out where there is one. First "variables", a [WatchedVariables] with what there is, then
//     each commit as a "commit" with a [WatchedCommit], in the order of the space's versions. The id of an event is the version of the space, and how many of its commits were
//     told: a reader that shows the last one as Last-Event-ID goes on behind it. Where that is not possible any more it gets a "gap" with a [WatchGap] and then "variables". A reader that is
//     too slow is cut off.
//   - POST /v1/variables/{space}/{name}: proposes the value of a [VariableOrder] and answers [VariableReceipt] when it is committed. An Idempotency-Key makes a
//     repetition the same proposal.
//   - POST /v1/variables/{space}/{name}/override: sets or, with gone, takes away a value for the scope of the order alone.
//   - POST /v1/variables/{space}/{name}/rollback: proposes the value of the version "to" of the order.
func Variables(o VariableOptions) http.Handler {
	if o.Body <= 0 {
		o.Body = 1 << 20
	}
	if o.Wait <= 0 {
		o.Wait = 10 * time.Minute
	}
	if o.Heartbeat <= 0 {
		o.Heartbeat = 10 * time.Second
	}
	v := &variableViews{o}
	guard := &tasks{o: TaskOptions{Token: o.Token, Wait: o.Wait}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/variables/watch", guard.guarded(func(w http.ResponseWriter, r *http.Request) error {
		if len(v.o.Spaces) == 0 {
			return refuse(http.StatusNotFound, CodeNoVariables, "the node has no variables: its config has no section variables")
		}
		return variableProblem(v.watch(w, r))
	}))
	for pattern, serve := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /v1/variables":                          v.all,
		"GET /v1/variables/{space}/{name}":           v.show,
		"GET /v1/variables/{space}/{name}/history":   v.history,
		"GET /v1/variables/{space}/{name}/why":       v.why,
		"POST /v1/variables/{space}/{name}":          v.propose,
		"POST /v1/variables/{space}/{name}/override": v.override,
		"POST /v1/variables/{space}/{name}/rollback": v.rollback,
	} {
		mux.HandleFunc(pattern, guard.guarded(guard.bounded(func(w http.ResponseWriter, r *http.Request) error {
			if len(v.o.Spaces) == 0 {
				return refuse(http.StatusNotFound, CodeNoVariables, "the node has no variables: its config has no section variables")
			}
			return variableProblem(serve(w, r))
		})))
	}
	return mux
}

// WithVariables serves variables besides everything else.
func WithVariables(all, variables http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", all)
	mux.Handle("/v1/variables", variables)
	mux.Handle("/v1/variables/", variables)
	return mux
}

// variableProblem gives the errors of variables their status.
func variableProblem(err error) error {
	var known *Problem
	if err == nil || errors.As(err, &known) {
		return err
	}
	status, code := 0, ""
	switch c := fault.CodeOf(err); {
	case errors.Is(err, cognitive.ErrNotFound):
		status, code = http.StatusNotFound, CodeNoVariable
	case errors.Is(err, cognitive.ErrVersionConflict):
		status, code = http.StatusConflict, CodeMoved
	case errors.Is(err, cognitive.ErrCooldown), errors.Is(err, cognitive.ErrRateLimited), errors.Is(err, cognitive.ErrBusy):
		status, code = http.StatusTooManyRequests, CodeTooSoon
	case errors.Is(err, cognitive.ErrRestarted), errors.Is(err, cognitive.ErrStopped):
		status, code = http.StatusServiceUnavailable, CodeUnavailable
	case c >= 1000 && c < 2000:
		status, code = http.StatusBadRequest, CodeValue
	case c >= 4670 && c < 4700:
		status, code = http.StatusConflict, CodeNotAgreed
	default:
		return err
	}
	p := refuse(status, code, "%v", err)
	p.cause = err
	return p
}

// find is the space and the variable that a request is about.
func (v *variableViews) find(r *http.Request) (*cognitive.Space, cognitive.Info, error) {
	for _, s := range v.o.Spaces {
		if s.Name() == r.PathValue("space") {
			i, err := s.Info(r.PathValue("name"))
			return s, i, err
		}
	}
	return nil, cognitive.Info{}, refuse(http.StatusNotFound, CodeNoVariable, "there is no space %.60q of variables", r.PathValue("space"))
}

func (v *variableViews) all(w http.ResponseWriter, _ *http.Request) error {
	a := VariablesAnswer{Version: 1}
	for _, s := range v.o.Spaces {
		view := VariableSpaceView{Space: s.Name(), SpaceVersion: s.Version().String(), Variables: []VariableView{}}
		for _, i := range s.List() {
			view.Variables = append(view.Variables, variableView(s.Name(), i))
		}
		for _, c := range s.Constraints() {
			view.Constraints = append(view.Constraints, c.Name)
		}
		a.Spaces = append(a.Spaces, view)
	}
	answerWith(w, http.StatusOK, a)
	return nil
}

func (v *variableViews) show(w http.ResponseWriter, r *http.Request) error {
	s, i, err := v.find(r)
	if err != nil {
		return err
	}
	answerWith(w, http.StatusOK, VariableAnswer{1, variableView(s.Name(), i)})
	return nil
}

func (v *variableViews) history(w http.ResponseWriter, r *http.Request) error {
	s, i, err := v.find(r)
	if err != nil {
		return err
	}
	limit, err := bookNumber(r, "limit", 100)
	if err != nil {
		return err
	}
	values := r.URL.Query()
	list, err := s.History(r.Context(), i.Name, cognitive.Query{Proposer: values.Get("proposer"), All: values.Get("all") != "", Limit: limit})
	if err != nil {
		return err
	}
	answerWith(w, http.StatusOK, commitViews(s.Name(), i.Name, list...))
	return nil
}

func (v *variableViews) why(w http.ResponseWriter, r *http.Request) error {
	s, i, err := v.find(r)
	if err != nil {
		return err
	}
	c, err := s.Blame(r.Context(), i.Name)
	if err != nil {
		return err
	}
	answerWith(w, http.StatusOK, commitViews(s.Name(), i.Name, c))
	return nil
}

// order reads the body of an order: one JSON value, of known fields.
func (v *variableViews) order(w http.ResponseWriter, r *http.Request) (o VariableOrder, err error) {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, v.o.Body))
	d.DisallowUnknownFields()
	err = d.Decode(&o)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return o, err
	}
	if err == nil && d.More() {
		err = fmt.Errorf("more than one value")
	}
	if err != nil {
		return o, refuse(http.StatusBadRequest, CodeBody, "the body cannot be read: %v", err)
	}
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		if o.Key != "" && o.Key != key {
			return o, refuse(http.StatusBadRequest, CodeBody, "the key %.60q is not the Idempotency-Key %.60q", o.Key, key)
		}
		o.Key = key
	}
	return o, nil
}
