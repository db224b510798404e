// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/work/plan"
	"mabeam.dev/internal/admin"
)

var jsonLines = map[string]string{"Content-Type": "application/x-ndjson"}

func TestTaskThatIsHandedInIsDoneAndItsOutcomeRead(t *testing.T) {
	inOffice(t, plan.Spec{}, admin.TaskOptions{}, func(t *testing.T, o *office) {
		code, got := post[admin.ReceiptsAnswer](o, "/v1/tasks", `{"id":"net/http","kind":"k","input":{"n":1}}`, nil)
		assert.Equal(t, http.StatusAccepted, code)
		assert.Equal(t, admin.ReceiptsAnswer{Version: 1, Queue: "main", Tasks: []admin.Receipt{{ID: "net/http", State: "accepted"}}}, got)
		synctest.Wait()
		code, seen := get[admin.TaskAnswer](o, "/v1/tasks/net%2Fhttp")
		assert.Equal(t, http.StatusOK, code)
		assert.Equal(t, "done", seen.Task.State)
		assert.Equal(t, "k", seen.Task.Kind)
		assert.Contains(t, string(seen.Task.Outcome), `"output":{"n":1}`)

		code, why := refused(o, o.ask("GET", "/v1/tasks/nobody", "", request{}))
		assert.Equal(t, http.StatusNotFound, code)
		assert.Equal(t, admin.CodeUnknown, why)
	})
}

func TestRepeatedRequestIsDoneOnce(t *testing.T) {
	for _, policy := range []plan.Duplicates{plan.Merge, plan.Refuse} {
		inOffice(t, plan.Spec{Duplicates: policy}, admin.TaskOptions{}, func(t *testing.T, o *office) {
			key := map[string]string{"Idempotency-Key": "k1"}
			code, _ := post[admin.ReceiptsAnswer](o, "/v1/tasks", `{"id":"a","kind":"k","input":1}`, key)
			assert.Equal(t, http.StatusAccepted, code)
			code, again := post[admin.ReceiptsAnswer](o, "/v1/tasks", `{"id":"a","kind":"k","input":1}`, key)
			assert.Equal(t, http.StatusOK, code)
			assert.True(t, again.Tasks[0].Duplicate)
			code, other := post[admin.ReceiptsAnswer](o, "/v1/tasks", `{"id":"b","kind":"k","input":1}`, key)
			assert.Equal(t, http.StatusOK, code)
			assert.Equal(t, "a", other.Tasks[0].ID, "the key is what counts")

			code, why := refused(o, o.ask("POST", "/v1/tasks", `{"id":"a","kind":"k","input":2}`, request{header: key}))
			assert.Equal(t, http.StatusConflict, code)
			assert.Equal(t, admin.CodeConflict, why)
			code, why = refused(o, o.ask("POST", "/v1/tasks", `{"id":"c","kind":"k","key":"other"}`, request{header: key}))
			assert.Equal(t, http.StatusBadRequest, code)
			assert.Equal(t, admin.CodeTask, why)

			batch := map[string]string{"Content-Type": "application/jsonl", "Idempotency-Key": "k2"}
			for round := range 2 {
				_, lines := post[admin.ReceiptsAnswer](o, "/v1/tasks", `{"id":"d","kind":"k"}`+"\n"+`{"id":"e","kind":"k"}`, batch)
				require.Len(t, lines.Tasks, 2)
				assert.Equal(t, round == 1, lines.Tasks[0].Duplicate && lines.Tasks[1].Duplicate)
			}
		})
	}
}

func TestLinesAreTakenEachForItself(t *testing.T) {
	inOffice(t, plan.Spec{}, admin.TaskOptions{}, func(t *testing.T, o *office) {
		body := `{"id":"a","kind":"k"}` + "\n\nnonsense\n" + `{"id":"a","kind":"other"}` + "\n" + `{"id":"b","kind":"k"}`
		code, got := post[admin.ReceiptsAnswer](o, "/v1/tasks", body, jsonLines)
		assert.Equal(t, http.StatusOK, code)
		var seen []string
		for _, r := range got.Tasks {
			text := fmt.Sprint(r.Line, " ", r.ID, r.State)
			if r.Error != nil {
				text += r.Error.Code
			}
			seen = append(seen, text)
		}
		assert.Equal(t, []string{"1 aaccepted", "3 bad_task", "4 aconflict", "5 baccepted"}, seen)
	})
}

