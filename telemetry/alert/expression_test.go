// SPDX-License-Identifier: Apache-2.0

package alert_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/window"
)

func TestExpressionsNameAFigureOfASeries(t *testing.T) {
	for text, want := range map[string]alert.Measure{
		"system.processes":                     {Series: "system.processes"},
		" last( system.processes ) ":           {Series: "system.processes"},
		"p99(work.seconds, 1m)":                {Series: "work.seconds", Stat: alert.P99, Window: window.Minute},
		"rate(event.work.task_dead,5m)":        {Series: "event.work.task_dead", Stat: alert.Rate, Window: window.Long},
		"increase(event.process.crash_report)": {Series: "event.process.crash_report", Stat: alert.Increase},
	} {
		got, err := alert.ParseExpression(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
		again, err := alert.ParseExpression(got.Expression())
		require.NoError(t, err)
		assert.Equal(t, got, again)
	}
}

func TestMistakesInExpressionsHaveTheirPlace(t *testing.T) {
	for text, want := range map[string]struct {
		offset int
		got    string
	}{
		"":                          {0, ""},
		"  ":                        {2, ""},
		"p98(work.seconds, 1m)":     {0, "p98"},
		"p99(work.seconds, 2m)":     {18, "2m"},
		"last(work.seconds, 1m)":    {19, "1m"},
		"p99()":                     {4, ""},
		"p99(work.seconds":          {16, ""},
		"p99(work.seconds, 1m":      {20, ""},
		"p99(work.seconds, 1m) > 2": {21, "> 2"},
		"work seconds":              {5, "seconds"},
	} {
		_, err := alert.ParseExpression(text)
		var e *alert.ExpressionError
		require.ErrorAs(t, err, &e, text)
		assert.Equal(t, want.offset, e.Offset, text)
		assert.Equal(t, want.got, e.Got, text)
	}
}

func TestNoTextBreaksTheReaderOfExpressions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ a-z0-9.,()>é]{0,30}`).Draw(t, "text")
		m, err := alert.ParseExpression(text)
		if err != nil {
			return
		}
		again, err := alert.ParseExpression(m.Expression())
		if err != nil || again != m {
			t.Fatalf("%q is %v, and that is %v, %v", text, m, again, err)
		}
	})
}
