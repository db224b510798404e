// SPDX-License-Identifier: Apache-2.0

// Package registry knows the agents: who there is, what they can do, how they are. One process writes, everybody reads without asking it.
//
// # Guarantees
//
//   - Reads ask no process. [Registry.Lookup] goes to a table and allocates nothing; a query is answered from one immutable index.View, so its
//     answer is true of one version, in the rows and in all indexes.
//   - A write is published before it is answered. What is queued together makes one commit, of up to 256 writes or one batch; each is refused by
//     itself, and a commit changes every index that it touches or none. Lookup may be ahead of the View by the commit in progress, and only
//     until the call returns.
//   - Whoever is registered under a process of this system is monitored: when it ends its rows leave the tables and every index in one commit, a wave
//     of deaths in few. What is known of it stays for Options.Retention: the next incarnation goes on with its figures, times and versions.
//   - Versions of a row and of the View only rise, in one life of the registry.
//   - A watch ([Subscribe]) is told every change of what its query means, in order, once, and without a gap; what it left lying beyond its buffer is
//     folded into what it comes to, and marked, or ends the watch.
//   - When the owner ends, its holder has the tables before anybody hears of it; readers notice nothing, and the next owner goes on: it brings View
//     and rows together, monitors everybody again, and tells watchers what the last one did not. When owner and holder end at once, the registry
//     begins anew with what its [Source] knows; who registered himself does so again.
//
// What blocks: writes, Settle and Subscribe, until the owner has answered, for as long as ctx allows. Report, and the news of a source, never do.
//
// # Usage
//
//	reg, child, err := registry.New(sys, registry.Options{Source: registry.FromDirectory(dir, "node-1")})
//	// child goes into a supervisor, behind those of the directory and before the agents
//
//	row, err := reg.Register(ctx, &index.Row{ID: "a", Capabilities: ..., State: query.Ready, Handle: ctx.PID()})
//	page, err := reg.Find(q)
//
// # Duties of the user
//
// Rows that were handed in, or came out, are never changed by anybody. Who asks the same often prepares the query once, for [Registry.Answer]. Who counts
// work in hand with [Inflight] takes away what he added.
//
// # Failure modes
//
// Writes: [*InvalidRowError], [*DuplicateError], [*DeadError], [*NotFoundError], [*VersionError], [*LimitError], lifecycle.ErrTransition, [ErrReadOnly];
// [*UnavailableError] when there is no owner or it ended over the call, which says whether the write may be done. Queries: query.ErrBadQuery, and
// [ErrUnavailable] when there are no tables. A slow watch ends with [ErrSlow], if it asked for that.
//
// # OTP counterpart
//
// A gen_server with ets tables and an heir.
//
// # State
//
// The tables belong to the owner, or to the holder meanwhile. The handle keeps what has to outlive both: who watches, what they have been told, and
// which agents there is news of.
//
// # Testing
//
// As for package actors: inside testing/synctest, or in a simulation, where Settle ends all waiting. The package's own tests end the owner between
// any two messages and inside commits.
package registry
