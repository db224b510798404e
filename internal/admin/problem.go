// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/lines"
	"mabeam.dev/agents/work/plan"
)

// The codes of a Problem. The words are stable: programs may branch on them.
const (
	CodeBody         = "bad_body"     // the body, or a parameter, is not what is asked for
	CodeTask         = "bad_task"     // the task line has mistakes
	CodeTooLarge     = "too_large"    // the body is over the limit
	CodeUnauthorized = "unauthorized" // a token is needed
	CodeForbidden    = "forbidden"    // no token would help
	CodeQueue        = "no_queue"     // no such queue
	CodeUnknown      = "unknown_task" // no such task
	CodeConflict     = "conflict"     // the id or key is known with other content
	CodeDuplicate    = "duplicate"    // the task is known
	CodeEnded        = "ended"        // the task has its outcome
	CodeNotDead      = "not_dead"     // the task is no dead letter
	CodeFull         = "queue_full"   // try again later
	CodeDraining     = "draining"     // the node is about to end
	CodeUnavailable  = "unavailable"  // the queue does not answer; try again later
	CodeInternal     = "internal"     // unexpected
)

// Problem is why something was refused.
type Problem struct {
	Code     string         `json:"code"`     // stable, for programs
	Message  string         `json:"message"`  // for people
	Fault    fault.Code     `json:"fault"`    // of the error behind it, such as E6501: runtime explain says more
	Severity fault.Severity `json:"severity"` // low, medium, high or critical
	Retry    fault.Retry    `json:"retry"`    // class, base_seconds and max_seconds: whether and when to try again
	status   int
	cause    error // nil if nothing else is behind it
}

// ProblemAnswer is the body of every refusal.
type ProblemAnswer struct {
	Version int     `json:"version"` // of this format: 1
	Error   Problem `json:"error"`   // what was refused
}

// Error gives the message.
func (p *Problem) Error() string { return p.Message }

// FaultCode is E2408.
func (*Problem) FaultCode() fault.Code { return 2408 }

// Unwrap returns what is behind it.
func (p *Problem) Unwrap() error { return p.cause }

// FaultRetry advises by the status of the answer, where nothing behind it has a code.
func (p *Problem) FaultRetry() fault.Retry { return retryOf(p.status) }

// retryOf is the advice of an HTTP status.
func retryOf(status int) fault.Retry {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return fault.Retry{Class: fault.Exponential, Base: time.Second, Max: 30 * time.Second}
	}
	return fault.Retry{}
}

func refuse(status int, code, format string, args ...any) *Problem {
	return &Problem{Code: code, Message: fmt.Sprintf(format, args...), status: status}
}

// problemOf says what an error is, to programs and to people.
func problemOf(err error) *Problem {
	p := *coded(err)
	f := fault.Of(&p)
	p.Fault, p.Severity, p.Retry = f.Code, f.Severity, f.Retry
	return &p
}

// coded finds the code of an error.
func coded(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return refuse(http.StatusRequestEntityTooLarge, CodeTooLarge, "the body is larger than %d bytes", large.Limit)
	}
	var line *lines.LineError
	var field *plan.FieldError
	var died *actors.CallError
	status, code := http.StatusInternalServerError, CodeInternal
	switch {
	case errors.As(err, &line), errors.As(err, &field):
		status, code = http.StatusBadRequest, CodeTask
	case errors.Is(err, plan.ErrConflict):
		status, code = http.StatusConflict, CodeConflict
	case errors.Is(err, plan.ErrDuplicate):
		status, code = http.StatusConflict, CodeDuplicate
	case errors.Is(err, plan.ErrEnded):
		status, code = http.StatusConflict, CodeEnded
	case errors.Is(err, plan.ErrNotDead):
		status, code = http.StatusConflict, CodeNotDead
	case errors.Is(err, plan.ErrUnknown):
		status, code = http.StatusNotFound, CodeUnknown
	case errors.Is(err, plan.ErrFull), errors.Is(err, work.ErrWatchers):
		status, code = http.StatusTooManyRequests, CodeFull
	case errors.Is(err, plan.ErrDraining):
		status, code = http.StatusServiceUnavailable, CodeDraining
	case errors.As(err, &died), errors.Is(err, actors.ErrNoProc), errors.Is(err, actors.ErrStopped), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, context.Canceled):
		status, code = http.StatusServiceUnavailable, CodeUnavailable
	}
	p = refuse(status, code, "%v", err)
	p.cause = err
	return p
}

// answerProblem writes a refusal.
func answerProblem(w http.ResponseWriter, err error) {
	p := problemOf(err)
	switch p.Code {
	case CodeUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="mabeam"`)
	case CodeFull, CodeUnavailable:
		w.Header().Set("Retry-After", "1")
	}
	answerWith(w, p.status, ProblemAnswer{1, *p})
}