func TestWhatIsNoTaskIsRefusedWithACode(t *testing.T) {
	inOffice(t, plan.Spec{Limit: 1}, admin.TaskOptions{Body: 1 << 10}, func(t *testing.T, o *office) {
		code, _ := post[admin.ReceiptsAnswer](o, "/v1/tasks", `{"id":"slow","kind":"k","input":"slow"}`, nil)
		require.Equal(t, http.StatusAccepted, code)
		for name, c := range map[string]struct {
			method, target, body string
			header               map[string]string
			status               int
			code                 string
		}{
			"full":        {"POST", "/v1/tasks", `{"id":"b","kind":"k"}`, nil, 429, admin.CodeFull},
			"mistakes":    {"POST", "/v1/tasks", `{"id":"b","king":"k"}`, nil, 400, admin.CodeTask},
			"nothing":     {"POST", "/v1/tasks", ``, nil, 400, admin.CodeTask},
			"no lines":    {"POST", "/v1/tasks", "\n", jsonLines, 400, admin.CodeTask},
			"too large":   {"POST", "/v1/tasks", strings.Repeat(" ", 1025), nil, 413, admin.CodeTooLarge},
			"no queue":    {"POST", "/v1/tasks?queue=x", `{}`, nil, 404, admin.CodeQueue},
			"cancel":      {"DELETE", "/v1/tasks/nobody", "", nil, 404, admin.CodeUnknown},
			"events":      {"GET", "/v1/tasks/nobody/events", "", nil, 404, admin.CodeUnknown},
			"bad state":   {"GET", "/v1/queues/main/tasks?state=done", "", nil, 400, admin.CodeBody},
			"bad limit":   {"GET", "/v1/queues/main/tasks?limit=0", "", nil, 400, admin.CodeBody},
			"bad after":   {"GET", "/v1/queues/main/tasks?after=x", "", nil, 400, admin.CodeBody},
			"no order":    {"POST", "/v1/queues/main/retry", `{"id":"a"}`, nil, 400, admin.CodeBody},
			"empty order": {"POST", "/v1/queues/main/purge", ``, nil, 400, admin.CodeBody},
			"two orders":  {"POST", "/v1/queues/main/retry", `{"ids":["a"],"all":true}`, nil, 400, admin.CodeBody},
			"bad time":    {"POST", "/v1/queues/main/retry", `{"ids":["a"],"deadline":"soon"}`, nil, 400, admin.CodeBody},
			"large order": {"POST", "/v1/queues/main/pause", `{"reason":"` + strings.Repeat("x", 1025) + `"}`, nil, 413, admin.CodeTooLarge},
		} {
			w := o.ask(c.method, c.target, c.body, request{header: c.header})
			status, code := refused(o, w)
			assert.Equal(t, c.status, status, name)
			assert.Equal(t, c.code, code, name)
			assert.Equal(t, c.status == 429, w.Header().Get("Retry-After") != "", name)
		}
		code, gone := decode[admin.ReceiptsAnswer](o, o.ask("DELETE", "/v1/tasks/slow", "", request{}))
		assert.Equal(t, http.StatusOK, code)
		assert.Equal(t, "cancelled", gone.Tasks[0].State)
		code, why := refused(o, o.ask("DELETE", "/v1/tasks/slow", "", request{}))
		assert.Equal(t, http.StatusConflict, code)
		assert.Equal(t, admin.CodeEnded, why)
	})
}

