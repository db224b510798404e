// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/telemetry"
)

// futile is a machine that gives up at once.
type futile struct{}

func (futile) Step(e machine.Event) []machine.Effect {
	if _, ok := e.(machine.Opened); ok {
		return []machine.Effect{machine.Decide{Outcome: machine.Outcome{Verdict: machine.NoDecision, Why: machine.WhyNoQuorum}}}
	}
	return nil
}

// spoilt is an engine in which simple consensus never decides.
func spoilt(t *testing.T, sys *actors.System, l *log, adaptive bool) (*protocols.Engine, []string) {
	e, names := council(t, sys, protocols.EngineOptions{Journal: l, Adaptive: adaptive}, "yes", "yes", "no", "yes", "yes")
	require.NoError(t, e.Register(protocols.Protocol{Name: selector.Simple, New: func(protocols.Setup) (machine.Stepper, error) { return futile{}, nil }}))
	return e, names
}

func ask(ctx context.Context, e *protocols.Engine, names []string, seed int, p selector.Protocol) protocols.Result {
	r, _ := e.Coordinate(ctx, protocols.Spec{ID: protocols.SessionID(fmt.Sprint("s", seed)), Question: "?", Participants: names, Seed: uint64(seed), Protocol: p, Deadline: time.Minute})
	return r
}

func TestTheAdaptiveChoiceFollowsWhatWasMeasuredAndOutlivesTheProgram(t *testing.T) {
	for _, adaptive := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			l := newLog()
			within(t, func(ctx context.Context, sys *actors.System) {
				e, names := spoilt(t, sys, l, adaptive)
				for i := range 20 {
					require.Equal(t, selector.Simple, ask(ctx, e, names, i+1, "").Protocol, "little was measured")
				}
				for i := range 6 {
					require.Equal(t, protocols.StateDecided, ask(ctx, e, names, i+21, selector.Hierarchical).State)
				}
			})
			func() {
				ctx, bus := t.Context(), telemetry.NewBus()
				sys := actors.New(actors.Options{Events: bus})
				defer func() { require.NoError(t, sys.Close(ctx)) }()
				var selected atomic.Int64
				defer telemetry.Subscribe(bus, "selected", func(protocols.SessionSelected) { selected.Add(1) })()
				e, names := spoilt(t, sys, l, adaptive)
				decided := 0
				for i := range 40 {
					if ask(ctx, e, names, i+31, "").State == protocols.StateDecided {
						decided++
					}
				}
				text := e.Explain(protocols.Spec{Question: "?", Participants: names})
				high := e.Explain(protocols.Spec{Question: "?", Participants: names, Fault: selector.High})
				assert.Contains(t, high, "chosen: byzantine_consensus")
				if !adaptive {
					assert.Zero(t, decided)
					assert.Zero(t, selected.Load())
					assert.NotContains(t, text, "adaptive")
					return
				}
				assert.GreaterOrEqual(t, decided, 36)
				assert.Equal(t, int64(40), selected.Load())
				assert.Contains(t, text, "adaptive choice: hierarchical_consensus")
				assert.Contains(t, high, "safety or the kind of session leaves no choice")
			}()
		})
	}
}

// What cannot run the spec is not chosen, however well it did.
func TestWhatWasMeasuredNeverRefusesASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := spoilt(t, sys, newLog(), true)
			for i := range 26 {
				p := selector.Protocol("")
				if i >= 20 {
					p = selector.Hierarchical
				}
				ask(ctx, e, names, i+1, p)
			}
			require.Equal(t, selector.Hierarchical, ask(ctx, e, names, 27, "").Protocol)
			require.NoError(t, e.Register(protocols.Protocol{Name: selector.Hierarchical, New: func(protocols.Setup) (machine.Stepper, error) { return nil, assert.AnError }}))
			assert.Equal(t, selector.Simple, ask(ctx, e, names, 28, "").Protocol)
		})
	})
}
