// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	errFull   = New(2104, "store: no space")
	errBad    = New(1503, "query: bad")
	errPhase  = New(9202, "node: phase")
	errNews   = New(4408, "work: task")
	errCrash  = New(3101, "crash")
	errCustom = New(3201, "custom")
)

func TestAnErrorGoesByTheOutermostCodeThatDoesNotMerelyBringNews(t *testing.T) {
	for _, c := range []struct {
		name  string
		err   error
		code  Code
		chain []Code
	}{
		{"its own", errFull, 2104, []Code{2104}},
		{"wrapped", fmt.Errorf("append: %w", errFull), 2104, []Code{2104}},
		{"news of a cause", both{errPhase, errFull}, 2104, []Code{9202, 2104}},
		{"news alone", fmt.Errorf("start: %w", errPhase), 9202, []Code{9202}},
		{"news of what nobody knows", both{errPhase, errors.New("odd")}, 9202, []Code{9202}},
		{"news of news", both{errPhase, both{errNews, errFull}}, 2104, []Code{9202, 4408, 2104}},
		{"a type and its sentinel are one", both{errFull, New(2104, "the same")}, 2104, []Code{2104}},
		{"a crash stands for itself", both{errCrash, errFull}, 3101, []Code{3101, 2104}},
		{"joined: the worst", errors.Join(errBad, errFull, errCrash), 2104, []Code{2104}},
		{"joined: one that no repetition helps", errors.Join(New(3105, "no process"), New(1102, "type")), 1102, []Code{1102}},
		{"joined: the first of equals", errors.Join(New(1102, "type"), New(1101, "self")), 1102, []Code{1102}},
		{"joined with what nobody knows", errors.Join(errors.New("odd"), errBad), 1503, []Code{1503}},
		{"nobody knows", errors.New("odd"), Unknown, []Code{Unknown}},
		{"a number that the table does not have", New(1199, "odd"), Unknown, []Code{Unknown}},
		{"a custom class without advice", errCustom, 3201, []Code{3201}},
	} {
		f := Of(c.err)
		assert.Equal(t, c.code, f.Code, c.name)
		assert.Equal(t, c.chain, f.Chain, c.name)
		assert.Equal(t, c.chain[len(c.chain)-1], f.Cause(), c.name)
		assert.Equal(t, c.err.Error(), f.Text, c.name)
		e, ok := Lookup(c.code)
		require.True(t, ok, c.name)
		assert.Equal(t, []any{e.Name, e.Severity, e.Retry, e.Advice}, []any{f.Name, f.Severity, f.Retry, f.Advice}, c.name)
		assert.Equal(t, c.code, CodeOf(c.err), c.name)
	}
	assert.Equal(t, Critical, Of(both{errCrash, errFull}).Worst(), "high, and a critical cause")
	assert.Equal(t, High, Of(errCrash).Worst())
	assert.Zero(t, Of(nil))
	assert.Zero(t, CodeOf(nil))
}

func TestErrorsOfTheStandardLibraryHaveCodes(t *testing.T) {
	_, gone := os.Open(filepath.Join(t.TempDir(), "gone"))
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	for code, err := range map[Code]error{
		deadlineExceeded: fmt.Errorf("call: %w", ctx.Err()),
		canceled:         context.Canceled,
		notExist:         gone,
		exist:            fs.ErrExist,
		permission:       &fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES},
		closed:           &fs.PathError{Op: "read", Path: "x", Err: fs.ErrClosed},
		noSpace:          &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC},
		refused:          &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		broken:           syscall.EPIPE,
		addressInUse:     &net.OpError{Op: "listen", Net: "tcp", Err: os.NewSyscallError("bind", syscall.EADDRINUSE)},
		tooManyFiles:     syscall.EMFILE,
		device:           &fs.PathError{Op: "read", Path: "x", Err: syscall.EIO},
		timedOut:         &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded},
		noMemory:         syscall.ENOMEM,
		readOnly:         syscall.EROFS,
		Unknown:          syscall.ENOTTY,
	} {
		f := Of(err)
		assert.Equal(t, code, f.Code, "%v", err)
		assert.False(t, f.Ours(), "%v", err)
	}
	assert.True(t, Of(errFull).Ours())
	assert.Equal(t, noSpace, CodeOf(both{errPhase, syscall.ENOSPC}), "news of a full disk")
}

func TestASentinelIsItselfAndATimeoutMatchesTheDeadlineOfContexts(t *testing.T) {
	twin := New(2104, "store: no space")
	assert.NotErrorIs(t, errFull, twin)
	assert.ErrorIs(t, fmt.Errorf("x: %w", errFull), errFull)
	late := NewTimeout(3107, "call: late")
	assert.ErrorIs(t, late, context.DeadlineExceeded)
	assert.ErrorIs(t, late, late)
	var timer interface{ Timeout() bool }
	require.ErrorAs(t, late, &timer)
	assert.True(t, timer.Timeout())
	assert.Equal(t, Code(3107), CodeOf(late), "its own code comes first")
}