func TestOnlyThisMachineAndTheTokenAreLetIn(t *testing.T) {
	const far = "192.0.2.7:9"
	bearer := func(token string) map[string]string { return map[string]string{"Authorization": "Bearer " + token} }
	for name, c := range map[string]struct {
		token string
		q     request
		want  int
	}{
		"loopback":              {"", request{}, 200},
		"loopback by name":      {"s", request{host: "localhost:7070"}, 200},
		"loopback, version 6":   {"s", request{from: "[::1]:9", host: "[::1]:7070"}, 200},
		"socket":                {"s", request{unix: true, host: "node", from: "@"}, 200},
		"page of another host":  {"", request{header: map[string]string{"Origin": "http://evil.example"}}, 403},
		"page without a name":   {"", request{header: map[string]string{"Sec-Fetch-Site": "cross-site"}}, 403},
		"page of the node":      {"", request{header: map[string]string{"Origin": "http://127.0.0.1:7070"}}, 200},
		"name of somebody else": {"", request{host: "evil.example"}, 403},
		"far, no token set":     {"", request{from: far}, 403},
		"far, empty token":      {"", request{from: far, header: bearer("")}, 403},
		"far, none shown":       {"s", request{from: far}, 401},
		"far, wrong one":        {"s", request{from: far, header: bearer("t")}, 401},
		"far, other scheme":     {"s", request{from: far, header: map[string]string{"Authorization": "Basic s"}}, 401},
		"far, the token":        {"s", request{from: far, header: bearer("s"), host: "node.example"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			inOffice(t, plan.Spec{}, admin.TaskOptions{Token: c.token}, func(t *testing.T, o *office) {
				w := o.ask("GET", "/v1/queues", "", c.q)
				assert.Equal(t, c.want, w.Code, w.Body.String())
				assert.Equal(t, c.want == 401, w.Header().Get("WWW-Authenticate") != "")
				assert.Equal(t, http.StatusOK, o.ask("GET", "/v1/health", "", c.q).Code, "views are as open as they were")
			})
		})
	}
}

func TestEventsOfATaskEndWithItsOutcome(t *testing.T) {
	inOffice(t, plan.Spec{}, admin.TaskOptions{Heartbeat: 15 * time.Second}, func(t *testing.T, o *office) {
		post[admin.ReceiptsAnswer](o, "/v1/tasks", `{"id":"a","kind":"k","input":"slow"}`, nil)
		synctest.Wait()
		w := o.ask("GET", "/v1/tasks/a/events", "", request{})
		assert.Equal(t, "text/event-stream", w.Header().Get("Content-Type"))
		events := strings.Split(strings.TrimSpace(w.Body.String()), "\n\n")
		require.Len(t, events, 4, w.Body.String())
		assert.Regexp(t, `^id: \d+\nevent: running\ndata: \{"id":"a","state":"running","attempt":1,"agent":"a",.*\}$`, events[0])
		assert.Equal(t, ": alive", events[1])
		assert.Equal(t, ": alive", events[2])
		assert.Regexp(t, `^id: \d+\nevent: done\ndata: \{"id":"a","state":"done","attempt":1,"agent":"a","end":"done",.*\}$`, events[3])
	})
}

// deaf is a connection that nobody reads any more.
type deaf struct{ header http.Header }

func (d deaf) Header() http.Header       { return d.header }
func (d deaf) WriteHeader(int)           {}
func (d deaf) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestStreamEndsWithItsReader(t *testing.T) {
	inOffice(t, plan.Spec{}, admin.TaskOptions{}, func(t *testing.T, o *office) {
		post[admin.ReceiptsAnswer](o, "/v1/tasks", `{"id":"a","kind":"k","input":"slow"}`, nil)
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		began := time.Now()
		w := o.ask("GET", "/v1/tasks/a/events", "", request{ctx: ctx})
		assert.Equal(t, time.Second, time.Since(began))
		assert.NotContains(t, w.Body.String(), "done")
		r, err := http.NewRequestWithContext(t.Context(), "GET", "/v1/tasks/a/events", nil)
		require.NoError(t, err)
		r.RemoteAddr, r.Host = "127.0.0.1:9", "localhost"
		o.handler.ServeHTTP(deaf{http.Header{}}, r)
		synctest.Wait() // the watch is over, or the bubble would complain
	})
}

