// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/admin"
	"mabeam.dev/supervision"
)

// example is a node that stands still.
type example struct {
	health admin.Health
	tree   func(ctx context.Context, limit int) (supervision.Node, error)
}

func (e example) Health() admin.Health { return e.health }

func (e example) Tree(ctx context.Context, limit int) (supervision.Node, error) {
	return e.tree(ctx, limit)
}

// since is when everything came up.
var since = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func healthy() example {
	return example{
		health: admin.Health{
			Version: 1, Node: "n", Build: "v0", Ready: true, Uptime: 1.5, Processes: 7,
			Phases: []admin.Phase{
				{Name: "journal", State: "up", Up: true, Required: true, Since: since, Services: []admin.Service{
					{Name: "journal", State: "up", Required: true, Since: since, Loss: "escalates", Without: "Nothing new is accepted."},
				}},
				{Name: "tree", State: "up", Up: true, Since: since},
			},
		},
		tree: func(_ context.Context, limit int) (supervision.Node, error) {
			n := supervision.Node{ID: "n", Path: "/n", Kind: "supervisor", State: "up", Children: []supervision.Node{{ID: "a", Path: "/n/a"}, {ID: "b", Path: "/n/b"}}}
			if limit > 0 && limit < len(n.Children) {
				n.Omitted = len(n.Children) - limit
				n.Children = n.Children[:limit]
			}
			return n, nil
		},
	}
}

// ask gives a handler a request and returns status, type and body.
func ask(t *testing.T, h http.Handler, method, target string) (int, string, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, target, nil))
	body, err := io.ReadAll(w.Result().Body)
	require.NoError(t, err)
	return w.Code, w.Header().Get("Content-Type"), string(body)
}

func TestHealthzAnswersWhileTheProcessLives(t *testing.T) {
	e := healthy()
	e.health.Ready, e.health.Draining = false, true
	code, _, body := ask(t, admin.Handler(e, nil), "GET", "/healthz")
	assert.Equal(t, http.StatusOK, code)
	assert.Equal(t, "ok\n", body)
}

func TestReadyzNamesWhatIsNotUp(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*admin.Health)
		code   int
		body   string
	}{
		"ready":     {func(*admin.Health) {}, 200, "ready\n"},
		"draining":  {func(h *admin.Health) { h.Draining = true }, 503, "not ready: the node is draining\n"},
		"one phase": {func(h *admin.Health) { h.Ready = false; h.Phases[1] = admin.Phase{Name: "tree", Why: "gone"} }, 503, "not ready: tree: gone\n"},
		"all": {func(h *admin.Health) {
			h.Ready, h.Draining = false, true
			h.Phases = []admin.Phase{{Name: "journal", Why: "x"}, {Name: "tree", Why: "y"}}
		}, 503, "not ready: the node is draining; journal: x; tree: y\n"},
	} {
		t.Run(name, func(t *testing.T) {
			e := healthy()
			c.change(&e.health)
			code, _, body := ask(t, admin.Handler(e, nil), "GET", "/readyz")
			assert.Equal(t, c.code, code)
			assert.Equal(t, c.body, body)
		})
	}
}

func TestViewsAreJSONWithStableKeys(t *testing.T) {
	h := admin.Handler(healthy(), nil)
	code, kind, body := ask(t, h, "GET", "/v1/health")
	assert.Equal(t, 200, code)
	assert.Equal(t, "application/json", kind)
	assert.JSONEq(t, `{"version":1,"node":"n","build":"v0","ready":true,"draining":false,"uptime_seconds":1.5,"processes":7,
		"phases":[
			{"name":"journal","state":"up","up":true,"required":true,"since":"2026-01-02T03:04:05Z","services":[
				{"name":"journal","state":"up","required":true,"since":"2026-01-02T03:04:05Z","restarts":0,"loss":"escalates","without":"Nothing new is accepted."}]},
			{"name":"tree","state":"up","up":true,"required":false,"since":"2026-01-02T03:04:05Z"}]}`, body)

	code, _, body = ask(t, h, "GET", "/v1/tree?limit=1")
	assert.Equal(t, 200, code)
	assert.JSONEq(t, `{"version":1,"node":"n","tree":{"id":"n","path":"/n","kind":"supervisor","state":"up","restarts":0,"mailbox":0,"omitted":1,
		"children":[{"id":"a","path":"/n/a","kind":"","state":"","restarts":0,"mailbox":0}]}}`, body)
}

func TestBadRequestsAreRefusedWithAReason(t *testing.T) {
	h := admin.Handler(healthy(), nil)
	for target, want := range map[string]struct {
		method string
		code   int
		text   string
	}{
		"/v1/tree?limit=many": {"GET", 400, `limit "many": want a number of 0 or more`},
		"/v1/tree?limit=-1":   {"GET", 400, `limit "-1": want a number of 0 or more`},
		"/v1/health":          {"POST", 405, ""},
		"/healthz":            {"DELETE", 405, ""},
		"/v1/frobnicate":      {"GET", 404, ""},
		"/metrics":            {"GET", 404, ""},
	} {
		code, _, body := ask(t, h, want.method, target)
		assert.Equal(t, want.code, code, target)
		assert.Contains(t, body, want.text, target)
	}
}

func TestTreeThatCannotBeReadIsServiceUnavailable(t *testing.T) {
	e := healthy()
	e.tree = func(context.Context, int) (supervision.Node, error) {
		return supervision.Node{}, errors.New("no tree today")
	}
	code, _, body := ask(t, admin.Handler(e, nil), "GET", "/v1/tree")
	assert.Equal(t, 503, code)
	assert.Equal(t, "no tree today\n", body)
}

func TestTreeOfABusySupervisorIsShownAsFarAsItIsKnown(t *testing.T) {
	e := healthy()
	e.tree = func(ctx context.Context, _ int) (supervision.Node, error) {
		until, ok := ctx.Deadline()
		assert.True(t, ok, "a view does not wait for ever")
		assert.Less(t, time.Until(until), 5*time.Second)
		return supervision.Node{ID: "n", Path: "/n"}, context.DeadlineExceeded
	}
	code, _, body := ask(t, admin.Handler(e, nil), "GET", "/v1/tree")
	assert.Equal(t, 200, code)
	assert.Contains(t, body, `"path":"/n"`)
}

func TestMetricsAreServedByTheHandlerGiven(t *testing.T) {
	m := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, strings.NewReader("mabeam_up 1\n")) })
	_, _, body := ask(t, admin.Handler(healthy(), m), "GET", "/metrics")
	assert.Equal(t, "mabeam_up 1\n", body)
}
