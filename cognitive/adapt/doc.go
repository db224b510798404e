// SPDX-License-Identifier: Apache-2.0

// Package adapt improves one variable, or a group of them, from measured results, and takes back what makes things worse.
//
// # Guarantees
//
// A [Machine] never proposes a value that its kind does not allow. It has at most one change on trial: a candidate runs beside the present value, for a slice of the agents,
// and is judged against what the others report at the same time; where there is no slice it runs alone for a while and is judged against what was before.
// A candidate is kept only when an interval that is valid at every look lies wholly on the better side. After every change the machine watches, and asks
// for the value before when things got significantly worse; that value is not tried again for ten windows. Three such returns within an hour freeze it until
// somebody resumes it. When nothing helps it rests, longer each time, and wakes when the results change.
//
// Exploring is bounded twice, and neither bound is ever exceeded: candidates that are not kept have at most the share Exploration of all reports beside two trials, and cost at most
// Budget in an hour.
//
// What is worth a trial is said by package bandit for choices, by the tracker of package optimize for all numbers of a group together, taught by pairs of short looks on both sides, and
// by the loads themselves where these are to be balanced. A [Problem] that is there for some cycles has its remedy tried first, and then the next one. Steps do not grow at the ends of a
// range, nor when a change was refused.
//
// Reports that are not finite are counted and dropped; none moves an estimate by more than four deviations once the first are in.
//
// The package is pure: time is in the inputs, and random numbers come from the seed in the Spec. The same inputs give the same effects.
//
// # Usage
//
//	m, err := adapt.New(adapt.Spec{Kind: k, Strategy: adapt.PerformanceFeedback, Goals: adapt.Goals{Weights: []adapt.Weight{{"throughput", 1}}}}, value)
//	for _, e := range m.Step(adapt.Cycle{At: now}) { ... } // effects, in order
//
// # Duties of the user
//
// A Try, Promote or Revert is answered with Changed or Refused before the next Cycle. Reports are of the version that is in force, or of the slice.
//
// # Failure modes
//
// [New] returns every mistake of a Spec, joined. [StrategyError] names a strategy that there is not.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// A machine belongs to one process. Its state goes through MarshalBinary and comes back; a trial that was under way is given up.
package adapt
