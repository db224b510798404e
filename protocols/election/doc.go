// SPDX-License-Identifier: Apache-2.0

// Package election decides who leads. It is a pure step machine: candidacies, ends and time in, terms out.
//
// # Guarantees
//
// At most one term is valid at a time, and each is greater than all before, also across restarts of the store ([Election.Rebuilt]). That is not
// "one process that believes to lead": whatever a leader does to the outside carries its term, and who is told to do it checks ([Election.Check], or
// a lock.Guard with the resource). The next leader is the candidate of the best health, and of equals the one that came first. A leader is not
// replaced by a better candidate unless the [Spec] says so. The same steps have the same effects.
//
// # Usage
//
//	e := election.New(election.Spec{})
//	effects := e.Campaign(now, election.Candidacy{ID: "1", Candidate: "ann", Health: 90, TTL: 10 * time.Second})
//	effects, err := e.Resign(now, "ann", effects[0].Term)
//
// # Duties
//
// One owner calls one method at a time with times that do not fall, has every effect carried out, calls [Election.Tick] at [Election.Next], and
// [Election.Down] when a candidate ends. A leader counts its lease from before it asked, and stops a tenth earlier.
//
// # Failure modes
//
// [*NotLeaderError] for acts of a term that is over, [ErrNotCandidate], [ErrInvalid].
//
// # OTP
//
// There is no counterpart; programs use the module global, which has no terms.
//
// # State and testing
//
// All state is in the [Election], which encodes as JSON. Code that uses it needs no double.
package election
