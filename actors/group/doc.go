// SPDX-License-Identifier: Apache-2.0

// Package group lets processes find one another by what they do: a process joins groups by name, and whoever looks gets the members that
// live now.
//
// Guarantees:
//   - A process may join a group any number of times; [Scope.Leave] undoes the last time, and the end of the process undoes all, before
//     anybody hears of the end. Members are listed once for each time, in the order of joining.
//   - A group exists while it has members. A group that nobody is in and one that never was are the same: empty.
//   - Reads ask no process and take no lock: they see the group as it was after one of its changes. A listing that is being iterated does not
//     change.
//   - [WatchGroup] and [WatchScope] return who is there and then deliver each change, in order and with no gap, as messages of the watching
//     process's own type. A change arrives before whatever its author sends to the watcher afterwards, and a death before its Down. After
//     [Watch.Stop] nothing is delivered.
//   - Processes that have ended, or are fenced, cannot join. Joining several processes takes all of them or none.
//
// Nothing blocks, except for the few instructions in which a scope makes another change.
//
// Usage:
//
//	workers := group.In(ctx, "")                          // the default scope of ctx's system
//	err := workers.Join(ctx, "thumbnails")                // in an Init
//	refs, err := group.Members[Job](workers, "thumbnails") // anywhere
//
// Scopes are name spaces of a system and know nothing of one another; a scope is there as soon as it is named and as long as the system.
//
// Duties of the user: none beyond those of package actors. A list that is returned belongs to the caller; the Members of an [Event] are shared
// among the watchers and must not be changed.
//
// Failure modes: [actors.ErrFenced] for a process that joins when it is being killed or has ended, [actors.ErrNoProc] for another that has
// ended, [ErrForeign] for one of another system, [ErrNotJoined], and [actors.ErrWrongType] from [Members] for members that take other
// messages. A function that is missing where one is needed is a panic that says so.
//
// OTP counterpart: pg. Deviations: a scope is no process, so it cannot be stopped or missing, and garbage cannot be sent to it; changes are
// made at once in the author's turn instead of through the scope's process, so they are visible when Join returns and a death is when it is
// announced; members come in the order of joining, where pg promises none; a member's end is one event for each of its groups, with the
// member listed once for each time that it had joined, where pg sends an event for each time; an event lists those who left, where pg repeats
// the list that it was given. Groups are of one system; nothing is distributed.
//
// State: a scope's lock guards who is in which group; what readers see is replaced as a whole. Tests: as for package actors, inside
// testing/synctest.
package group
