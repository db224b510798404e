// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/query"
	"mabeam.dev/events"
)

func TestTheErrorOfAWorkerDecidesWhetherAnotherAttemptCanHelp(t *testing.T) {
	own := &Failure{Class: ClassUndelivered, Code: "mine", Reason: "r", After: time.Minute}
	for name, c := range map[string]struct {
		err     error
		attempt int
		want    Failure
	}{
		"no repetition helps":       {fmt.Errorf("ask: %w", &query.BadQueryError{}), 1, Failure{Class: ClassPermanent, Code: "E1503"}},
		"waits that double":         {fmt.Errorf("ask: %w", actors.ErrNoProc), 3, Failure{Class: ClassRetryable, Code: "E3105", After: 400 * time.Millisecond}},
		"the same wait":             {events.ErrNoSpace, 3, Failure{Class: ClassRetryable, Code: "E2104", After: 5 * time.Second}},
		"another agent may":         {actors.ErrFenced, 1, Failure{Class: ClassRetryable, Code: "E3108"}},
		"a restart may help":        {actors.ErrStopped, 1, Failure{Class: ClassRetryable, Code: "E9101"}},
		"somebody must decide":      {events.ErrPoisoned, 1, Failure{Class: ClassRetryable, Code: "E2105"}},
		"the worst of several":      {errors.Join(&query.BadQueryError{}, events.ErrNoSpace), 1, Failure{Class: ClassRetryable, Code: "E2104", After: 5 * time.Second}},
		"it may be there elsewhere": {fs.ErrNotExist, 1, Failure{Class: ClassRetryable}},
		"nobody knows":              {errors.New("odd"), 1, Failure{Class: ClassRetryable}},
		"it says itself":            {fmt.Errorf("x: %w", own), 1, *own},
	} {
		got := failureOf(c.err, c.attempt)
		if got != own {
			assert.Equal(t, c.err.Error(), got.Reason, name)
			got.Reason = ""
		}
		assert.Equal(t, c.want, *got, name)
	}
}

func TestTheClassOfAFailureIsAdvice(t *testing.T) {
	for want, f := range map[fault.Retry]*Failure{
		{}:                                       Permanent("c", "r"),
		{Class: fault.Replace}:                   Undelivered("r"),
		{Class: fault.Custom, Base: time.Minute}: {Class: ClassRetryable, After: time.Minute},
		{Class: fault.Custom}:                    nil,
	} {
		assert.Equal(t, want, fault.Of(fmt.Errorf("x: %w", failure{f})).Retry)
		assert.Equal(t, want, f.FaultRetry())
	}
}

// failure wraps one that may be nil, whose Error cannot be called.
type failure struct{ f *Failure }

func (e failure) Error() string { return "failure" }
func (e failure) Unwrap() error { return e.f }

func TestACrashOfATaskKnowsAgentTaskAndCorrelation(t *testing.T) {
	defer func() {
		err, ok := recover().(error)
		require.True(t, ok)
		f := fault.Of(&actors.CrashError{Path: "/agents/a-1", Message: "Go", Cause: err})
		assert.Equal(t, fault.Place{Agent: "a-1", Process: "/agents/a-1", Handling: "Go", Task: "t-1", Correlation: "c-1"}, f.Place)
		assert.Equal(t, []fault.Code{3101, 3202}, f.Chain)
	}()
	run(t.Context(), "a-1", WorkerFunc(nil), Task{ID: "t-1", Correlation: "c-1"})
}
