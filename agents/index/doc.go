// SPDX-License-Identifier: Apache-2.0

// Package index holds the rows of the agent registry and answers queries about them.
//
// # Guarantees
//
//   - A [View] is immutable. [View.Apply] makes a new one that shares what did not change; a reader of the old one sees nothing of it. Who
//     publishes the new View by one pointer commits all its writes, in the rows and in every index, at once.
//   - The answer to a query is exactly the rows that a test of every row would give, in one order only: that of the query, then of
//     namespace and id. A cursor goes on behind a row by value, so rows that stay as they are come once on the pages of one listing,
//     whatever comes, goes and changes between them.
//   - Nothing here blocks, and no call runs code of the user. Views and prepared queries may be used by many at once.
//   - A write that is not part of a batch is indexed together with the next few: until then each query tests such a row itself, so no
//     answer is behind. Most commits are therefore quick, and one in 65 or so takes the time of all of them.
//   - Time of a query grows with the rows it has to look at, which the planner keeps few; see [View.Explain]. A query that no
//     index answers takes the time of a test of every row.
//
// # Indexes
//
// Rows have dense slot numbers; an index is a persistent bitmap of slots for each key. Six indexes: capability (each name, and each
// name above it in the hierarchy), health, node, kind (kind, team, role, state and every label), resource (bands of memory.free, cpu.free
// and queue) and performance (bands of p99, success_rate and throughput). A band is a quarter of a power of two. The other fields are
// tested on rows. Ids are also kept in order, for lists that are shown page by page. A commit of a few writes goes into a journal of at most 64
// beside all that; the write for which there is no room left brings them in together, each part of an index copied once.
//
// # Usage
//
//	v := new(index.View)
//	v, changes := v.Apply(index.Put(&index.Row{ID: "a", Kind: "reviewer"}), index.Remove("", "b"))
//	p, err := index.Prepare(q)
//	page := v.Find(p)
//
// Who watches a query files it under [Prepared.Filing], tests a [Change] against those filed under the keys of its rows ([AppendKeys]), and
// tells them its [Prepared.Effect]. [Diff] compares two Views whatever happened between.
//
// # Duties of the user
//
// A row that was handed in, or came out, is never changed. [Row.Validate] says what is wrong with one; the index trusts whoever writes to
// have asked. One owner makes each next View from the last.
//
// # Failure modes
//
// Only [Prepare] and [Row.Validate] fail: with the errors of package query, and with [ErrInvalidRow].
//
// # State
//
// The package keeps none. The last View is its owner's; old ones live as long as somebody holds them.
package index
