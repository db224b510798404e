// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/internal/admin"
	"mabeam.dev/supervision"
)

// inLibrary is a registry with three reviewers, r0 the quickest, and a writer.
func inLibrary(t *testing.T, body func(*testing.T, *office, *registry.Registry)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		reg, child, err := registry.New(sys, registry.Options{})
		require.NoError(t, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}})
		require.NoError(t, err)
		for i, name := range []string{"r0", "r1", "r2", "w"} {
			row := &index.Row{
				ID: name, Kind: "person", Capabilities: []index.Capability{{Name: "review"}}, Labels: []index.Label{{Name: "floor", Value: "2"}},
				Health: index.Health{Status: query.Healthy, Causes: []index.Cause{{Name: "queue", Status: query.Healthy}}},
			}
			row.Performance.P99 = index.Known(time.Duration(i+1) * time.Second)
			if name == "w" {
				row.Capabilities[0].Name = "write"
			}
			_, err := reg.Register(t.Context(), row)
			require.NoError(t, err)
		}
		handler := admin.Agents(admin.AgentOptions{System: sys, Registry: reg, Token: "secret"})
		body(t, &office{t: t, handler: admin.WithAgents(admin.Handler(healthy(), nil), handler)}, reg)
	})
}

func TestAgentsAreFoundByAnyQueryOnePageAfterTheOther(t *testing.T) {
	inLibrary(t, func(t *testing.T, o *office, _ *registry.Registry) {
		ask := url.Values{"where": {`capability = "review" and health = "healthy"`}, "order": {"latency desc"}, "limit": {"2"}, "explain": {"1"}}
		code, a := get[admin.AgentsAnswer](o, "/v1/agents?"+ask.Encode())
		require.Equal(t, http.StatusOK, code)
		require.Len(t, a.Agents, 2)
		assert.Equal(t, uint64(4), a.View)
		assert.Equal(t, []string{"r2", "r1"}, []string{a.Agents[0].ID, a.Agents[1].ID})
		assert.Equal(t, index.Known(3.0), a.Agents[0].P99)
		assert.Equal(t, index.Maybe[float64]{}, a.Agents[0].Success)
		assert.Equal(t, map[string]string{"floor": "2"}, a.Agents[0].Labels)
		assert.Equal(t, "queue", a.Agents[0].Causes[0].Name)
		require.NotNil(t, a.Explain)
		assert.Equal(t, 2, a.Explain.Found)
		ask.Set("after", a.Next)
		_, rest := get[admin.AgentsAnswer](o, "/v1/agents?"+ask.Encode())
		require.Len(t, rest.Agents, 1)
		assert.Equal(t, "r0", rest.Agents[0].ID)
		assert.Empty(t, rest.Next)
		_, all := get[admin.AgentsAnswer](o, "/v1/agents")
		assert.Len(t, all.Agents, 4)
		_, none := get[admin.AgentsAnswer](o, "/v1/agents?namespace=elsewhere")
		assert.Empty(t, none.Agents)
		code, one := get[admin.AgentAnswer](o, "/v1/agents/r1")
		assert.Equal(t, http.StatusOK, code)
		assert.Equal(t, "person", one.Agent.Kind)
		code, reason := refused(o, o.ask("GET", "/v1/agents/nobody", "", request{}))
		assert.Equal(t, http.StatusNotFound, code)
		assert.Equal(t, admin.CodeNoAgent, reason)
	})
}

func TestMistakesInAQueryHaveTheirParameterAndColumn(t *testing.T) {
	inLibrary(t, func(t *testing.T, o *office, _ *registry.Registry) {
		for _, c := range []struct{ parameters, want string }{
			{url.Values{"where": {"helth = healthy"}}.Encode(), `parameter "where": column 1`},
			{url.Values{"where": {"health = healthy"}, "order": {"id, p9"}}.Encode(), `parameter "order": column 5`},
			{url.Values{"order": {"id limit 3"}}.Encode(), `parameter "order": is about the order alone`},
			{"limit=0", `parameter "limit"`},
			{"after=nonsense", `parameter "after"`},
		} {
			w := o.ask("GET", "/v1/agents?"+c.parameters, "", request{})
			code, reason := refused(o, w)
			assert.Equal(t, http.StatusBadRequest, code, c.parameters)
			assert.Equal(t, admin.CodeQuery, reason)
			assert.Contains(t, strings.ReplaceAll(w.Body.String(), `\"`, `"`), c.want)
			w = o.ask("GET", "/v1/agents/watch?"+c.parameters, "", request{})
			code, _ = refused(o, w)
			assert.Equal(t, http.StatusBadRequest, code)
		}
		code, reason := refused(o, o.ask("GET", "/v1/agents/watch?limit=3", "", request{}))
		assert.Equal(t, http.StatusBadRequest, code, "a watch is of all")
		assert.Equal(t, admin.CodeQuery, reason)
		code, _ = refused(o, o.ask("GET", "/v1/agents", "", request{from: "10.0.0.1:1", host: "node:1"}))
		assert.Equal(t, http.StatusUnauthorized, code)
	})
}

func TestAWatchStreamsTheAnswerAndThenChangesUntilTheReaderGoes(t *testing.T) {
	inLibrary(t, func(t *testing.T, o *office, reg *registry.Registry) {
		ctx, leave := context.WithCancel(t.Context())
		said := make(chan string)
		go func() { // ends when the reader has gone
			said <- o.ask("GET", "/v1/agents/watch?where=capability+%3D+review", "", request{ctx: ctx}).Body.String()
		}()
		synctest.Wait()
		_, err := reg.Register(t.Context(), &index.Row{ID: "new", Capabilities: []index.Capability{{Name: "review"}}})
		require.NoError(t, err)
		require.NoError(t, reg.Unregister(t.Context(), registry.ID{Name: "r0"}))
		require.NoError(t, reg.Unregister(t.Context(), registry.ID{Name: "w"}))
		time.Sleep(11 * time.Second)
		leave()
		text := <-said
		var events []string
		for line := range strings.Lines(text) {
			if word, ok := strings.CutPrefix(line, "event: "); ok {
				events = append(events, strings.TrimSpace(word))
			}
		}
		assert.Equal(t, []string{"answer", "added", "removed"}, events)
		assert.Contains(t, text, ": alive")
		assert.Contains(t, text, `"id":"new"`)
		synctest.Wait()
	})
}
