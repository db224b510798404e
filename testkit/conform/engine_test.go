// SPDX-License-Identifier: Apache-2.0

package conform_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/supervision/plan"
	"mabeam.dev/testkit/conform"
)

func trace(t *testing.T, s conform.Script) string {
	t.Helper()
	text, err := conform.Run(t.Context(), s, conform.NewPure())
	require.NoError(t, err)
	return text
}

func parse(t *testing.T, text string) conform.Script {
	t.Helper()
	s, err := conform.Parse("test", text)
	require.NoError(t, err)
	return s
}

func TestGenerateDependsOnSeedAndNumberAlone(t *testing.T) {
	assert.Equal(t, conform.Generate(5, 6), conform.Generate(5, 6))
	assert.NotEqual(t, conform.Generate(5, 6), conform.Generate(5, 7))
	assert.NotEqual(t, conform.Generate(5, 6), conform.Generate(6, 6))
}

func TestTheSameScriptHasTheSameTrace(t *testing.T) {
	engine := conform.NewPure()
	for number := range uint64(100) {
		s := parse(t, conform.Generate(9, number))
		first := trace(t, s)
		again, err := conform.Run(t.Context(), s, engine) // an engine that ran others before
		require.NoError(t, err)
		assert.Equal(t, first, again)
	}
}

func TestACallBehindAHeldStartIsNotWaitedForForEver(t *testing.T) {
	s := parse(t, "sup root\nchild root a starts=ok,hold:ok\nrun\nstart\nexit a boom\nwhich_children root\n")
	_, err := conform.Run(t.Context(), s, conform.NewPure())
	require.ErrorIs(t, err, conform.ErrBlocked)
	var op *conform.OperationError
	require.ErrorAs(t, err, &op)
	assert.Equal(t, 6, op.Line)
}

func TestATreeThatNeverRestsIsGivenUp(t *testing.T) {
	s := parse(t, "sup root intensity=1000000000\nchild root a starts=ok,error:gone\nrun\nstart\nexit a boom\n")
	_, err := conform.Run(t.Context(), s, conform.NewPure())
	require.ErrorIs(t, err, conform.ErrRestless)
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	cancel(why)
	_, err := conform.Run(ctx, parse(t, "sup root\nrun\nstart\n"), conform.NewPure())
	require.ErrorIs(t, err, why)
}

func TestOperationsOnTheWrongKindOfProcessAreRefused(t *testing.T) {
	for op, want := range map[string]string{
		"exit root boom":     "a supervisor does not exit by itself",
		"which_children a":   "not a supervisor",
		"stray_exit a shout": "not a supervisor",
	} {
		_, err := conform.Run(t.Context(), parse(t, "sup root\nchild root a\nrun\nstart\n"+op+"\n"), conform.NewPure())
		assert.EqualError(t, err, fmt.Sprintf("conform: line 5: %s: %s", op, want))
	}
}

func TestCompareShowsTheFirstBlockThatDiffers(t *testing.T) {
	a := "> start\nstart root#1\n= ok root#1\n> stop\nexit root#1 shutdown\n= ok\nend\n"
	assert.Nil(t, conform.Compare(a, a))
	d := conform.Compare(a, strings.Replace(a, "shutdown", "killed", 1))
	assert.Equal(t, &conform.Difference{
		Block: 2, Expected: "> stop\nexit root#1 shutdown\n= ok\n", Got: "> stop\nexit root#1 killed\n= ok\n",
		ExpectedBefore: "> start\nstart root#1\n= ok root#1\n",
	}, d)
	assert.Equal(t, "end\n", conform.Compare(a, strings.TrimSuffix(a, "end\n")).Expected)
}

func TestMinimizeKeepsOnlyWhatShowsTheDifference(t *testing.T) {
	s := parse(t, "sup root\nrun\n"+strings.Repeat("sleep 1\n", 17)+"start\n"+strings.Repeat("sleep 2\n", 9)+"stop\nsleep 3\n")
	asked := 0
	small := conform.Minimize(s, func(s conform.Script) bool {
		asked++
		text := s.Text()
		return strings.Contains(text, "start\n") && strings.Contains(text, "stop\n")
	})
	assert.Equal(t, "sup root\nrun\nstart\nstop\n", small.Text())
	assert.Len(t, s.Ops, 29, "the script given is not changed")
	assert.Less(t, asked, 70)
	never := conform.Minimize(s, func(conform.Script) bool { return false })
	assert.Equal(t, s.Text(), never.Text())
}

// Live processes report from many goroutines at once.
func TestRecorderCountsConcurrentReports(t *testing.T) {
	engine := &crowd{Pure: conform.NewPure()}
	text, err := conform.Run(t.Context(), parse(t, "sup root\nrun\nstart\n"), engine)
	require.NoError(t, err)
	assert.Equal(t, 100, strings.Count(text, "start w#"))
	assert.Equal(t, 100, strings.Count(text, "exit w#"), "a second report of a death does not count")
	assert.True(t, strings.HasSuffix(text, "= ok root#1\nend root#1\n"), text)
}

// crowd is an engine whose start runs a hundred processes that report for themselves.
type crowd struct {
	*conform.Pure
	rec *conform.Recorder
}

func (c *crowd) Open(rec *conform.Recorder) error {
	c.rec = rec
	return c.Pure.Open(rec)
}

func (c *crowd) Start(name string, answer *conform.Answer) {
	c.Pure.Start(name, answer)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			c.rec.Attempt("w")
			c.rec.Started("w", plan.Worker, i, nil)
			c.rec.Died(i, "normal")
			c.rec.Died(i, "killed")
		})
	}
	wg.Wait()
}
