// SPDX-License-Identifier: Apache-2.0

package collect_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
)

// writer crashes over what it is told: a full disk, or something harmless.
type writer struct{}

func (writer) Receive(_ *actors.Context[order], m order) error {
	if m == "full" {
		return fault.At(fmt.Errorf("write: %w", fault.New(2104, "store: no space")), fault.Place{Agent: "w-1", Correlation: "c-1"})
	}
	return fmt.Errorf("broken by %q", m)
}

// Holds: ERR-2
func TestTheSeverityOfACrashDecidesWhetherItIsAnAlert(t *testing.T) {
	bubble(t, func(w *world) {
		agg := collect.NewAggregator(w.sys, collect.Options{Snapshot: -1})
		collect.Watch(agg)
		ops := &inbox{}
		alerts, err := collect.NewAlerts(agg, collect.AlertOptions{
			Spec:    alert.Spec{Routes: []alert.Route{{Name: "ops"}}, Rules: collect.DefaultRules()},
			Senders: map[string]collect.Sender{"ops": ops},
		})
		require.NoError(t, err)
		w.start(agg.Child(), alerts.Child())
		crashes := collect.ReportCrashes(w.sys, collect.CrashOptions{})
		defer crashes.Close()
		s, err := supervision.Start(w.sys, "writers", supervision.Spec{
			Intensity: supervision.Intensity{Max: 5, Within: time.Minute},
			Children:  []supervision.Child{supervision.Worker("a", func() actors.Behavior[order] { return writer{} })},
		})
		require.NoError(t, err)
		w.tell(s, "a", "stone")
		time.Sleep(2 * time.Second)
		assert.Empty(t, ops.take(), "an ordinary crash is the supervisor's business")
		w.tell(s, "a", "full")
		time.Sleep(2 * time.Second)
		assert.Equal(t, []string{"1 critical-fault/critical fired"}, ops.take())

		reports := crashes.Recent()
		require.Len(t, reports, 2)
		assert.Equal(t, []fault.Code{3101}, reports[0].Fault.Chain)
		assert.Equal(t, []fault.Code{3101, 2104}, reports[1].Fault.Chain)
		text := reports[1].String()
		for _, part := range []string{"E3101 <- E2104", "w-1"} {
			assert.Contains(t, text, part)
		}
		logged := map[string]string{}
		for _, a := range reports[1].LogAttrs() {
			logged[a.Key] = a.Value.String()
		}
		for key, want := range map[string]string{
			telemetry.KeyCode: "E3101", telemetry.KeyCauseCode: "E2104", telemetry.KeySeverity: "high",
			telemetry.KeyAgent: "w-1", telemetry.KeyCorrelation: "c-1",
		} {
			assert.Equal(t, want, logged[key], key)
		}
	})
}
