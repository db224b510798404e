// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/internal/admin"
	"mabeam.dev/supervision"
)

// told agents do what a task's input says: "slow" takes 40 seconds, "fail" fails for good; anything else is given back.
var told = agents.Native("told", "Does what its input says.", func(agents.Spec) (agents.Worker, error) {
	return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
		switch string(t.Input) {
		case `"slow"`:
			select {
			case <-time.After(40 * time.Second):
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		case `"fail"`:
			return nil, agents.Permanent("no", "as told")
		}
		return t.Input, nil
	}), nil
})

// office is a queue with one agent and the handlers of its tasks, in a bubble.
type office struct {
	t       *testing.T
	queue   *work.Queue
	handler http.Handler
}

// request is one call of the handlers; the zero value comes over loopback.
type request struct {
	header map[string]string
	from   string
	host   string
	unix   bool
	ctx    context.Context
}

func inOffice(t *testing.T, spec plan.Spec, o admin.TaskOptions, body func(*testing.T, *office)) {
	t.Helper()
	inOfficeOn(t, func() events.Store { return memory.New(memory.Options{}) }, spec, o, body)
}

// inOfficeOn is inOffice on a store of the test's own, which is made in the bubble.
func inOfficeOn(t *testing.T, store func() events.Store, spec plan.Spec, o admin.TaskOptions, body func(*testing.T, *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		journal := events.NewJournal(store(), events.JournalOptions{})
		dir, dirChild := agents.NewDirectory(sys, "agents")
		queue, err := work.New(sys, work.Options{Epoch: "e", Plan: spec, Journal: journal, Directory: dir})
		require.NoError(t, err)
		agent, err := agents.Child(agents.Spec{ID: "a"}, told, dir)
		require.NoError(t, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{Strategy: supervision.RestForOne, Children: []supervision.Child{
			supervision.Worker(journal.Name(), journal.Behavior, journal.ProcessOptions()...), dirChild, agent, supervision.Sub("work", queue.Spec()),
		}})
		require.NoError(t, err)
		o.Queues = append(o.Queues, admin.NamedQueue{Name: "main", Queue: queue})
		body(t, &office{t, queue, admin.Join(admin.Handler(healthy(), nil), admin.Tasks(o))})
	})
}

// ask makes a request and returns what was answered.
func (o *office) ask(method, target, body string, q request) *httptest.ResponseRecorder {
	o.t.Helper()
	ctx := q.ctx
	if ctx == nil {
		ctx = o.t.Context()
	}
	if q.unix {
		ctx = context.WithValue(ctx, http.LocalAddrContextKey, net.Addr(&net.UnixAddr{Name: "n.sock", Net: "unix"}))
	}
	r := httptest.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	r.RemoteAddr, r.Host = "127.0.0.1:5000", "127.0.0.1:7070"
	if q.from != "" {
		r.RemoteAddr = q.from
	}
	if q.host != "" {
		r.Host = q.host
	}
	for k, v := range q.header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	o.handler.ServeHTTP(w, r)
	return w
}

// post hands something in over loopback and reads the answer into a value.
func post[A any](o *office, target, body string, header map[string]string) (int, A) {
	o.t.Helper()
	return decode[A](o, o.ask("POST", target, body, request{header: header}))
}

func get[A any](o *office, target string) (int, A) {
	o.t.Helper()
	return decode[A](o, o.ask("GET", target, "", request{}))
}

func decode[A any](o *office, w *httptest.ResponseRecorder) (int, A) {
	o.t.Helper()
	var a A
	require.NoError(o.t, json.Unmarshal(w.Body.Bytes(), &a), w.Body.String())
	return w.Code, a
}

// refused gives the status and code of a refusal.
func refused(o *office, w *httptest.ResponseRecorder) (int, string) {
	o.t.Helper()
	code, p := decode[admin.ProblemAnswer](o, w)
	require.Equal(o.t, 1, p.Version)
	require.NotEmpty(o.t, p.Error.Message)
	return code, p.Error.Code
}
