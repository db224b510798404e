// SPDX-License-Identifier: Apache-2.0

// Package migrate puts one registry in the place of another while agents register, change and die, and callers look them up.
//
// # Guarantees
//
//   - Consumers hold one registry.Book, [Migration.Book]. No call fails because of a step, and none is done twice.
//   - A reader sees what it has written, in every phase: while readers ask one registry and writers the other, a write returns when both have it.
//   - What was acknowledged is not lost: not by a switch or a roll-back with writers at work, nor by the death of the migration, or of either
//     registry's process, at any moment. (What a registry loses together with its holder is lost as it is without a migration; on the side that
//     follows even that is put right.)
//   - At most one of the two takes writes. The other is sealed: its own process refuses them, so that no caller who is late can write there.
//   - Nothing is switched between registries that differ: [plan.Verify] and [plan.SwitchReads] compare every row of both, ids, versions and
//     digests, and return every difference.
//   - Until [plan.Retire] there is a way back: [plan.Rollback] at any step, with the writes made since.
//   - With a [Watch] it compares the calls of the new registry with those of the old after each switch, and rolls back by itself when they take longer or
//     fail more often than is tolerated.
//   - Each step may be ordered again, is journalled before it counts, and goes on by itself after a crash, or after kill -9 with a durable [Journal].
//     Of the registries themselves nothing survives kill -9: agents register anew, with the registry that the journal says.
//
// # Usage
//
//	m, child, err := migrate.New(sys, migrate.Spec{Old: migrate.Basic(old), New: migrate.Enhanced(new), Journal: migrate.NewFile(path)})
//	book := m.Book() // for consumers
//	for _, step := range []plan.Command{plan.Start, plan.Copy, plan.Verify, plan.SwitchReads, plan.SwitchWrites, plan.Retire} {
//		status, err := m.Do(ctx, step)
//	}
//
// The steps are those of package plan, which decides. The child stands behind the registries' and before the consumers.
//
// # Duties of the user
//
// Nobody writes to either registry but through the Book. One migration at a time is about a registry. An enhanced registry that follows a source of
// its own is not one to migrate to or from: its rows are the source's.
//
// # Failure modes
//
// Of steps [plan.ErrStep], [ErrDifferent], [ErrOpenCalls], registry.ErrUnavailable; of starts [ErrForeign]; of the Book those of the registry it stands
// for, and registry.ErrUnavailable when the migration's process is away for seconds in the midst of a switch. When it is away otherwise, calls go on.
//
// # OTP counterpart
//
// None. The nearest is the transfer of an ets table under a running system.
//
// # State
//
// The process owns the record and the marks up to which both sides are equal; only the record is journalled. The way that calls take is one
// pointer, written by the process alone. To test code that uses a migration, run it in a bubble or a simulation with a [Memory].
package migrate
