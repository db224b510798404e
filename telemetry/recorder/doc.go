// SPDX-License-Identifier: Apache-2.0

// Package recorder keeps the last events of a node and of each process in memory, for crash reports and for those who come to look.
//
// # Guarantees
//
//   - Memory is bounded by events and by bytes ([Options]), whatever happens: old entries make room. Entries that are just being
//     written come on top.
//   - Neither writers nor readers take a lock, and a reader never holds up a writer. What a reader gets is immutable, in the order of
//     recording, without a duplicate; entries that are overwritten meanwhile are left out.
//   - An entry holds text, made when the event is recorded: the recorder keeps nothing alive that an event refers to.
//   - Only what an event shows to the log ([telemetry.Logged]) is in it, without stacks. So messages, secrets and sealed bids never are; of other events
//     there is the name.
//   - A process shares its ring with those whose paths hash alike: what is said of it is true, and older events of a quiet process may have
//     been pushed out by a busy one.
//
// # Usage
//
//	rec := recorder.New(recorder.Options{Now: sys.Now, Subject: collect.SubjectOf})
//	cancel := rec.Attach(bus)
//	defer cancel()
//	for _, e := range rec.LastOf("/app/db", 20) {
//		fmt.Println(e)
//	}
//
// # Duties of the user
//
// Record runs on the goroutine of whoever emits, so Subject, Accept and the LogAttrs of events must be quick.
//
// # Failure modes
//
// None: an event that cannot be kept pushes others out, and [Stats] says how many were seen and are kept. A panic in LogAttrs is that of a
// subscriber: the bus counts it.
//
// # OTP counterpart
//
// sys:get_log of a process, and the log of an event handler in the style of alarm and log_mf_h, which writes to disk; this one does not.
//
// # State and testing
//
// The recorder owns its rings. Tests emit and read: an entry is there when Emit returns.
package recorder
