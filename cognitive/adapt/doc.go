// SPDX-License-Identifier: Apache-2.0

// Package adapt improves one variable from measured results, and takes back what makes things worse.
//
// # Guarantees
//
// A [Machine] never proposes a value that its kind does not allow. It has at most one change on trial: a candidate runs beside the present value, for a slice of the agents,
// and is judged against what the others report at the same time; where there is no slice it runs alone for a while and is judged against what was before.
// A candidate is kept only when an interval that is valid at every look lies wholly on the better side. After every change the machine watches, and asks
// for the value before when things got significantly worse; that value is not tried again for ten windows. Three such returns within an hour freeze it until
// somebody resumes it. What exploring costs is counted, and no trial begins when the budget of the hour is spent. When nothing helps it rests, longer each
// time, and wakes when the results change.
//
// Reports that are not finite are counted and dropped; none moves an estimate by more than four deviations once the first are in.
//
// The package is pure: time is in the inputs, and there is no randomness. The same inputs give the same effects.
//
// # Usage
//
//	m, err := adapt.New(adapt.Spec{Kind: k, Objective: adapt.Objective{Weights: []adapt.Weight{{"throughput", 1}}}}, value)
//	for _, e := range m.Step(adapt.Cycle{At: now}) { ... } // effects, in order
//
// # Duties of the user
//
// A Try, Promote or Revert is answered with Changed or Refused before the next Cycle. Reports are of the version that is in force, or of the slice.
//
// # Failure modes
//
// [New] returns every mistake of a Spec, joined.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// A machine belongs to one process. Its state goes through MarshalBinary and comes back; a trial that was under way is given up.
package adapt
