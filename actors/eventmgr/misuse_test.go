// SPDX-License-Identifier: Apache-2.0

package eventmgr_test

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
	"mabeam.dev/actors/eventmgr"
	"mabeam.dev/actors/exit"
	"mabeam.dev/telemetry"
)

// Without a manager nothing is added, and nobody hears of an end that was not.
func TestNothingIsAddedToNobody(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		nobody, p := eventmgr.Named[act](w.System, "nobody"), w.process("p")
		dead := w.start(t)
		dead.PID().Kill()
		in(p, func(c *cx) error {
			for _, m := range []manager{nobody, dead} {
				assert.ErrorIs(t, eventmgr.AddSupervised(c, m, "a", &dummy{w: w}, w.gone), actors.ErrNoProc)
				assert.ErrorIs(t, eventmgr.SwapSupervised(c, m, "a", "b", &dummy{w: w}, w.gone), actors.ErrNoProc)
			}
			return nil
		})
		assert.Empty(t, w.heard())
		assert.ErrorIs(t, nobody.SyncNotify(t.Context(), act{}), actors.ErrNoProc)
		nobody.Notify(act{})
		assert.EqualValues(t, 1, w.Totals().DeadLetters)
	})
}

// A supervised handler without a function for its end is a programmer's error.
func TestAnOwnerMustListen(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		m, p := w.start(t), w.process("p")
		in(p, func(c *cx) error { return eventmgr.AddSupervised[act, task](c, m, "a", &dummy{w: w}, nil) })
		why, err := p.PID().Await(t.Context())
		assert.NoError(t, err)
		assert.Contains(t, why.String(), "needs a function")
		assert.Empty(t, handlers(t, m))
	})
}

// Only the values themselves mean leaving: an error that wraps one is a crash.
func TestOnlyTheValuesThemselvesMeanLeaving(t *testing.T) {
	for _, wrap := range []func(t *turn) error{
		func(*turn) error { return fmt.Errorf("wrapped: %w", eventmgr.Remove) },
		func(t *turn) error { return fmt.Errorf("wrapped: %w", t.Swap("b", &dummy{})) },
	} {
		bubble(t, func(t *testing.T, w *world) {
			m := w.start(t)
			assert.NoError(t, m.Add(t.Context(), "a", &dummy{w: w}))
			assert.NoError(t, m.SyncNotify(t.Context(), act{"", map[string]func(*turn) error{"a": wrap}}))
			assert.Len(t, w.reported(), 1)
			assert.Empty(t, handlers(t, m))
		})
	}
}

// The report of a crash names the manager, the handler and what it was doing, with the stack of a panic.
func TestTheReportSaysWhatCrashed(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		m := w.start(t)
		crash := &exit.CrashError{Cause: errBroken, Stack: []byte("stack")}
		r := eventmgr.HandlerCrashed{Manager: m.PID(), ID: "a", InHand: "act", Err: crash}
		assert.Equal(t, []any{"eventmgr.handler_crashed", slog.LevelWarn}, []any{r.EventName(), r.LogLevel()})
		want := []slog.Attr{
			slog.String(telemetry.KeyPath, "/mgr"), slog.Uint64(telemetry.KeyIncarnation, m.PID().Incarnation()),
			slog.String(telemetry.KeySubscriber, "a"), slog.String(telemetry.KeyMessage, "act"), slog.String(telemetry.KeyError, "broken"),
		}
		assert.Equal(t, append(want, slog.String(telemetry.KeyStack, "stack")), r.LogAttrs())
		r.Err = errors.New("broken")
		assert.Equal(t, want, r.LogAttrs())
		assert.Equal(t, "cause 9", eventmgr.Cause(9).String())
	})
}
