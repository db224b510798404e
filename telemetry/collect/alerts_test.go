// SPDX-License-Identifier: Apache-2.0

package collect_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
)

// inbox is a Sender that keeps what it gets, and does first what it is told to.
type inbox struct {
	mu   sync.Mutex
	got  []string
	then func(ctx context.Context) error
}

// Send keeps a delivery.
func (b *inbox) Send(ctx context.Context, d alert.Delivery) error {
	b.mu.Lock()
	then := b.then
	b.mu.Unlock()
	if then != nil {
		if err := then(ctx); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range d.Notices {
		b.got = append(b.got, fmt.Sprintf("%d %s/%s %s", d.ID, n.Rule, n.Key, n.What))
	}
	return nil
}

func (b *inbox) set(then func(ctx context.Context) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.then = then
}

// take returns what has come since the last time.
func (b *inbox) take() []string {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	got := b.got
	b.got = nil
	return got
}

func hot() alert.Spec {
	return alert.Spec{
		Routes: []alert.Route{{Name: "ops"}},
		Rules:  []alert.Rule{{Name: "hot", Series: "temperature", Threshold: 90, For: 3 * time.Second}},
	}
}

// thermometer is an aggregator with one gauge.
func (w *world) thermometer() (*collect.Aggregator, *atomic.Int64) {
	agg := collect.NewAggregator(w.sys, collect.Options{Snapshot: -1})
	degrees := new(atomic.Int64)
	agg.Gauge("temperature", func(report func(string, float64)) { report("", float64(degrees.Load())) })
	return agg, degrees
}

func TestAlertFiresAtMostOneTickAfterItsFor(t *testing.T) {
	bubble(t, func(w *world) {
		agg, degrees := w.thermometer()
		ops := &inbox{}
		alerts, err := collect.NewAlerts(agg, collect.AlertOptions{Spec: hot(), Senders: map[string]collect.Sender{"ops": ops}})
		require.NoError(t, err)
		var events []string
		defer telemetry.Subscribe(w.bus, "test", func(e collect.AlertFired) { events = append(events, "fired "+e.Rule) })()
		defer telemetry.Subscribe(w.bus, "test", func(e collect.AlertResolved) { events = append(events, "resolved "+e.Rule) })()
		w.start(agg.Child(), alerts.Child())
		degrees.Store(95)
		time.Sleep(3 * time.Second)
		assert.Empty(t, ops.take())
		time.Sleep(2 * time.Second) // a tick to see it, For, a tick to see that
		assert.Equal(t, []string{"1 hot/ fired"}, ops.take())
		require.Len(t, alerts.View().Alerts, 1)
		assert.Equal(t, alert.Firing, alerts.View().Alerts[0].State)
		degrees.Store(20)
		time.Sleep(2 * time.Second)
		assert.Equal(t, []string{"2 hot/ resolved"}, ops.take())
		assert.Equal(t, []string{"fired hot", "resolved hot"}, events)
	})
}

func TestAlertManagerGoesOnWhereItsPredecessorWas(t *testing.T) {
	bubble(t, func(w *world) {
		agg, degrees := w.thermometer()
		ops := &inbox{}
		spec := hot()
		spec.Rules[0].For = 10 * time.Second
		alerts, err := collect.NewAlerts(agg, collect.AlertOptions{Spec: spec, Senders: map[string]collect.Sender{"ops": ops}})
		require.NoError(t, err)
		top := w.start(agg.Child(), alerts.Child())
		_, err = alerts.Silence(w.Context(), alert.Silence{Rule: "other", Author: "me", Reason: "test", Until: w.sys.Now().Add(time.Hour)})
		require.NoError(t, err)
		degrees.Store(95)
		crash := func() { top.Child("alerts").Kill(); synctest.Wait() }
		time.Sleep(6 * time.Second)
		crash()
		assert.Len(t, alerts.View().Silences, 1)
		time.Sleep(6 * time.Second)
		assert.Equal(t, []string{"1 hot/ fired"}, ops.take(), "for runs from its beginning, across the crash")
		crash()
		time.Sleep(10 * time.Second)
		assert.Empty(t, ops.take(), "nobody is told twice")

		// A delivery that the crash has cut off is made again.
		ops.set(func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) })
		degrees.Store(20)
		time.Sleep(3 * time.Second)
		crash()
		ops.set(nil)
		time.Sleep(2 * time.Second)
		assert.Equal(t, []string{"3 hot/ resolved"}, ops.take())
	})
}

func TestSenderThatFailsPanicsOrHangsIsAnEventAndIsTriedAgain(t *testing.T) {
	broken := map[string]func(ctx context.Context) error{
		"fails":  func(context.Context) error { return errors.New("no line") },
		"panics": func(context.Context) error { panic("no line") },
		"hangs":  func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) },
	}
	for name, then := range broken {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(w *world) {
				agg, degrees := w.thermometer()
				ops, other := &inbox{then: then}, &inbox{}
				spec := hot()
				spec.Routes = append(spec.Routes, alert.Route{Name: "other"})
				spec.Rules[0].Routes = []string{"ops", "other"}
				alerts, err := collect.NewAlerts(agg, collect.AlertOptions{
					Spec: spec, SendTimeout: 2 * time.Second, Senders: map[string]collect.Sender{"ops": ops, "other": other},
				})
				require.NoError(t, err)
				var events []string
				defer telemetry.Subscribe(w.bus, "test", func(e collect.RouteFailed) { events = append(events, fmt.Sprint("failed ", e.First)) })()
				defer telemetry.Subscribe(w.bus, "test", func(e collect.RouteRecovered) { events = append(events, "recovered "+e.Route) })()
				w.start(agg.Child(), alerts.Child())
				degrees.Store(95)
				time.Sleep(10 * time.Second)
				assert.Equal(t, []string{"2 hot/ fired"}, other.take(), "another route is not held up")
				assert.Empty(t, ops.take())
				assert.Equal(t, []string{"ops"}, alerts.View().Failing)
				time.Sleep(31 * time.Second)
				synctest.Wait()
				ops.set(nil)
				time.Sleep(40 * time.Second)
				assert.Equal(t, []string{"4 hot/ fired"}, ops.take())
				assert.Equal(t, []string{"failed true", "failed false", "recovered ops"}, events)
				assert.Empty(t, alerts.View().Failing)
			})
		})
	}
}

