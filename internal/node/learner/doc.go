// SPDX-License-Identifier: Apache-2.0

// Package learner combines the predictions of ensembles by what it has learned of their members, and is told what was true.
//
// # Guarantees
//
// What members said is in the journal before it is combined, and the truth before it counts and before its teller is answered: neither is lost by a
// crash or a restart of the node. Whoever asks again under the key of a question, after any crash, is answered by what the question was asked with first.
// The truth of a question is told once; telling the same again changes nothing, and what contradicts it is refused. Nobody is weighed by agreement with
// what the ensemble said.
//
// # Usage
//
//	l := learner.New(learner.Options{Journal: log, Snapshots: log})
//	options.Services = map[string]protocols.Service{learner.Name: l}
//	err := engine.Register(protocols.Combining(learner.Name))
//	err = l.Tell(ctx, "session-1", "spam")
//
// # Duties of the user
//
// Tell the truth of questions when it is known, by the id of their sessions, before a thousand more of the subject were asked. One program writes to a
// stream at a time.
//
// # Failure modes
//
// ensemble.SpecError for what cannot be combined, ensemble.ErrUnknownQuestion and ensemble.ToldError for a truth that cannot be told, and
// protocols.ErrUnavailable while the process or its journal is away.
//
// # OTP
//
// OTP has no counterpart; the process is a gen_server with a journal.
//
// # State and testing
//
// The process owns an ensemble.Past, which its journal makes again. Test with a journal in memory, inside testing/synctest.
package learner
