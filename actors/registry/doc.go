// SPDX-License-Identifier: Apache-2.0

// Package registry finds processes by keys of any type, with a value for each registration: names, topics, properties.
//
// Guarantees:
//   - In a registry with [Unique] keys a key is held by one living process at a time; with [Duplicate] keys by any number, and by one process
//     any number of times.
//   - A process registers itself. Its entries vanish when it ends, before anybody hears of its end; its keys are free then. What a killed
//     process's abandoned handler still tries to change is refused.
//   - Reads ask no process. Finding a unique key, and going through the entries of one, takes no lock; [Registry.Find] allocates nothing. A
//     listing that is being iterated does not change, and its order is that of registration.
//   - A [Listener] hears of each registration and of each end of one, those of a key in order and with no gap, before whatever their author sends
//     it afterwards.
//   - [Via] is a Ref that resolves a unique key at each send.
//   - [Registry.Lock] lets one process at a time do something about a key.
//
// What blocks: Lock until the lock is free. Everything else takes as long as it takes, behind at most one other change of the same partition.
// Functions of the caller (match, update, those of Dispatch and Lock) run in the caller, with no lock of the registry held but the one asked for.
//
// Usage:
//
//	rooms, err := registry.Start[string, int](ctx, registry.Spec{Name: "rooms"})
//	err = rooms.Register(ctx, "lobby", 12)              // in the turn of the process that registers
//	e, err := rooms.Find("lobby")                       // anywhere: e.PID, e.Value
//	lobby, err := registry.Via[Msg](rooms, "lobby")     // an actors.Ref[Msg]
//
// Under a supervisor the child is supervision.Worker("rooms", registry.Owner[string, int](spec)), before those who register; with rest_for_one
// they register anew when the registry was restarted. [Open] finds it by name.
//
// Duties of the user: values are shared with all who find them and must not be changed, except by replacing them with [Registry.UpdateValue]. Keys
// must be comparable also at run time: an interface that holds a slice panics, as in a map.
//
// Failure modes: [*AlreadyRegisteredError] for a unique key that is held, [ErrNotRegistered], [ErrNotUnique], [*EndedError] (which matches
// [ErrEnded]) from a registry whose process has ended, [ErrNoRegistry] and [actors.ErrWrongType] from Open, [ErrNoMeta], [ErrLockHeld],
// [actors.ErrFenced] to processes that have ended.
//
// OTP counterpart: Elixir's Registry. Deviations: keys are always spread over the partitions by key, and the registry belongs to one process
// instead of a supervisor with one per partition; no process is linked to it, since entries go by themselves, so whoever is to end with the
// registry links itself to its PID; listeners subscribe, and hear of the entries of the dead too; conditions are Go functions instead of match
// specifications; Dispatch calls its function once, in the caller, and not in parallel; a lock that a process holds already is refused to it
// instead of blocking it for ever; listings have an order.
//
// State: who holds what is guarded by a lock for each partition and one for each process that has entries; what readers see is replaced as a
// whole. The registry's process owns it in that it ends with it. Tests: as for package actors, inside testing/synctest.
package registry
