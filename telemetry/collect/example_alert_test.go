// SPDX-License-Identifier: Apache-2.0

package collect_test

import (
	"context"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
)

// Example shows one alert from the event that causes it to the one who is told.
func Example() {
	sys := actors.New(actors.Options{Events: telemetry.NewBus()})
	defer sys.Close(context.Background())

	agg := collect.NewAggregator(sys, collect.Options{Tick: 10 * time.Millisecond})
	collect.Tally(agg, "tasks", func(e taskEnded) (string, float64, bool) { return e.Queue, 1, true })

	told := make(chan alert.Notice, 1)
	alerts, err := collect.NewAlerts(agg, collect.AlertOptions{
		Spec: alert.Spec{
			Tick:   10 * time.Millisecond, // a second, if nothing is said
			Routes: []alert.Route{{Name: "ops"}},
			Rules:  []alert.Rule{{Name: "too many tasks", Series: "tasks", Stat: alert.Increase, Threshold: 100}},
		},
		Senders: map[string]collect.Sender{"ops": collect.SenderFunc(func(_ context.Context, d alert.Delivery) error {
			told <- d.Notices[0]
			return nil
		})},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err = supervision.Start(sys, "telemetry", supervision.Spec{Children: []supervision.Child{agg.Child(), alerts.Child()}}); err != nil {
		fmt.Println(err)
		return
	}
	for range 101 {
		telemetry.Emit(sys.Events(), taskEnded{Queue: "reviews"})
	}
	n := <-told // a tick later
	fmt.Println(n.Rule, n.Key, n.What, n.Value)
	// Output: too many tasks reviews fired 101
}
