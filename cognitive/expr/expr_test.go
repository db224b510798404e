// SPDX-License-Identifier: Apache-2.0

package expr_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/expr"
	"mabeam.dev/cognitive/kind"
)

var inputs = []expr.Input{{"rate", kind.Number}, {"size", kind.Whole}, {"mode", kind.Text}, {"team", kind.Members}, {"limits", kind.Record}}

func values() []kind.Value {
	return []kind.Value{
		kind.OfFloat(0.5), kind.OfInteger(8), kind.OfChoice("fast"), kind.OfTeam("ann", "bob"),
		kind.OfRecord(kind.Part{Name: "low", Value: kind.OfFloat(0.25)}),
	}
}

func TestExpressionsComputeFromTheirInputsAlone(t *testing.T) {
	for _, c := range []struct {
		text string
		want kind.Value
	}{
		{`rate * double(size)`, kind.OfFloat(4)},
		{`mode == "fast" ? size * 2 : size`, kind.OfInteger(16)},
		{`team[0]`, kind.OfChoice("ann")},
		{`rate > limits.low && "bob" in team`, kind.OfTruth(true)},
		{`-0.0 * rate`, kind.OfFloat(0)},
	} {
		e, err := expr.Compile(c.text, expr.Spec{Inputs: inputs, Result: c.want.Type()})
		require.NoError(t, err, c.text)
		got, err := e.Eval(values()...)
		require.NoError(t, err, c.text)
		assert.True(t, c.want.Equal(got), "%s is %s", c.text, got)
	}
}

func TestEveryMistakeHasItsPlace(t *testing.T) {
	for _, c := range []struct {
		text         string
		line, column int
		reason       string
	}{
		{"rate +", 1, 7, "Syntax error"},
		{"rate *\n  speed", 2, 3, "undeclared reference to 'speed'"},
		{"rate * size", 1, 6, "found no matching overload"},
		{"size", 1, 1, "the result is of type int, want double"},
	} {
		_, err := expr.Compile(c.text, expr.Spec{Inputs: inputs, Result: kind.Number})
		var e *expr.CompileError
		require.ErrorAs(t, err, &e, c.text)
		require.NotEmpty(t, e.Mistakes)
		assert.Equal(t, [2]int{c.line, c.column}, [2]int{e.Mistakes[0].Line, e.Mistakes[0].Column}, "%v", err)
		assert.Contains(t, e.Mistakes[0].Reason, c.reason)
	}
	_, err := expr.Compile("rate + 1.0 +\n(speed + sise)", expr.Spec{Inputs: inputs, Result: kind.Number})
	var e *expr.CompileError
	require.ErrorAs(t, err, &e)
	assert.Len(t, e.Mistakes, 2)
	_, err = expr.Compile("1.0", expr.Spec{Inputs: []expr.Input{{"not a name", kind.Number}}, Result: kind.Number})
	assert.ErrorAs(t, err, &e)
	_, err = expr.Compile("1.0", expr.Spec{Result: kind.Members})
	assert.ErrorIs(t, err, kind.ErrType)
	_, err = expr.Compile("1.0", expr.Spec{Inputs: []expr.Input{{"x", kind.None}}, Result: kind.Number})
	assert.ErrorIs(t, err, kind.ErrType)
}

func TestNoEvaluationIsWithoutEnd(t *testing.T) {
	list := "[" + strings.Repeat("1,", 99) + "1]"
	text := list + ".all(a, " + list + ".all(b, " + list + ".all(c, a + b + c < size)))"
	e, err := expr.Compile(text, expr.Spec{Inputs: inputs, Result: kind.Truth})
	require.NoError(t, err)
	_, err = e.Eval(values()...)
	assert.ErrorIs(t, err, expr.ErrCost)
}

func TestWhatHasNoResultSaysSo(t *testing.T) {
	e, err := expr.Compile("size / (size - 8)", expr.Spec{Inputs: inputs, Result: kind.Whole})
	require.NoError(t, err)
	_, err = e.Eval(values()...)
	var failed *expr.EvalError
	require.ErrorAs(t, err, &failed)
	assert.Contains(t, failed.Reason, "zero")
	_, err = e.Eval(values()[:2]...)
	assert.ErrorAs(t, err, &failed)
	bad := values()
	bad[0] = kind.OfInteger(1)
	_, err = e.Eval(bad...)
	assert.ErrorIs(t, err, kind.ErrType)
	e, err = expr.Compile("rate / 0.0", expr.Spec{Inputs: inputs, Result: kind.Number})
	require.NoError(t, err)
	_, err = e.Eval(values()...)
	assert.ErrorIs(t, err, kind.ErrNotFinite)
}

func BenchmarkEval(b *testing.B) {
	e, err := expr.Compile("a * b + c", expr.Spec{Inputs: []expr.Input{{"a", kind.Number}, {"b", kind.Number}, {"c", kind.Number}}, Result: kind.Number})
	if err != nil {
		b.Fatal(err)
	}
	in := []kind.Value{kind.OfFloat(2), kind.OfFloat(3), kind.OfFloat(4)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Eval(in...); err != nil {
			b.Fatal(err)
		}
	}
}

func Example() {
	e, err := expr.Compile("rate * double(size)", expr.Spec{
		Inputs: []expr.Input{{Name: "rate", Type: kind.Number}, {Name: "size", Type: kind.Whole}}, Result: kind.Number,
	})
	fmt.Println(err)
	fmt.Println(e.Eval(kind.OfFloat(0.5), kind.OfInteger(8)))
	_, err = expr.Compile("rate * size", expr.Spec{Inputs: e.Inputs(), Result: kind.Number})
	fmt.Println(err)
	// Output:
	// <nil>
	// 4 <nil>
	// expr: compile "rate * size": 1:6: found no matching overload for '_*_' applied to '(double, int)'
}
