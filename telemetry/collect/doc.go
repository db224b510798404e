// SPDX-License-Identifier: Apache-2.0

// Package collect gathers what happens in a system into series, evaluates alert rules on them, tells people, and makes crash reports.
//
// # Guarantees
//
//   - A figure is part of its series when Record, Count or the Emit of its event returns: what is read afterwards has it. Percentiles are within
//     0.8 %.
//   - Series are bounded: MaxKeys keys in each, what is beyond counts under [Other]; MaxMetrics metrics for each agent; windows and percentiles
//     for the MaxFull agents that report most, totals for all others. What was refused is counted in [Stats].
//   - Reading needs no process: an [Aggregator] and an [Alerts] are handles that outlive their processes' crashes and restarts. While the aggregator's
//     process is down nothing is subscribed, and an emit costs one atomic load.
//   - Rules are evaluated once a tick, on the series as they are then. What an alert waits for, silences and what routes were told survive a crash
//     of the process; a delivery whose fate is unknown is made again. So a delivery comes at least once, and carries an id.
//   - A [Sender] runs on a goroutine of the process under a deadline. One that fails, panics or hangs holds up its own route alone, becomes the event
//     [RouteFailed], and is told again what is still true.
//   - A [Report] is made for each process that crashed itself, before anybody hears of the death; a death that came over a link has none.
//
// # Usage
//
//	agg := collect.NewAggregator(sys, collect.Options{})
//	collect.Measure(agg, "task.seconds", func(e work.TaskEnded) (string, float64, bool) { return e.Queue, e.Took.Seconds(), true })
//	alerts, err := collect.NewAlerts(agg, collect.AlertOptions{Spec: spec, Senders: map[string]collect.Sender{"ops": collect.Webhook(url, nil)}})
//	supervision.Spec{Children: []supervision.Child{agg.Child(), alerts.Child()}}
//
// Without rules there is no need to start an Alerts: no process, no cost.
//
// # Duties of the user
//
// Functions given to Measure and Tally run on the emitter's goroutine and must be quick. Keys come from closed or configured sets; agents have
// [Aggregator.RecordAgent]. A Sender honours its context.
//
// # Failure modes
//
// [NewAlerts] returns all mistakes of the rules and [*SenderError] for a route that nobody sends to. Calls to the alerts' process return the errors of
// actors.Call and of package alert.
//
// # OTP counterpart
//
// The crash reports of proc_lib and the alarm handler. Deviations: a state is shown as its behaviour wants it shown, or as a [Summary] without texts,
// of processes that call [Describe]; agents do. Of links the number is known.
//
// # State and testing
//
// Series belong to the Aggregator's handle, each under a lock of its own that is held for one figure or one reading. Alerts belong to their process, which
// publishes them. Tests run in testing/synctest: a tick is then a step of virtual time.
package collect
