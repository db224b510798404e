// SPDX-License-Identifier: Apache-2.0

package fault

// infrastructure is 2xxx: disks, networks, files and other programs. 20xx are errors of the standard library.
var infrastructure = []Entry{
	{
		2001, "context.DeadlineExceeded", nil, Medium, later, false,
		"A deadline passed before the work was done.",
		"Allow more time, or find out why it took so long; the work may have been done nevertheless.",
	},
	{
		2002, "context.Canceled", nil, Low, never, false,
		"The caller gave the work up.",
		"Nothing: somebody wanted it so.",
	},
	{
		2003, "io/fs.ErrNotExist", nil, Medium, never, false,
		"A file or folder does not exist.",
		"Check the path.",
	},
	{
		2004, "io/fs.ErrExist", nil, Medium, never, false,
		"A file or folder exists already.",
		"Choose another name, or remove it.",
	},
	{
		2005, "io/fs.ErrPermission", nil, High, escalate, false,
		"The operating system refuses access.",
		"Give the user that the program runs as the right to it.",
	},
	{
		2006, "io/fs.ErrClosed", nil, Medium, restart, false,
		"A file or connection is closed already.",
		"Open it again.",
	},
	{
		2007, "syscall.ENOSPC", nil, High, steadily, false,
		"A disk, or the user's share of it, is full.",
		"Free space.",
	},
	{
		2008, "syscall.ECONNREFUSED", nil, Medium, later, false,
		"Nobody listens at the address.",
		"Check that the other side runs, and the address.",
	},
	{
		2009, "syscall.ECONNRESET", nil, Medium, later, false,
		"A connection broke, or the other side closed it.",
		"Try again; look at the other side if it goes on.",
	},
	{
		2010, "syscall.EADDRINUSE", nil, High, escalate, false,
		"Another program listens at the address.",
		"Choose another address, or end the other program.",
	},
	{
		2011, "syscall.EMFILE", nil, High, slowly, false,
		"The process, or the machine, has as many files open as it may.",
		"Raise the limit of open files, or find what does not close them.",
	},
	{
		2012, "syscall.EIO", nil, Critical, escalate, false,
		"A device failed to read or write.",
		"Check the disk and its log; restore from a copy if data is lost.",
	},
	{
		2013, "syscall.ETIMEDOUT", nil, Medium, later, false,
		"The operating system, or a connection, gave up waiting.",
		"Try again; look at the other side and the network if it goes on.",
	},
	{
		2014, "syscall.ENOMEM", nil, Critical, restart, false,
		"There is no memory left.",
		"Lower the load or the limits, or give the machine more memory.",
	},
	{
		2015, "io.ErrUnexpectedEOF", nil, Medium, later, false,
		"Data ended before it was whole.",
		"Get it again.",
	},
	{
		2016, "syscall.EROFS", nil, High, escalate, false,
		"The file system can only be read.",
		"Mount it for writing, or choose another place.",
	},
	{
		2101, "events.VersionError",
		[]string{"events.ErrVersion"},
		Low, quickly, false,
		"A stream was not at the version that the append expected: somebody else was first. Nothing was stored.",
		"Read the stream again, decide again, and append at the version it has now.",
	},
	{
		2102, "events.ConflictError",
		[]string{"events.ErrIDConflict"},
		Medium, never, false,
		"The id of an event is in use for another event. Nothing was stored.",
		"Give every event an id of its own, and repeat an append unchanged.",
	},
	{
		2103, "events.CorruptError",
		[]string{"events.ErrCorrupt"},
		Critical, escalate, false,
		"Stored bytes are not what was written. The node refuses to go on rather than guess.",
		"Keep the file, check the disk, and restore the store from an export or a copy; 'position' in the error says where the damage is.",
	},
	{
		2104, "events.ErrNoSpace", nil, Critical, steadily, false,
		"The disk of the event store is full. Nothing of the append was stored, and reads go on.",
		"Free space on the disk of the store; appends go on by themselves then.",
	},
	{
		2105, "events.ErrPoisoned", nil, Critical, escalate, false,
		"An earlier write failed in a way that leaves open what the disk holds. Nothing more is acknowledged; reads go on.",
		"Find the first write error in the log, remove its cause, and restart the node.",
	},
	{
		2106, "events.ErrReadOnly", nil, High, escalate, false,
		"The store was opened for reading, or its folder cannot be written.",
		"Give the node's user the right to write to the folder, or open the store for writing.",
	},
	{
		2107, "events.ErrClosed", nil, Medium, restart, false,
		"The event store or its journal is closed.",
		"Wait for the restart of the journal; a node that ends closes it for good.",
	},
	{
		2108, "events.UpcastError",
		[]string{"events.ErrNoUpcast"},
		High, escalate, false,
		"An old event cannot be brought to the present version of its type.",
		"Register the missing step, or run the release that wrote the event.",
	},
	{
		2109, "events.CompactedError",
		[]string{"events.ErrCompacted"},
		Medium, never, false,
		"Events that were asked for have been removed by retention.",
		"Begin with a snapshot, or at the first position that the error names, knowing that something is missing.",
	},
	{
		2110, "events.MigrationError", nil, High, escalate, true,
		"An event could not be rewritten in the present version of its type; it is stored as it was.",
		"Correct the step that the error names, and let the migration go on.",
	},
	{
		2201, "events/sqlite.LockedError",
		[]string{"events/sqlite.ErrStoreLocked"},
		High, slowly, false,
		"Another process has the store open.",
		"End the process that the error names, or give this node a folder of its own.",
	},
	{
		2202, "events/sqlite.LostTailError",
		[]string{"events/sqlite.ErrLostTail"},
		Critical, escalate, false,
		"Events that were acknowledged are no longer in the file.",
		"Bring the missing file back, -wal above all; only if that is impossible, open the store once with the loss accepted.",
	},
	{
		2203, "events/sqlite.NewerError",
		[]string{"events/sqlite.ErrNewerStore"},
		High, escalate, false,
		"A later release wrote the file; nothing was changed.",
		"Run that release.",
	},
	{
		2204, "events/sqlite.ErrNotLocal", nil, High, escalate, false,
		"The store would be on a network file system, where locks and syncs cannot be trusted.",
		"Choose a folder on a local disk.",
	},
	{
		2205, "events/sqlite.ForeignError",
		[]string{"events/sqlite.ErrForeign"},
		High, escalate, false,
		"The file is a database of some other program; nothing was changed.",
		"Choose another path.",
	},
	{
		2206, "events/sqlite.FencedError",
		[]string{"events/sqlite.ErrFenced"},
		Critical, escalate, false,
		"Another process has opened the store since, and this one writes no more.",
		"Let one process have the store; restart this node once the other has ended.",
	},
	{
		2301, "events/follow.ErrConsumerActive", nil, Medium, slowly, false,
		"Another consumer of the name lives in the system.",
		"End it first, or choose another name.",
	},
	{
		2302, "events/follow.HaltError", nil, High, escalate, true,
		"A consumer has halted at an event that it could not handle.",
		"Correct what the cause names, and have the consumer go on.",
	},
	{
		2303, "events/topic.ErrAsked", nil, Low, never, false,
		"A subscription was asked while its question before was open.",
		"Wait for the answer first.",
	},
	{
		2311, "events/sourced.ErrFenced", nil, Medium, restart, false,
		"Somebody else writes to the stream of an event-sourced process, which therefore ends.",
		"Run one process per stream; the restarted one reads what the other wrote.",
	},
	{
		2312, "events/sourced.QuarantinedError",
		[]string{"events/sourced.ErrQuarantined"},
		Critical, escalate, true,
		"The events of an entity cannot be read, decoded or applied; it refuses all commands.",
		"Correct the machine, or repair the event that the error names, and restart the entity.",
	},
	{
		2313, "events/sourced.ErrDiverged", nil, Critical, escalate, false,
		"A replay gives another state than the snapshot.",
		"Make the machine pure again, or remove the snapshots of its earlier form.",
	},
	{
		2401, "internal/admin.UnreachableError", nil, Medium, slowly, false,
		"No node answers at the address.",
		"Check that the node runs; --addr or --socket names another one.",
	},
	{
		2402, "internal/admin.ErrNoNode", nil, Medium, slowly, false,
		"What answers at the address is no node.",
		"Check the address.",
	},
	{
		2403, "internal/admin.ErrInUse", nil, High, escalate, false,
		"Another living node answers at the socket.",
		"Give this node another name or socket, or end the other one.",
	},
	{
		2404, "internal/admin.ErrNoSocket", nil, High, escalate, false,
		"Something else than a socket is at the path; it is left alone.",
		"Remove it, or choose another path.",
	},
	{
		2405, "internal/admin.ErrTooLong", nil, Medium, never, false,
		"The path is longer than the system allows for sockets.",
		"Choose a shorter path with surfaces.socket.",
	},
	{
		2406, "internal/admin.ErrForeignFolder", nil, High, escalate, false,
		"The folder for sockets is another user's, or open to others.",
		"Remove it, or set surfaces.socket.",
	},
	{
		2407, "internal/admin.StatusError", nil, Medium, custom, true,
		"A node refused a request, for the reason that its answer gives.",
		"Read the node's words; the code of its answer, if it gave one, says more.",
	},
	{
		2408, "internal/admin.Problem", nil, Medium, custom, true,
		"The HTTP interface refused a request.",
		"The word in its code says why.",
	},
	{
		2409, "internal/admin.ErrTailEnded", nil, Medium, slowly, false,
		"The node has ended a stream of events: it stops, or it cannot read on.",
		"Ask again from behind the last event; nothing is left out.",
	},
	{
		2501, "agents/reviewer.ReadError", nil, Medium, later, true,
		"A folder or file to review could not be read.",
		"Check the path and the rights.",
	},
	{
		2511, "agents/work.JournalError", nil, High, restart, true,
		"A queue ended because its journal failed; it is rebuilt from what is durable.",
		"Correct what the cause names; the supervisor starts the queue again.",
	},
	{
		2512, "agents/work.ResultsError", nil, High, escalate, false,
		"A results file ends with something else than an outcome of the queue's journal. It is left as it is.",
		"Move the file away, or give the queue its own journal back.",
	},
	{
		2513, "agents/work/plan.HistoryError", nil, Critical, escalate, false,
		"The journal of a queue is damaged, out of order or of another queue.",
		"Keep the journal, and restore it from an export or a copy.",
	},
	{
		2514, "agents/work/plan.ErrUnknownType", nil, High, escalate, false,
		"The journal of a queue holds events that this release does not know.",
		"Run the release that wrote them.",
	},
	{
		2515, "agents/work/plan.ErrSnapshot", nil, Medium, never, false,
		"A snapshot of a queue is damaged or of an unknown version; the journal is read instead.",
		"Nothing: the next snapshot replaces it.",
	},
	{
		2611, "market/ledger.ErrSnapshot", nil, Medium, never, false,
		"A snapshot of a ledger is damaged, or not of its history; the journal is read instead.",
		"Nothing: the next snapshot replaces it.",
	},
	{
		2612, "market/ledger.ImbalanceError",
		[]string{"market/ledger.ErrImbalance"},
		Critical, escalate, false,
		"The journal of a ledger, or its book, breaks a law of bookkeeping.",
		"Keep the journal, and restore it from an export or a copy.",
	},
	{
		2621, "market.ErrUnavailable", nil, Medium, quickly, true,
		"A process of a market is down, or ended before it answered; whether what was asked was done is open.",
		"Repeat it with the same key.",
	},
	{
		2622, "market.ErrSolverCrashed", nil, High, later, false,
		"The solver that finds the winners of an auction has crashed, and again when it was repeated; nothing is sold.",
		"Report it with the auction's log; hold the auction again with other rules.",
	},
	{
		2624, "market/orderbook.ErrSnapshot", nil, High, never, false,
		"A snapshot of a book of orders is not what was written.",
		"Delete it: the journal has everything.",
	},
}
