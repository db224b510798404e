// SPDX-License-Identifier: Apache-2.0

// Package sqlite keeps an event store in one SQLite file that any tool can read.
//
// # Guarantees
//
// An append is acknowledged after its transaction is in the write-ahead log and fsync has returned: it survives kill -9, a crash of the kernel and loss of power, if
// the disk keeps what it confirms. Other policies ([Flush]), for the store or a class of streams, promise less for speed: all of them keep everything over kill -9, and lose at most the end
// of the log. Every row carries a CRC-32C over all its fields, checked on every read. A head witness beside the file remembers the last acknowledged position
// and a hash over all (position, id): it notices what SQLite does not, a lost or damaged write-ahead log that leaves fewer rows and no error. One process at a time has the store open;
// its lock ends with the process, however that ends. Should the lock file be removed and the store opened anew, the former process is fenced: it writes nothing more. Settings travel in the name of every connection and are read back.
//
// Reads take pages of at most 512 rows or 4 MiB on connections of their own and hold nothing in between; they never wait for a commit. Writes wait for each other and, while they wait,
// for their context; once begun, a write runs to its end.
//
// Every query tells the engine which index to walk; conditions beside it are checked in windows of positions, so that no statement holds a transaction for long. Removal, rewriting and bookmarks
// are transactions of one batch in the writer's turn. The layout of the file only ever grows: a release opens the files of former ones, and a former one those of this release, whose agent
// contexts it does not see. A file that is opened read-only is not upgraded.
//
// # Usage
//
//	store, err := sqlite.Open("data/events.db", sqlite.Options{Owner: "node-1"})
//	if err != nil { ... }
//	defer store.Close()
//
// People read the view event_log:
//
//	sqlite3 -readonly data/events.db 'select * from event_log'
//
// # Duties of the user
//
// Keep the file, its -wal and its .head together; .lock and .reserve hold nothing of value. With Options.ReserveBytes call FreeReserve before a shutdown on a full disk. Use a local file system: write-ahead logs need shared memory (on Linux Open refuses NFS, SMB, AFS and Coda). Give one owner the
// writing (events.Journal); many concurrent callers of AppendGroup work, but each pays for its own flush.
//
// # Failure modes
//
// Open: [LockedError] names the owner, [LostTailError] both positions, [NewerError] and [ForeignError] leave the file untouched, events.CorruptError names file, page and position.
// Options.ReadOnly looks at what is left, Options.AcceptLoss goes on without what is lost. Later: a full disk gives events.ErrNoSpace,
// changes nothing, and passes when there is space; any other I/O error while writing, and a file that was removed or replaced meanwhile, gives events.ErrPoisoned until the store is opened again, as does [FencedError]; reads go on in both cases.
// Not noticed: a file set replaced as a whole by an older, intact copy of itself.
//
// # State
//
// The holder of the store's turn owns the writing connection, the head of the log and the witness. A pool lends the reading
// connections. Counters lie under one mutex.
//
// # Testing
//
// Code that only needs a store tests against events/memory. Options.Now and Options.Entropy make files reproducible.
package sqlite