func TestTheQueueIsNamedUnlessThereIsOne(t *testing.T) {
	inOffice(t, plan.Spec{}, admin.TaskOptions{Queues: []admin.NamedQueue{{Name: "other"}}}, func(t *testing.T, o *office) {
		code, why := refused(o, o.ask("POST", "/v1/tasks", `{"id":"a","kind":"k"}`, request{}))
		assert.Equal(t, http.StatusBadRequest, code)
		assert.Equal(t, admin.CodeQueue, why)
		code, got := post[admin.ReceiptsAnswer](o, "/v1/tasks?queue=main", `{"id":"a","kind":"k"}`, nil)
		assert.Equal(t, http.StatusAccepted, code)
		assert.Equal(t, "main", got.Queue)
	})
	none := &office{t: t, handler: admin.Tasks(admin.TaskOptions{})}
	code, why := refused(none, none.ask("POST", "/v1/tasks", `{"id":"a","kind":"k"}`, request{}))
	assert.Equal(t, http.StatusNotFound, code)
	assert.Equal(t, admin.CodeQueue, why)
}

func TestQueuesAreListedPausedAndTheirDeadLettersSteered(t *testing.T) {
	inOffice(t, plan.Spec{}, admin.TaskOptions{}, func(t *testing.T, o *office) {
		post[admin.ReceiptsAnswer](o, "/v1/tasks", `{"id":"a","kind":"k","input":"fail"}`+"\n"+`{"id":"b","kind":"k","input":"fail"}`+"\n"+`{"id":"c","kind":"k"}`, jsonLines)
		synctest.Wait()
		_, list := get[admin.TasksAnswer](o, "/v1/queues/main/tasks?state=dead&limit=1")
		require.Len(t, list.Tasks, 1)
		assert.Equal(t, "a", list.Tasks[0].ID)
		assert.Equal(t, "permanent", list.Tasks[0].Cause)
		assert.Equal(t, "no: as told", list.Tasks[0].Reason)
		_, rest := get[admin.TasksAnswer](o, fmt.Sprintf("/v1/queues/main/tasks?state=dead&after=%d", list.Next))
		require.Len(t, rest.Tasks, 1)
		assert.Equal(t, "b", rest.Tasks[0].ID)
		assert.Zero(t, rest.Next)

		_, paused := post[admin.QueuesAnswer](o, "/v1/queues/main/pause", `{"reason":"night"}`, nil)
		assert.True(t, paused.Queues[0].Paused)
		assert.Equal(t, 2, paused.Queues[0].Dead)
		assert.Equal(t, uint64(3), paused.Queues[0].Agents[0].Attempts)
		_, opened := post[admin.ReceiptsAnswer](o, "/v1/queues/main/retry", `{"ids":["a","c"],"deadline":"10m"}`, nil)
		assert.Equal(t, "accepted", opened.Tasks[0].State)
		assert.Equal(t, admin.CodeNotDead, opened.Tasks[1].Error.Code)
		_, numbers := get[admin.QueuesAnswer](o, "/v1/queues")
		assert.Equal(t, []admin.BlockView{{Tasks: 1, Reason: "queue is paused: night"}}, numbers.Queues[0].Blocked)
		_, resumed := post[admin.QueuesAnswer](o, "/v1/queues/main/resume", ``, nil)
		assert.False(t, resumed.Queues[0].Paused)
		synctest.Wait()
		_, purged := post[admin.ReceiptsAnswer](o, "/v1/queues/main/purge", `{"all":true}`, nil)
		assert.Len(t, purged.Tasks, 2)
		_, numbers = get[admin.QueuesAnswer](o, "/v1/queues")
		assert.Zero(t, numbers.Queues[0].Dead)
	})
}
