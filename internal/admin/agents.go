// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/agents"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
)

// CodeNoAgent is the code of a Problem: no such agent is registered.
const CodeNoAgent = "no_agent"

// AgentOptions are what the handlers of agents are made of.
type AgentOptions struct {
	// System is where watches run.
	System *actors.System
	// Registry knows the agents.
	Registry *registry.Registry
	// Directory reaches those of this node; nil reaches none.
	Directory *agents.Directory
	// Token is that of [TaskOptions].
	Token string
	// Heartbeat is the time between two signs of life on a quiet stream; 10 s.
	Heartbeat time.Duration
}

// agentViews serves them.
type agentViews struct{ o AgentOptions }

// Agents serves queries about agents. Who may ask is said with the tasks: callers on this machine, and those with the token.
//
//   - GET /v1/agents: [AgentsAnswer] to the query that the parameters make: see [ParseAgentQuery]. With ?explain=1 it also says how the answer was found.
//     400 for a mistake in the query, with its column.
//   - GET /v1/agents/{id}: [AgentAnswer], one agent of ?namespace=N; 404 if there is none.
//   - GET /v1/agents/watch: server-sent events. The first, "answer", is an [AgentsAnswer]; then each agent that comes into what ?where= means, changes
//     in it or leaves it is an [AgentChange], as the event added, changed or removed. A reader that is too slow is cut off.
//   - POST /v1/agents/{id}/maintenance: has an agent take no work, for the reason of an [AgentOrder], and answers [AgentOrderAnswer]; what it has in
//     hand goes on. 404 if no such agent lives on this node, 409 if its state does not allow it, as for the next two.
//   - POST /v1/agents/{id}/resume: ends the maintenance and answers [AgentOrderAnswer].
//   - POST /v1/agents/{id}/drain: has an agent finish what it has in hand, within the time of an [AgentOrder], and end; answers [AgentOrderAnswer] at once.
//     Its supervisor starts a permanent agent again.
func Agents(o AgentOptions) http.Handler {
	if o.Heartbeat <= 0 {
		o.Heartbeat = 10 * time.Second
	}
	v := &agentViews{o}
	guard := &tasks{o: TaskOptions{Token: o.Token}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/agents", guard.guarded(v.list))
	mux.HandleFunc("GET /v1/agents/watch", guard.guarded(v.watch))
	mux.HandleFunc("GET /v1/agents/{id...}", guard.guarded(v.one))
	mux.HandleFunc("POST /v1/agents/{id}/maintenance", guard.guarded(v.ordered(maintain)))
	mux.HandleFunc("POST /v1/agents/{id}/resume", guard.guarded(v.ordered(resumeWork)))
	mux.HandleFunc("POST /v1/agents/{id}/drain", guard.guarded(v.ordered(drain)))
	return mux
}

// WithAgents serves agents beside other things at one address.
func WithAgents(others, agents http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", others)
	mux.Handle("/v1/agents", agents)
	mux.Handle("/v1/agents/", agents)
	return mux
}

// Most agents of one answer, and how many there are if nobody says.
const (
	usualAgents   = 100
	longestAgents = 1000
)

// ParseAgentQuery makes a query of parameters: where is a condition, or a whole query as text; order is what follows order by; limit, after (the cursor of
// the answer before) and namespace ("*" is all) replace what the text says. A mistake names its parameter, and has its column.
func ParseAgentQuery(values url.Values) (query.Query, error) {
	q, err := query.Parse(values.Get("where"))
	if err != nil {
		return q, &AgentQueryError{"where", values.Get("where"), err}
	}
	if order := values.Get("order"); order != "" {
		const by = "order by "
		with, err := query.Parse(by + order)
		var bad *query.BadQueryError
		if errors.As(err, &bad) && bad.Pos > len(by) {
			moved := *bad
			moved.Pos -= len(by)
			err = &moved
		}
		if err == nil && (with.Limit != 0 || with.After != "" || with.Namespace != "") {
			err = &query.BadQueryError{Why: "is about the order alone"}
		}
		if err != nil {
			return q, &AgentQueryError{"order", order, err}
		}
		q.OrderBy = with.OrderBy
	}
	if text := values.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > longestAgents {
			return q, &AgentQueryError{"limit", text, &query.BadQueryError{Why: "want a number from 1 to " + strconv.Itoa(longestAgents)}}
		}
		q.Limit = n
	}
	if values.Has("namespace") {
		q.Namespace = values.Get("namespace")
	}
	if after := values.Get("after"); after != "" {
		q.After = after
		if err := q.Validate(); err != nil {
			return q, &AgentQueryError{"after", after, err}
		}
	}
	return q, nil
}

// AgentQueryError is a mistake in one parameter of a question about agents.
type AgentQueryError struct {
	Parameter string // name of the parameter
	Text      string // its value
	Err       error  // what is wrong with it; a *query.BadQueryError has the column
}

// Error names the parameter and the mistake.
func (e *AgentQueryError) Error() string {
	return "admin: parameter \"" + e.Parameter + "\": " + strings.TrimPrefix(e.Err.Error(), "query: ")
}

// FaultCode is E1411.
func (*AgentQueryError) FaultCode() fault.Code { return 1411 }

// Unwrap returns the mistake.
func (e *AgentQueryError) Unwrap() error { return e.Err }

// Column returns where in Text the mistake is, in bytes from 1; 0 if that is not known.
func (e *AgentQueryError) Column() int {
	var bad *query.BadQueryError
	if errors.As(e.Err, &bad) {
		return bad.Pos
	}
	return 0
}

func asked(r *http.Request) (query.Query, error) {
	q, err := ParseAgentQuery(r.URL.Query())
	if err != nil {
		p := refuse(http.StatusBadRequest, CodeQuery, "%v", err)
		p.cause = err
		return q, p
	}
	return q, nil
}

func (v *agentViews) list(w http.ResponseWriter, r *http.Request) error {
	q, err := asked(r)
	if err != nil {
		return err
	}
	if q.Limit == 0 {
		q.Limit = usualAgents
	}
	q.Limit = min(q.Limit, longestAgents)
	p, err := index.Prepare(q)
	if err != nil {
		return refuse(http.StatusBadRequest, CodeQuery, "%v", err)
	}
	view := v.o.Registry.View()
	page := view.Find(p)
	answer := answerOf(page)
	if r.URL.Query().Has("explain") {
		e := view.Explain(p)
		answer.Explain = &e
	}
	answerWith(w, http.StatusOK, answer)
	return nil
}

func (v *agentViews) one(w http.ResponseWriter, r *http.Request) error {
	id := registry.ID{Namespace: r.URL.Query().Get("namespace"), Name: r.PathValue("id")}
	row, ok := v.o.Registry.Lookup(id)
	if !ok {
		return refuse(http.StatusNotFound, CodeNoAgent, "no agent %s is registered", id)
	}
	answerWith(w, http.StatusOK, AgentAnswer{1, rowOf(row)})
	return nil
}

// agentProblem says what an error of the registry is to a reader.
func agentProblem(err error) error {
	var p *Problem
	switch {
	case errors.Is(err, query.ErrBadQuery):
		p = refuse(http.StatusBadRequest, CodeQuery, "%v", err)
	case errors.Is(err, registry.ErrLimit):
		p = refuse(http.StatusTooManyRequests, CodeFull, "%v", err)
	case errors.Is(err, registry.ErrUnavailable):
		p = refuse(http.StatusServiceUnavailable, CodeUnavailable, "%v", err)
	default:
		return err
	}
	p.cause = err
	return p
}
