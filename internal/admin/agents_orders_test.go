// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/registry"
	"mabeam.dev/internal/admin"
	"mabeam.dev/supervision"
)

// inWorkshop is a directory with one temporary agent, which the registry follows.
func inWorkshop(t *testing.T, body func(t *testing.T, o *office, info func() (agents.Info, bool))) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		dir, dirChild := agents.NewDirectory(sys, "agents")
		sweep := dir.Sweep("health", agents.Sweep{})
		reg, regChild, err := registry.New(sys, registry.Options{Source: registry.FromDirectory(dir, "n")})
		require.NoError(t, err)
		agent, err := agents.Child(agents.Spec{ID: "hall/a"}, told, dir)
		require.NoError(t, err)
		agent.Restart = supervision.Temporary
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{dirChild, sweep, regChild, agent}})
		require.NoError(t, err)
		synctest.Wait()
		handler := admin.Agents(admin.AgentOptions{System: sys, Registry: reg, Directory: dir, Token: "secret"})
		body(t, &office{t: t, handler: admin.WithAgents(admin.Handler(healthy(), nil), handler)}, func() (agents.Info, bool) { return dir.Info("hall/a") })
	})
}

func TestAnAgentIsTakenOutOfWorkAndPutBack(t *testing.T) {
	inWorkshop(t, func(t *testing.T, o *office, info func() (agents.Info, bool)) {
		const at = "/v1/agents/hall%2Fa/"
		code, a := post[admin.AgentOrderAnswer](o, at+"maintenance", `{"reason":"new disk"}`, nil)
		assert.Equal(t, http.StatusOK, code)
		assert.Equal(t, admin.AgentOrderAnswer{Version: 1, ID: "hall/a", State: "maintenance"}, a)
		now, _ := info()
		assert.Equal(t, "new disk", now.Reason)
		failure := assign(t, now, "1")
		require.NotNil(t, failure)
		assert.Equal(t, agents.ClassUndelivered, failure.Class)
		time.Sleep(time.Second)
		_, one := get[admin.AgentAnswer](o, "/v1/agents/hall%2Fa")
		assert.Equal(t, []string{"maintenance", "new disk"}, []string{one.Agent.State, one.Agent.Reason})

		_, a = post[admin.AgentOrderAnswer](o, at+"resume", "", nil)
		assert.Equal(t, "ready", a.State)
		assert.Nil(t, assign(t, now, "1"))
	})
}

func TestADrainedAgentFinishesWhatItHasAndGoes(t *testing.T) {
	inWorkshop(t, func(t *testing.T, o *office, info func() (agents.Info, bool)) {
		now, _ := info()
		done := make(chan *agents.Failure)
		go func() { done <- assign(t, now, `"slow"`) }() // ends with the task
		synctest.Wait()
		code, a := post[admin.AgentOrderAnswer](o, "/v1/agents/hall%2Fa/drain", `{"within":"1m"}`, nil)
		assert.Equal(t, http.StatusOK, code)
		assert.Equal(t, "draining", a.State)
		assert.Nil(t, <-done, "40 s are less than a minute")
		synctest.Wait()
		assert.False(t, now.PID.Alive())
		code, reason := refusedBy(o, "/v1/agents/hall%2Fa/maintenance", "")
		assert.Equal(t, http.StatusServiceUnavailable, code, "it has ended")
		assert.Equal(t, admin.CodeUnavailable, reason)
	})
}

func TestOrdersThatMakeNoSenseAreRefusedWithTheirCode(t *testing.T) {
	inWorkshop(t, func(t *testing.T, o *office, info func() (agents.Info, bool)) {
		for _, c := range []struct {
			at, body string
			code     int
			reason   string
		}{
			{"hall%2Fa/resume", "", http.StatusConflict, admin.CodeConflict},
			{"hall%2Fa/drain", `{"within":"soon"}`, http.StatusBadRequest, admin.CodeBody},
			{"hall%2Fa/drain", `{"within":"-1s"}`, http.StatusBadRequest, admin.CodeBody},
			{"hall%2Fa/drain", `{"whitin":"1s"}`, http.StatusBadRequest, admin.CodeBody},
			{"nobody/drain", "", http.StatusNotFound, admin.CodeNoAgent},
		} {
			code, reason := refusedBy(o, "/v1/agents/"+c.at, c.body)
			assert.Equal(t, []any{c.code, c.reason}, []any{code, reason}, "%s %s", c.at, c.body)
		}
		code, _ := refused(o, o.ask("POST", "/v1/agents/hall%2Fa/drain", "", request{from: "10.0.0.1:1", host: "node:1"}))
		assert.Equal(t, http.StatusUnauthorized, code)
		now, ok := info()
		assert.True(t, ok && now.PID.Alive())
	})
}

// assign gives an agent a task and returns how it failed; nil is a result.
func assign(t *testing.T, to agents.Info, input string) *agents.Failure {
	out, err := actors.CallForever(t.Context(), to.Ref, func(r actors.Reply[agents.Outcome]) agents.Message {
		return agents.Assign{Task: agents.Task{ID: "t", Token: 1, Input: []byte(input)}, Reply: r}
	})
	assert.NoError(t, err)
	return out.Failure
}

func refusedBy(o *office, at, body string) (int, string) {
	return refused(o, o.ask("POST", at, body, request{}))
}
