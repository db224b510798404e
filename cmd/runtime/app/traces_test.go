// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	collected "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"mabeam.dev/agents"
)

// collectorOf is an OpenTelemetry collector that keeps what it gets; the first request is refused, as happens.
type collectorOf struct {
	mu    sync.Mutex
	asked int
	spans []*otlp.Span
	about map[string]string // of the resource
	keys  map[string]bool   // values of the header X-Key
	path  map[string]bool
}

// ServeHTTP takes an export.
func (c *collectorOf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked++; c.asked == 1 {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		body = unzipped
	}
	data, _ := io.ReadAll(body)
	var export collected.ExportTraceServiceRequest
	if proto.Unmarshal(data, &export) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.keys[r.Header.Get("X-Key")], c.path[r.URL.Path] = true, true
	for _, resource := range export.GetResourceSpans() {
		for _, a := range resource.GetResource().GetAttributes() {
			c.about[a.GetKey()] = a.GetValue().GetStringValue()
		}
		for _, scope := range resource.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	w.WriteHeader(http.StatusOK)
}

// runTraced runs a node with three tasks, of which one fails at first, and returns what it printed.
func runTraced(t *testing.T, traces string) (code int, stderr string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	tasks := write("tasks.jsonl", `{"id":"t1","kind":"k","input":1}
{"id":"t2","kind":"k","input":"fail"}
{"id":"t3","kind":"k","input":3}
`)
	file := write("node.yaml", `
version: 1
node: {name: traced, data: `+dir+`/data}
surfaces: {listen: off, socket: `+dir+`/s}
`+traces+`
tree: {children: [{id: m, kind: moody}]}
work: [{queue: q, tasks: `+tasks+`, results: `+dir+`/results, attempts: 2, backoff: 1ms}]
`)
	var out, err bytes.Buffer
	code = Run(context.Background(), World{
		Args: []string{"run", "-c", file, "--progress", "none"}, Env: []string{"KEY=sesame"}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &err,
	}, Kind(moody))
	return code, err.String()
}

func TestATasksWayReachesTheCollectorAsSpans(t *testing.T) {
	c := &collectorOf{about: map[string]string{}, keys: map[string]bool{}, path: map[string]bool{}}
	server := httptest.NewServer(c)
	defer server.Close()
	code, stderr := runTraced(t, `telemetry: {traces: {endpoint: "`+server.URL+`", headers: {X-Key: "${env:KEY}"}}}`)
	require.Equal(t, ExitDeadLetters, code, stderr)
	c.mu.Lock()
	defer c.mu.Unlock()
	assert.Equal(t, map[string]bool{"sesame": true}, c.keys)
	assert.Equal(t, map[string]bool{"/v1/traces": true}, c.path)
	assert.Equal(t, "mabeam", c.about["service.name"])
	assert.Equal(t, "traced", c.about["service.instance.id"])
	assert.NotContains(t, stderr, "sesame")

	byName, byID := map[string][]*otlp.Span{}, map[string]*otlp.Span{}
	for _, s := range c.spans {
		byName[s.GetName()] = append(byName[s.GetName()], s)
		byID[string(s.GetSpanId())] = s
	}
	counts := map[string]int{}
	for name, all := range byName {
		counts[name] = len(all)
	}
	assert.Equal(t, map[string]int{"task": 3, "wait": 4, "attempt": 4, "agent": 4}, counts)
	parents := map[string]string{"wait": "task", "attempt": "task", "agent": "attempt"}
	failed, linked := 0, 0
	for _, s := range c.spans {
		if s.GetName() == "task" {
			assert.Empty(t, s.GetParentSpanId())
		} else {
			above := byID[string(s.GetParentSpanId())]
			require.NotNil(t, above, s.GetName())
			assert.Equal(t, parents[s.GetName()], above.GetName())
			assert.Equal(t, above.GetTraceId(), s.GetTraceId())
		}
		if s.GetStatus().GetCode() == otlp.Status_STATUS_CODE_ERROR {
			failed++
		}
		for _, l := range s.GetLinks() {
			linked++
			assert.Equal(t, "attempt", byID[string(l.GetSpanId())].GetName(), "an attempt is linked to the one before")
		}
	}
	assert.Equal(t, 1+2+2, failed, "the dead task, its attempts and what the agent did in them")
	assert.Equal(t, 1, linked)
}

// A task that comes over HTTP is linked from the span of its intake, which continues the trace of the caller.
func TestTheIntakeContinuesTheCallersTraceAndIsLinkedToTheTask(t *testing.T) {
	c := &collectorOf{about: map[string]string{}, keys: map[string]bool{}, path: map[string]bool{}}
	server := httptest.NewServer(c)
	defer server.Close()
	dir := t.TempDir()
	file, tasks := filepath.Join(dir, "node.yaml"), filepath.Join(dir, "tasks.jsonl")
	require.NoError(t, os.WriteFile(tasks, []byte(`{"id":"first","kind":"k"}`+"\n"), 0o600))
	require.NoError(t, os.WriteFile(file, []byte(`
version: 1
node: {name: traced, data: `+dir+`/data}
surfaces: {listen: off, socket: `+dir+`/s}
telemetry: {traces: {endpoint: "`+server.URL+`"}}
tree: {children: [{id: m, kind: telling}]}
work: [{queue: q, tasks: `+tasks+`, results: `+dir+`/results}]
`), 0o600))
	began, signals, ended := make(chan string, 16), make(chan os.Signal, 1), make(chan int, 1)
	telling := agents.Native("telling", "Tells when it begins.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(_ context.Context, task agents.Task) (json.RawMessage, error) {
			began <- task.ID
			return nil, nil
		}), nil
	})
	go func() { // ends with the node, which the signal ends; awaited below
		ended <- Run(context.Background(), World{
			Args: []string{"run", "-c", file, "--progress", "none", "--linger"}, Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Signals: signals,
		}, Kind(telling))
	}()
	require.Equal(t, "first", <-began) // so the queue is up
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", dir+"/s")
	}}}
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://node/v1/tasks", strings.NewReader(`{"id":"second","kind":"k"}`))
	require.NoError(t, err)
	q.Header.Set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	answer, err := client.Do(q)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusAccepted, answer.StatusCode)
	require.Equal(t, "second", <-began)
	signals <- os.Interrupt
	require.Equal(t, 0, <-ended)
	c.mu.Lock()
	defer c.mu.Unlock()
	byID := map[string]*otlp.Span{}
	var intake []*otlp.Span
	for _, s := range c.spans {
		byID[string(s.GetSpanId())] = s
		if s.GetName() == "intake" {
			intake = append(intake, s)
		}
	}
	require.Len(t, intake, 1)
	assert.Equal(t, "4bf92f3577b34da6a3ce929d0e0e4736", hex.EncodeToString(intake[0].GetTraceId()))
	assert.Equal(t, "00f067aa0ba902b7", hex.EncodeToString(intake[0].GetParentSpanId()))
	require.Len(t, intake[0].GetLinks(), 1)
	assert.Equal(t, "task", byID[string(intake[0].GetLinks()[0].GetSpanId())].GetName())
}

func TestACollectorThatIsNotThereCostsTheJobNothing(t *testing.T) {
	code, stderr := runTraced(t, `telemetry: {traces: {endpoint: "http://127.0.0.1:1/${env:KEY}", timeout: 100ms}}`)
	assert.Equal(t, ExitDeadLetters, code)
	assert.Contains(t, stderr, "traces.export_failed")
	assert.NotContains(t, stderr, "sesame")
}

func TestWithoutASectionThereAreNoTraces(t *testing.T) {
	code, stderr := runTraced(t, "")
	assert.Equal(t, ExitDeadLetters, code)
	assert.NotContains(t, stderr, "traces")
}
