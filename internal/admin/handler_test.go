// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"encoding/json"
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

func TestReadyzSaysHowEveryPhaseAndServiceIsAndWhatIsMissing(t *testing.T) {
	down := func(p *admin.Phase, state, why string) { p.Up, p.State, p.Why = state == "degraded", state, why }
	for name, c := range map[string]struct {
		change func(*admin.Health)
		code   int
		body   string // its first line
	}{
		"ready":    {func(*admin.Health) {}, 200, "ready"},
		"draining": {func(h *admin.Health) { h.Draining = true }, 503, "not ready: the node is draining"},
		"a required phase": {
			func(h *admin.Health) { h.Ready = false; down(&h.Phases[0], "down", "disk gone") }, 503, "not ready: journal: disk gone",
		},
		"an optional phase": {
			func(h *admin.Health) { down(&h.Phases[1], "down", "no agent") }, 200, "ready, degraded: tree: no agent",
		},
		"degraded": {
			func(h *admin.Health) { down(&h.Phases[0], "degraded", "upkeep: killed") }, 200, "ready, degraded: journal: upkeep: killed",
		},
		"all": {func(h *admin.Health) {
			h.Ready, h.Draining = false, true
			down(&h.Phases[0], "starting", "it is starting")
			down(&h.Phases[1], "waiting", "y")
		}, 503, "not ready: the node is draining; journal: it is starting"},
		"still starting": {func(h *admin.Health) { h.Ready = false }, 503, "not ready"},
	} {
		t.Run(name, func(t *testing.T) {
			e := healthy()
			c.change(&e.health)
			code, kind, body := ask(t, admin.Handler(e, nil), "GET", "/readyz")
			assert.Equal(t, c.code, code)
			assert.Contains(t, kind, "text/plain")
			first, rest, _ := strings.Cut(body, "\n")
			assert.Equal(t, c.body, first)
			assert.Equal(t, e.health.Text(), rest)
		})
	}
}

func TestPhasesAreListedWithTheirServicesAndOptionalOnesAreMarked(t *testing.T) {
	h := healthy().health
	h.Phases[0].Services = append(h.Phases[0].Services, admin.Service{Name: "upkeep", State: "down", Since: since.Add(time.Minute), Why: "killed"})
	assert.Equal(t, `journal          up        2026-01-02T03:04:05Z
  journal        up        2026-01-02T03:04:05Z
  upkeep *       down      2026-01-02T03:05:05Z  killed
tree             up        2026-01-02T03:04:05Z
`, h.Text())
}

func TestReadyzIsJSONForWhoAsksForIt(t *testing.T) {
	e := healthy()
	e.health.Ready = false
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/readyz", nil)
	r.Header.Set("Accept", "application/json")
	admin.Handler(e, nil).ServeHTTP(w, r)
	assert.Equal(t, 503, w.Code)
	var h admin.Health
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &h))
	assert.Equal(t, e.health, h)
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
