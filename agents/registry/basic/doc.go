// SPDX-License-Identifier: Apache-2.0

// Package basic is the registry in its plain form: names, processes, a type, a health and the user's own values, in one table without indexes.
//
// # Guarantees
//
//   - A [Registry] is a registry.Book, so who looks agents up or registers them need not know which of the two registries keeps them.
//   - One process writes, everybody reads what it has published, in the caller's own goroutine and with no message. A commit is published
//     whole: a reader sees all of a batch or nothing. When a call to write returns, its effect is published.
//   - A process that ends is taken out of all its rows, in one commit. Rows outlive the process that writes them: the holder has them until
//     the next one takes over, and readers notice nothing.
//   - Shown is only what every service has: name, namespace, type (the row's Kind), health, the user's values (its Labels), versions and times.
//     What an agent declares besides is kept, hidden, and is there again when the rows are taken over by a registry that shows it. To
//     ask for it, or to change it, is a registry.ModeError, never an empty answer.
//   - The type is one of those in [Spec].Types, and the health of who never said is unknown, not healthy.
//   - Namespaces are apart: nothing crosses them but All, Stats, and a query that says so.
//
// # Usage
//
//	r, children := basic.New(sys, basic.Spec{Name: "services"}) // the children go under one supervisor, one_for_one
//	row, err := r.Register(ctx, &index.Row{ID: "ledger", Kind: basic.Service, Handle: ref.PID()})
//	err = r.SetMetadata(ctx, id, basic.Metadata{Health: query.Healthy, Values: map[string]string{"zone": "b"}})
//	for _, row := range r.Match("", func(row *index.Row) bool { return row.Health.Status == query.Degraded }) { ... }
//
// # Failure modes
//
// The errors of package registry. A query takes the time of a look at every row of the registry.
//
// # OTP counterpart
//
// Registry with unique keys and values, for rows instead of values.
//
// # State
//
// The process NAME owns one table, NAME.book, and NAME.holder is its heir. When both end at once the rows are gone, and the agents, which their
// supervisors start again, register again. To test code that uses it, start the children in a bubble or a simulation.
package basic
