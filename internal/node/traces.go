// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/internal/admin"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/otel"
)

// taskSpan is the key of a task's span. The queue is named as its process is.
func taskSpan(queue, id string) string { return queue + "\x00" + id }

// trace makes spans along a task's way: "task" from its acceptance to its outcome, and in it "wait" while it has no agent, "attempt" while it has one,
// linked to the attempt before, and in that "agent" while the agent works.
func trace(s *otel.Spans) {
	task := taskSpan
	attempt := func(queue, id string) string { return task(queue, id) + "\x00attempt" }
	wait := func(queue, id string) string { return task(queue, id) + "\x00wait" }

	otel.Begin(s, func(e work.TaskAccepted) (otel.Start, bool) {
		return otel.Start{Key: task(e.Queue, e.Task), Name: "task", Attrs: []slog.Attr{
			slog.String(telemetry.KeyQueue, queueName(e.Queue)), slog.String(telemetry.KeyTask, e.Task), slog.String(telemetry.KeyKind, e.Kind),
		}}, true
	})
	otel.Begin(s, func(e work.TaskAccepted) (otel.Start, bool) {
		return otel.Start{Key: wait(e.Queue, e.Task), Parent: task(e.Queue, e.Task), Name: "wait"}, true
	})
	otel.End(s, func(e work.AttemptStarted) (otel.Stop, bool) { return otel.Stop{Key: wait(e.Queue, e.Task)}, true })
	otel.Begin(s, func(e work.AttemptStarted) (otel.Start, bool) {
		o := otel.Start{
			Key: attempt(e.Queue, e.Task), Parent: task(e.Queue, e.Task), Alias: inHand(e.Agent, e.Task), Name: "attempt",
			Attrs: []slog.Attr{slog.String(telemetry.KeyAgent, e.Agent), slog.Int(telemetry.KeyAttempt, e.Attempt)},
		}
		if e.Attempt > 1 {
			o.Links = []string{attempt(e.Queue, e.Task)}
		}
		return o, true
	})
	otel.End(s, func(e work.AttemptEnded) (otel.Stop, bool) {
		return otel.Stop{
			Key: attempt(e.Queue, e.Task), Failed: e.End != string(plan.EndDone), Reason: e.Reason, Attrs: []slog.Attr{slog.String("end", e.End)},
		}, true
	})
	otel.Begin(s, func(e work.AttemptEnded) (otel.Start, bool) {
		return otel.Start{Key: wait(e.Queue, e.Task), Parent: task(e.Queue, e.Task), Name: "wait"}, e.Retried
	})
	otel.Mark(s, func(e work.TaskDead) (otel.Point, bool) {
		return otel.Point{Key: task(e.Queue, e.Task), Name: "dead letter", Attrs: []slog.Attr{
			slog.String(telemetry.KeyCause, e.Cause), slog.String(telemetry.KeyReason, e.Reason),
		}}, true
	})
	otel.End(s, func(e work.TaskEnded) (otel.Stop, bool) {
		return otel.Stop{
			Key: task(e.Queue, e.Task), With: []string{wait(e.Queue, e.Task), attempt(e.Queue, e.Task)}, Failed: e.Outcome != "done", Reason: e.Outcome,
			Attrs: []slog.Attr{slog.String(telemetry.KeyOutcome, e.Outcome), slog.Int("attempts", e.Attempts)},
		}, true
	})
	otel.Mark(s, func(e exec.TaskProgressed) (otel.Point, bool) {
		return otel.Point{Key: inHand(e.Agent, e.Task), Name: "progress"}, true
	})
}

// inHand is the key under which an agent finds the attempt that it works on. Where one agent has tasks of the same id from two queues, the later one
// has it.
func inHand(agent, task string) string { return agent + "\x00in hand\x00" + task }

// traced is a worker whose work is a span of the attempt, which code of the worker finds in its context.
type traced struct {
	agents.Worker
	id    string
	spans *otel.Spans
}

// Do works in a span.
func (t traced) Do(ctx context.Context, task agents.Task) (out json.RawMessage, err error) {
	err = t.spans.Run(t.spans.In(ctx, inHand(t.id, task.ID)), "agent", func(ctx context.Context) error {
		out, err = t.Worker.Do(ctx, task)
		return err
	}, slog.String(telemetry.KeyAgent, t.id), slog.String(telemetry.KeyKind, task.Kind))
	return out, err
}

// traceWork puts a span around the work of an agent and around the faults on purpose.
func (n *Node) traceWork(s *agents.Spec) {
	spans, before := n.records.spans, s.Wrap
	if spans == nil {
		return
	}
	s.Wrap = func(w agents.Worker) agents.Worker {
		if before != nil {
			w = before(w)
		}
		return traced{w, s.ID, spans}
	}
}

// intakeLimit is the longest answer that is read for the tasks that it names: links to very many of them say nothing.
const intakeLimit = 64 << 10

// traceIntake makes each request that hands tasks in a span "intake", which continues the trace of whoever asks (traceparent) and is linked to the tasks
// that were accepted: they are done long after it.
func (n *Node) traceIntake(next http.Handler) http.Handler {
	spans := n.records.spans
	if spans == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/v1/tasks" {
			next.ServeHTTP(w, r)
			return
		}
		ctx := otel.Trace(r.Header.Get("Traceparent")).In(r.Context())
		_ = spans.Run(ctx, "intake", func(ctx context.Context) error {
			copied := &copiedAnswer{ResponseWriter: w}
			next.ServeHTTP(copied, r.WithContext(ctx))
			var a admin.ReceiptsAnswer
			if json.Unmarshal(copied.body, &a) == nil {
				for _, receipt := range a.Tasks {
					spans.Link(ctx, taskSpan("work."+a.Queue, receipt.ID))
				}
			}
			if copied.status >= http.StatusBadRequest {
				return errors.New(http.StatusText(copied.status))
			}
			return nil
		}) // the error is the span's
	})
}

// copiedAnswer keeps the beginning of an answer.
type copiedAnswer struct {
	http.ResponseWriter
	status int
	body   []byte
}

// WriteHeader notes the status.
func (c *copiedAnswer) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

// Write keeps a copy.
func (c *copiedAnswer) Write(p []byte) (int, error) {
	c.body = append(c.body, p[:min(len(p), intakeLimit-len(c.body))]...)
	return c.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (c *copiedAnswer) Unwrap() http.ResponseWriter { return c.ResponseWriter }
