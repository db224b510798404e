// SPDX-License-Identifier: Apache-2.0

// Package alert decides when something is worth telling people: rules over series in, alerts and deliveries out.
//
// # Guarantees
//
//   - An alert is one pair of rule and key (what the rule looks at may have many keys, such as agents). It is Inactive; Pending from
//     the first breach; Firing when the breach has lasted for Rule.For without a break; Resolved for one step when the value has been
//     beyond the clear threshold for Rule.ClearFor; then Inactive.
//   - Only fresh samples count. A value older than [Stale] ticks, or none, is no data, and Rule.NoData says what that means.
//   - Silences and inhibition mute deliveries, never the evaluation: what a muted alert does is in [Output.Changes] all the same, and what
//     is still true when the muting ends is delivered then.
//   - A route is told that an alert fires once, again only after its Repeat, and that it is resolved if and only if it was told that it
//     fires. [FlapChanges] changes within [FlapPeriod] become one notice that says flapping, until the alert is steady.
//   - One step makes at most one delivery for a route, with everything it is to be told. Beyond its MaxPerMinute a route is told later, in
//     one delivery, what is then still true: nothing queues up and nothing that lasts is lost.
//   - The package is pure: the time is an argument, and equal inputs give equal outputs in the same order.
//
// # Usage
//
//	m, err := alert.New(alert.Spec{Rules: []alert.Rule{{Name: "slow", Series: "task.seconds", Stat: alert.P99, Threshold: 2, For: time.Minute}}})
//	out := m.Step(now, view) // once a tick
//
// # Duties of the user
//
// One owner steps a Machine, once a tick, with a view of one moment. Who sends a delivery reports its fate with [Machine.Sent] or
// [Machine.Failed]; a failed one is told again after the route's Retry.
//
// # Failure modes
//
// [New] returns every mistake of a spec at once, as [*FieldError] values. [Machine.Silence] and [Machine.Acknowledge] return them, or
// [ErrNoAlert]. A rule has at most [MaxKeys] alerts; further keys are left out and counted.
//
// # State and testing
//
// The Machine owns all state; [Machine.Memory] is a copy from which another Machine goes on. Rules are tested like code: series in, alerts
// out; see the scripts in testdata.
package alert
