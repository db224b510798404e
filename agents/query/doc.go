// SPDX-License-Identifier: Apache-2.0

// Package query says which agents are meant: a condition, an order, a limit, as Go values or as text.
//
// # Guarantees
//
//   - One language for all: what the command line, alert scopes, work policies and surfaces ask goes through [Parse].
//   - A query that was parsed, or that [Query.Validate] takes, can be answered: an unknown field, a value of the wrong type or an
//     operator that makes no sense is an error when the query is built, never an empty answer.
//   - Every mistake in a text has its column; a misspelled word has the word that was probably meant.
//   - [Query.String] writes text that is parsed back as the same query.
//   - The answer to a query is a function of the rows alone: what is equal in the order asked for is ordered by namespace and id.
//
// # Meaning
//
// A comparison with an agent that has no value for the field is false, whatever the operator: != and not in as well. missing(field)
// asks for such agents, and so does not, which turns false into true. A capability is a field of many values: = and in mean some of them,
// != and not in mean none of them, and prefix goes down the hierarchy: prefix "nlp" means nlp and nlp/summarise but not nlp2.
// Agents without a value stand last in an order, both ways.
//
// # Usage
//
//	q, err := query.Parse(`capability = nlp/summarise and health in (healthy, degraded) and queue < 100 order by p99 limit 10`)
//
//	q := query.Query{
//		Where:   query.And(query.Capability.Eq("nlp/summarise"), query.Health.In(query.Healthy, query.Degraded), query.Queue.Lt(100)),
//		OrderBy: []query.Order{query.P99.Asc()},
//		Limit:   10,
//	}
//
// Words need no quotes if they are made of letters, digits and _ . / - : @ % + * #; texts in quotes are written as in Go. Sizes may be
// written as 512MiB, shares as 95%, durations as 50ms, times as RFC 3339.
//
// # Duties of the user
//
// Queries are values; nobody changes the slices of one that was handed on. Queries built by functions are checked by Validate, or by
// package index when it prepares them.
//
// # Failure modes
//
// Every error is a [*BadQueryError], alone or joined with others, and is [ErrBadQuery]. A cursor that belongs to another order is one too.
//
// # State
//
// The package keeps none: it has no clock, no goroutine, no lock and no I/O.
package query
