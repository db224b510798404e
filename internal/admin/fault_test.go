// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/internal/admin"
)

func TestARefusalSaysWhetherToTryAgain(t *testing.T) {
	inOffice(t, plan.Spec{Limit: 1}, admin.TaskOptions{}, func(t *testing.T, o *office) {
		code, _ := post[admin.ReceiptsAnswer](o, "/v1/tasks", `{"id":"slow","kind":"k","input":"slow"}`, nil)
		require.Equal(t, http.StatusAccepted, code)
		for name, c := range map[string]struct {
			method, target, body string
			code                 fault.Code
			severity             fault.Severity
			class                fault.Class
		}{
			"full":     {"POST", "/v1/tasks", `{"id":"b","kind":"k"}`, 6501, fault.Medium, fault.Exponential},
			"mistakes": {"POST", "/v1/tasks", `{"id":"b","king":"k"}`, 1601, fault.Medium, fault.None},
			"cancel":   {"DELETE", "/v1/tasks/nobody", "", 4404, fault.Low, fault.None},
			"no queue": {"POST", "/v1/tasks?queue=x", `{}`, 2408, fault.Medium, fault.None},
		} {
			_, p := decode[admin.ProblemAnswer](o, o.ask(c.method, c.target, c.body, request{}))
			assert.Equal(t, []any{c.code, c.severity, c.class}, []any{p.Error.Fault, p.Error.Severity, p.Error.Retry.Class}, name)
		}
		w := o.ask("POST", "/v1/tasks", `{"id":"b","kind":"k"}`, request{})
		assert.Contains(t, w.Body.String(), `"fault":"E6501","severity":"medium","retry":{"class":"exponential","base_seconds":0.1,"max_seconds":10}`)
	})
}

func TestTheClientGoesByTheCodeThatTheNodeGave(t *testing.T) {
	answers := map[string]string{
		"/v1/queues/full/pause":  `{"version":1,"error":{"code":"queue_full","message":"full","fault":"E6501","severity":"medium","retry":{"class":"none"}}}`,
		"/v1/queues/plain/pause": `{"version":1,"error":{"code":"draining","message":"bye"}}`,
	}
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, answers[r.URL.Path])
	}))
	defer node.Close()
	client := admin.DialAddr(node.Listener.Addr().String())

	_, err := client.Pause(t.Context(), "full", "")
	f := fault.Of(err)
	assert.Equal(t, []fault.Code{2407, 6501}, f.Chain)
	assert.Equal(t, fault.Code(6501), f.Code)

	_, err = client.Pause(t.Context(), "plain", "")
	f = fault.Of(err)
	assert.Equal(t, fault.Code(2407), f.Code)
	assert.Equal(t, fault.Retry{Class: fault.Exponential, Base: time.Second, Max: 30 * time.Second}, f.Retry, "by the status of the answer")
	var refusal *admin.StatusError
	require.True(t, errors.As(err, &refusal))
	assert.Equal(t, "draining", refusal.Reason)
}