func TestAnErrorThatKnowsBetterIsAskedForAdvice(t *testing.T) {
	wait := Retry{Class: Custom, Base: 7 * time.Second}
	assert.Equal(t, wait, Of(fmt.Errorf("x: %w", advised{3201, wait})).Retry)
	assert.Equal(t, Retry{}, Of(advised{1101, wait}).Retry, "only where the class is Custom")
	f := Of(advised{0, wait})
	assert.Equal(t, Unknown, f.Code)
	assert.Equal(t, wait, f.Retry, "and where there is no code")
}

func TestErrorsOfOtherProgramsBringTheirOwnEntry(t *testing.T) {
	mine := Entry{Code: 10001, Name: "shop.ErrEmpty", Severity: Low, Retry: Retry{Class: Replace}, Advice: "Order some."}
	f := Of(fmt.Errorf("buy: %w", described{mine}))
	assert.Equal(t, Fault{
		Code: 10001, Name: "shop.ErrEmpty", Severity: Low, Retry: mine.Retry, Chain: []Code{10001}, Text: "buy: empty", Advice: "Order some.",
	}, f)
	assert.Equal(t, "E10001", f.Code.String())
	assert.Equal(t, Area(0), f.Code.Area())
	assert.True(t, f.Ours())
}

func TestThePlaceNearestToTheCauseCounts(t *testing.T) {
	caller := Place{Agent: "a-1", Process: "/agents/a-1", Task: "t", Correlation: "c"}
	crash := Place{Process: "/db", Handling: "db.Get"}
	err := At(fmt.Errorf("ask: %w", At(errCrash, crash)), caller)
	assert.Equal(t, Place{Process: "/db", Handling: "db.Get", Task: "t", Correlation: "c"}, Of(err).Place, "the caller's agent is not the one that crashed")
	same := At(At(errCrash, Place{Agent: "a-1", Process: "/agents/a-1"}), Place{Process: "/agents/a-1", Handling: "Init"})
	assert.Equal(t, Place{Agent: "a-1", Process: "/agents/a-1", Handling: "Init"}, Of(same).Place, "two facts of one process")
	assert.Equal(t, caller, Of(At(errCrash, caller)).Place)
	assert.Equal(t, errCrash.Error(), err.(interface{ Unwrap() error }).Unwrap().(interface{ Unwrap() error }).Unwrap().Error())
	assert.ErrorIs(t, err, errCrash)
	assert.NoError(t, At(nil, caller))
	assert.Same(t, errCrash, At(errCrash, Place{}))
}

func TestAFaultSurvivesJSON(t *testing.T) {
	f := Of(At(both{errPhase, errFull}, Place{Agent: "a", Correlation: "c"}))
	data, err := json.Marshal(f)
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"code": "E2104", "name": "events.ErrNoSpace", "severity": "critical", "retry": {"class": "fixed", "base_seconds": 5},
		"chain": ["E9202", "E2104"], "agent": "a", "correlation": "c", "message": "node: phase: store: no space",
		"advice": "Free space on the disk of the store; appends go on by themselves then."
	}`, string(data))
	var read Fault
	require.NoError(t, json.Unmarshal(data, &read))
	assert.Equal(t, f, read)
	require.NoError(t, json.Unmarshal([]byte(`{"code":""}`), &read))
	assert.Error(t, json.Unmarshal([]byte(`{"code":"x"}`), &read))
	assert.Error(t, json.Unmarshal([]byte(`{"severity":"loud"}`), &read))
	assert.Error(t, json.Unmarshal([]byte(`{"retry":{"class":"again"}}`), &read))
}

func TestAnEndlessChainOfCausesComesToAnEnd(t *testing.T) {
	e := &circle{}
	assert.Equal(t, Unknown, CodeOf(e))
}

// both is an error that brings the news of another.
type both struct{ news, cause error }

func (e both) Error() string   { return e.news.Error() + ": " + e.cause.Error() }
func (e both) Unwrap() error   { return e.cause }
func (e both) FaultCode() Code { return e.news.(Coded).FaultCode() }

type advised struct {
	code  Code
	retry Retry
}

func (e advised) Error() string     { return "advised" }
func (e advised) FaultCode() Code   { return e.code }
func (e advised) FaultRetry() Retry { return e.retry }

type described struct{ entry Entry }

func (e described) Error() string     { return "empty" }
func (e described) FaultEntry() Entry { return e.entry }

type circle struct{}

func (e *circle) Error() string { return "circle" }
func (e *circle) Unwrap() error { return e }
