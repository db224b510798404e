// SPDX-License-Identifier: Apache-2.0

// Package testkit tests processes: probes that record what they get, expectations with limits of virtual time, faults on demand, and a check
// that nothing is left.
//
// Guarantees:
//   - Every wait is on the system's clock and ends as soon as what is waited for is there. Nothing sleeps and nothing polls.
//   - A limit is inclusive: what happens at its very end, and what follows from it without more time, is in time. An expectation of nothing
//     waits the whole time.
//   - An expectation takes the first message or event that fits and that no other has taken; what does not fit stays.
//   - The same code runs in a testing/synctest bubble and in a simulation of package sim: all that it asks of a test is a [T].
//   - In a bubble a test fails when it leaves something: processes that do not leave, handlers of killed processes, goroutines, timers.
//   - A test that fails says what is going on in its system: the tree, every mailbox, the last events.
//
// Usage:
//
//	synctest.Test(t, func(t *testing.T) {
//		sys := testkit.System(t, actors.Options{})
//		probe := testkit.NewProbe[Paid](t, sys, "bank")
//		shop := actors.MustSpawn(sys, "shop", newShop(probe.Ref()))
//		shop.Tell(Buy{"tea"})
//		probe.ExpectEqual(time.Second, Paid{"tea"})
//	})
//
// and the same body in a simulation, with sim.Explore and the *sim.Sim in the place of t. [Faulty] makes a behaviour crash, hang or be slow;
// [ExpectEvent] waits for what the runtime tells of itself; [Leaks] compares before and after in the middle of a test.
//
// Duties of the user: expectations, Settle and Advance belong to the test's goroutine, never to a process. A function that is given to an
// expectation only looks. Everything that blocks does so in a way that the bubble or the simulation knows.
//
// Failure modes: an expectation that is not met ends the test with FailNow. [System] panics where time is real. A goroutine that stays in a
// bubble fails the test with its stack, and then the bubble panics.
//
// OTP counterpart: ExUnit's assert_receive and refute_receive. Deviations: a probe's box is not the test's own mailbox, so there is nothing to
// flush between tests; time is virtual, so limits cost nothing and can be exact.
//
// State: a probe's process records, the test reads. A [Faulty] is shared by all incarnations of its process.
//
// Tests of this package run every law in both worlds.
package testkit
