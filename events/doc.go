// SPDX-License-Identifier: Apache-2.0

// Package events keeps facts for good: an append-only history in streams, with one order over all of them.
//
// # Guarantees
//
// Order: positions rise strictly in the order of the commits, versions are dense within a stream, and a reader never sees a
// position before the one below it. Delivery: an acknowledged append is stored once, wholly, and as durable as its back end promises (events/sqlite: after fsync;
// events/memory: not at all). An append is all or nothing; a refused one never disturbs the others of its group. Repeating an append with the same ids and content
// gives the original places and writes nothing, so a lost acknowledgement is no reason for doubt. Damage is never passed over in silence: a read ends with an error that names the place.
//
// A [Query] names the index that it walks ([Query.Explain]) and is refused if it would scan the log. Its pages follow a cursor; a page is a consistent view up to its Head, and everything up
// to Through has been given. Whoever wants to follow the log asks the journal for the next head ([NextHead], [Journal.WaitHead]): no commit slips in between.
//
// What retention removes is removed from the front of a stream, a batch at a time, and never beyond a snapshot, a bookmark or a hold unless that is forced. Positions and versions are
// never given again, and nobody passes over the hole unaware: reads and complete queries that ask for something that is gone get [CompactedError].
// A rewritten event keeps everything but its data, and its original until [Store].Confirm. An export is whole or it is recognised as cut.
//
// A [Journal] is the one process that writes to a store. It commits what waits as one group and then answers each caller; under load the groups grow by themselves, and nobody lingers for company.
// What may wait is bounded in appends and bytes: beyond that an append waits for room until its context ends, or fails with [ErrBusy]. Appends enter the log in the order in which they reach the process.
// When the process dies, every request without an answer fails, and its outcome is open. After an I/O error it ends and refuses to start again, so its supervisor gives up and passes the fault on; reads go on.
//
// # Usage
//
// In a node:
//
//	journal := events.NewJournal(store, events.JournalOptions{})
//	child := supervision.Worker(journal.Name(), journal.Behavior, journal.ProcessOptions()...)
//	where, err := journal.Append(ctx, "orders/17", events.NoStream, events.New{ID: id, Type: "order.placed", Data: data})
//
// A process that must not block uses [Submit]. Without processes:
//
//	out, err := store.AppendGroup(ctx, []events.Append{{
//		Stream: "orders/17", Expect: events.NoStream,
//		Events: []events.New{{ID: id, Type: "order.placed", Data: data}},
//	}})
//	for e, err := range store.Read(ctx, "orders/17", 0) { ... }
//
// Typed events come from a [Catalog]: [Register] gives a [Kind] that makes, checks and decodes them, and brings old versions to the present one when they are read.
//
//	catalog := events.NewCatalog()
//	placed := events.MustRegister[OrderPlaced](catalog, events.Schema{Name: "order.placed", Version: 2, Required: []string{"item"}, Upcasts: ...})
//	fact, err := placed.New(OrderPlaced{Item: "tea"})
//
// Chains of causes come about by themselves: a context made by [WithCause] gives the events that are appended under it their correlation and causation; the handlers of events/follow have one.
// events/topic hands events to processes by wildcards, events/standard is the catalogue of what a node itself writes.
//
// [NewUpkeep] is the process that applies a [Retention] and a [Migration] between appends. [TraceOf] gives everything of one correlation as a forest of causes; [Export], [Import] and
// [Verify] are for operators.
//
// # Duties of the user
//
// Fill a catalogue before its first use, and write upcasts as pure functions. Drop the bookmarks of readers that are gone: retention waits for the slowest. Choose ids before the first attempt and keep them for the repetition. Do not change Data or Metadata after handing them over. Take a
// snapshot now and then for streams that are replayed; it is a cache and may vanish.
//
// # Failure modes
//
// Of one append: [FieldError], [VersionError], [ConflictError]. Of everything: [ErrBusy] when too much waits, [ErrNoSpace] while the disk is full, [ErrPoisoned] after an
// I/O error until the store is opened anew, [ErrReadOnly], [ErrClosed]. Of a read: [CorruptError], [CompactedError]. Of a query: [QueryError], [ErrScan]. Of typed events:
// [TypeError] and [FieldError] before an append, [UpcastError] when they are read; an event of a later release is no error but [Decoded].Unknown. Of upkeep: [MigrationError], after which the event
// is as it was. Of an import: [ImportError].
//
// # OTP
//
// There is no counterpart in OTP's kernel; disk_log is the nearest, which has neither streams nor expected versions.
//
// # State
//
// The journal's process owns the requests it has taken; the handle's gate counts them under a mutex that is never held while waiting. A [Store] owns its files. [Judge], which decides what is appended, is pure and shared by all back ends.
//
// # Testing
//
// Use events/memory; inside a testing/synctest bubble the journal's process runs on virtual time. A new back end runs testkit/conform/storesuite.
package events
