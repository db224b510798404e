// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors/exit"
	"mabeam.dev/actors/fault"
)

func TestALogLineWithAnErrorHasItsCodes(t *testing.T) {
	full := fault.New(2104, "store: no space")
	crash := &exit.CrashError{Path: "/db", Message: "Init", Cause: full}
	for want, log := range map[string]func(*slog.Logger){
		"msg=a error=\"append: store: no space\" code=E2104\n": func(l *slog.Logger) { l.Info("a", KeyError, fmt.Errorf("append: %w", full)) },
		"msg=b error=\"actors: process \\\"/db\\\" handling Init: store: no space\" code=E3101 cause_code=E2104\n": func(l *slog.Logger) {
			l.Info("b", KeyError, crash)
		},
		"msg=c error=odd\n":                           func(l *slog.Logger) { l.Info("c", KeyError, errors.New("odd")) },
		"msg=d code=mine error=\"store: no space\"\n": func(l *slog.Logger) { l.Info("d", KeyCode, "mine", KeyError, full) },
		"msg=e error=<nil> n=1\n":                     func(l *slog.Logger) { l.Info("e", KeyError, nil, "n", 1) },
		"msg=f k=v g.error=\"store: no space\" g.code=E2104\n": func(l *slog.Logger) {
			l.With("k", "v").WithGroup("g").Info("f", KeyError, full)
		},
	} {
		var out bytes.Buffer
		log(slog.New(Coded(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
				return slog.Attr{}
			}
			return a
		}}))))
		assert.Equal(t, want, out.String())
	}
	quiet := Coded(slog.NewTextHandler(&bytes.Buffer{}, &slog.HandlerOptions{Level: slog.LevelError}))
	assert.False(t, quiet.Enabled(t.Context(), slog.LevelInfo))
}

func TestTheReasonOfACrashHasItsCodes(t *testing.T) {
	assert.Equal(t, []slog.Attr{slog.String(KeyReason, "shutdown")}, Reason(exit.ReasonShutdown))
	why := exit.CrashOf(&exit.CrashError{Path: "/p", Message: "Go", Cause: &exit.PanicError{Value: "x"}})
	assert.Equal(t, []slog.Attr{
		slog.String(KeyReason, why.String()), slog.String(KeyCode, "E3101"), slog.String(KeyCauseCode, "E3102"),
	}, Reason(why))
}