func TestSilencesAndAcknowledgementsAreAnsweredWhenTheyHold(t *testing.T) {
	bubble(t, func(w *world) {
		agg, degrees := w.thermometer()
		ops := &inbox{}
		alerts, err := collect.NewAlerts(agg, collect.AlertOptions{Spec: hot(), Senders: map[string]collect.Sender{"ops": ops}})
		require.NoError(t, err)
		w.start(agg.Child(), alerts.Child())
		ctx := w.Context()
		var mistake *alert.FieldError
		_, err = alerts.Silence(ctx, alert.Silence{})
		require.ErrorAs(t, err, &mistake)
		id, err := alerts.Silence(ctx, alert.Silence{Author: "me", Reason: "test", Until: w.sys.Now().Add(time.Minute)})
		require.NoError(t, err)
		degrees.Store(95)
		time.Sleep(10 * time.Second)
		assert.Empty(t, ops.take())
		require.Len(t, alerts.View().Alerts, 1)
		assert.Equal(t, "silenced", alerts.View().Alerts[0].Muted)
		require.NoError(t, alerts.Unsilence(ctx, id))
		require.ErrorIs(t, alerts.Unsilence(ctx, id), alert.ErrNoSilence)
		time.Sleep(2 * time.Second)
		assert.Equal(t, []string{"1 hot/ fired"}, ops.take())
		require.ErrorIs(t, alerts.Acknowledge(ctx, "cold", "", "me"), alert.ErrNoAlert)
		require.NoError(t, alerts.Acknowledge(ctx, "hot", "", "me"))
		assert.Equal(t, "me", alerts.View().Alerts[0].Acknowledged)
	})
}

func TestReplacedRulesGoOnUnderTheirNames(t *testing.T) {
	bubble(t, func(w *world) {
		agg, degrees := w.thermometer()
		ops := &inbox{}
		senders := map[string]collect.Sender{"ops": ops}
		alerts, err := collect.NewAlerts(agg, collect.AlertOptions{Spec: hot(), Senders: senders})
		require.NoError(t, err)
		top := w.start(agg.Child(), alerts.Child())
		degrees.Store(95)
		time.Sleep(6 * time.Second)
		assert.Equal(t, []string{"1 hot/ fired"}, ops.take())
		var missing *collect.SenderError
		require.ErrorAs(t, alerts.Replace(w.Context(), hot(), nil), &missing)
		assert.Equal(t, "ops", missing.Route)
		spec := hot()
		spec.Rules[0].Threshold = 99
		require.NoError(t, alerts.Replace(w.Context(), spec, senders))
		top.Child("alerts").Kill() // the new rules are those of the next incarnation as well
		time.Sleep(3 * time.Second)
		assert.Equal(t, []string{"2 hot/ resolved"}, ops.take())
	})
}

func TestAllMistakesOfRulesAndSendersAreReturnedAtOnce(t *testing.T) {
	bubble(t, func(w *world) {
		agg := collect.NewAggregator(w.sys, collect.Options{})
		spec := hot()
		spec.Rules[0].Series = ""
		_, err := collect.NewAlerts(agg, collect.AlertOptions{Spec: spec})
		var field *alert.FieldError
		var sender *collect.SenderError
		require.ErrorAs(t, err, &field)
		require.ErrorAs(t, err, &sender)
	})
}

func TestDefaultRulesTellWhatIsWrongWithANode(t *testing.T) {
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
		time.Sleep(2 * time.Minute)
		assert.Empty(t, ops.take(), "nothing is wrong")
		w.giveUp()
		time.Sleep(2 * time.Second)
		assert.Equal(t, []string{"1 supervisor-gave-up/ fired"}, ops.take())
		time.Sleep(3 * time.Minute)
		assert.Equal(t, []string{"2 supervisor-gave-up/ resolved"}, ops.take())
	})
}

func TestSilencesOfTheBeginningHoldUntilTheyEnd(t *testing.T) {
	bubble(t, func(w *world) {
		agg, degrees := w.thermometer()
		ops := &inbox{}
		o := collect.AlertOptions{Spec: hot(), Senders: map[string]collect.Sender{"ops": ops}, Silences: []alert.Silence{
			{Author: "me", Reason: "night", Until: w.sys.Now().Add(time.Minute)},
			{Author: "me", Reason: "long ago", Until: w.sys.Now().Add(-time.Minute)},
		}}
		alerts, err := collect.NewAlerts(agg, o)
		require.NoError(t, err)
		w.start(agg.Child(), alerts.Child())
		degrees.Store(95)
		time.Sleep(30 * time.Second)
		assert.Empty(t, ops.take())
		require.Len(t, alerts.View().Silences, 1)
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"1 hot/ fired"}, ops.take())
		o.Silences[0].Until = w.sys.Now().Add(30 * 24 * time.Hour)
		_, err = collect.NewAlerts(agg, o)
		var field *alert.FieldError
		require.ErrorAs(t, err, &field)
		assert.Equal(t, "until", field.Field)
	})
}
