// SPDX-License-Identifier: Apache-2.0

// Command adaptive runs one job twice, side by side: with fixed settings, and with settings that are variables which adapt themselves to the load.
//
// The job sends items to a service, in chunks, with so many calls at once. How much that brings depends on the service, which changes while the job runs: how
// many calls it serves at a time, what a call costs besides its items, and what it costs to have too many of either. Nobody tells the job when.
//
// Guarantees: both runs send the same items to services that change at the same moments and draw their delays from the same seed. What the variables do is on
// the one way of every change: proposed, validated, committed, told; what makes things worse is taken back.
//
// Usage: go run ./examples/adaptive, or make run-adaptive. It takes a minute, prints what both have done in each phase of the load, why the variables
// changed, and draws adaptive.svg. -phase sets how long a phase is, -o where the picture goes.
//
// How it is built: service.go is the service, job.go the process that keeps calls under way and measures them, settings.go the two variables and how they
// adapt, plot.go the picture. The parallelism is tried for all calls at once, as calls compete for the service: what one of them gains others lose. The chunk is tried
// by two of eight senders, beside the others, as that is their own affair.
//
// State: the service's and the job's are in their processes, the variables' in their space. Testing: the same job runs in testing/synctest, where ten minutes are
// a second.
package main
