// SPDX-License-Identifier: Apache-2.0

package collect_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/supervision"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/testkit/sim"
)

// Whenever the processes are killed, and whatever a sender does meanwhile: who was told of a fire is told of its end, in this order, and what fires in the
// end has been told.
func TestKillsAtAnyMomentLoseNoAlert(t *testing.T) {
	sim.Explore(t, 60, func(s *sim.Sim) {
		r := s.Rand("world")
		sys := s.System()
		agg := collect.NewAggregator(sys, collect.Options{})
		level := 0.0
		agg.Gauge("level", func(report func(string, float64)) { report("", level) })
		state := "" // what the receiver believes
		mail := collect.SenderFunc(func(ctx context.Context, d alert.Delivery) error {
			if err := sys.Sleep(ctx, time.Duration(s.Rand(d.At.String()).IntN(3000))*time.Millisecond); err != nil {
				return err
			}
			if d.ID%3 == 0 && d.At.Sub(s.Now()) > -10*time.Second && d.Notices[0].What != alert.Over {
				return errors.New("engaged")
			}
			for _, n := range d.Notices {
				switch {
				case n.What == alert.Over && state == "":
					s.Errorf("an end without a beginning")
				case n.What == alert.Over:
					state = ""
				case n.What == alert.Fired || n.What == alert.Flapping:
					state = n.What
				}
			}
			return nil
		})
		alerts, err := collect.NewAlerts(agg, collect.AlertOptions{
			Spec: alert.Spec{
				Routes: []alert.Route{{Name: "mail", MaxPerMinute: -1, Retry: 4 * time.Second}},
				Rules:  []alert.Rule{{Name: "high", Series: "level", Threshold: 5, For: 2 * time.Second, ClearFor: time.Second}},
			},
			Senders: map[string]collect.Sender{"mail": mail},
		})
		require.NoError(s, err)
		top, err := supervision.Start(sys, "top", supervision.Spec{
			Intensity: supervision.Intensity{Max: 1000}, Children: []supervision.Child{agg.Child(), alerts.Child()},
		})
		require.NoError(s, err)
		for range 20 {
			level = float64(r.IntN(2) * 10)
			s.Advance(time.Duration(r.IntN(8000)) * time.Millisecond)
			if r.IntN(2) == 0 {
				top.Child([]string{"aggregator", "alerts"}[r.IntN(2)]).Kill()
			}
		}
		level = 10
		s.Advance(time.Minute)
		if state == "" {
			s.Errorf("it fires, and nobody was told: %+v", alerts.View())
		}
		level = 0
		s.Advance(12 * time.Minute) // it may have flapped
		if state != "" {
			s.Errorf("it is over, and was told to be %q: %+v", state, alerts.View())
		}
	})
}
