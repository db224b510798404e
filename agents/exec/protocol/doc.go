// SPDX-License-Identifier: Apache-2.0

// Package protocol is the conversation between the runtime and a program that works as an agent: JSON
// lines both ways, and the state machine that decides what each line, exit and timer means.
//
// # Guarantees
//
//   - Every task taken by [Session.Assign] ends in exactly one notice: [TaskDone], [TaskRefused] or
//     [TaskFailed]. An answer for a task the program does not hold, a second answer, or an answer of another
//     attempt is reported as [StrayAnswer] and counted; it is never delivered.
//   - A line of more than the limit ends the program with reason [Protocol]. The [Splitter] keeps no more than the limit in memory
//     whatever the program writes, and the error quotes the first 80 bytes.
//   - A line that is no message is reported as [JunkSeen] and counted; more than Config.JunkLimit of them
//     within Config.JunkWindow end the program. Strays count against the same limit, late answers do not.
//   - [Ended] comes exactly once, as the last action, after the exit was observed; all tasks have ended by then.
//   - An old timer does nothing: each timer carries a generation.
//   - Nothing blocks, reads a clock or starts a goroutine: the same events give the same actions.
//
// # Usage
//
//	s := protocol.NewSession(protocol.Config{})
//	perform(s.Begin())
//	perform(s.Step(protocol.LineRead{Line: []byte(`{"type":"hello","protocol":1}`)}))
//	actions, err := s.Assign(protocol.Task{ID: "t1", Kind: "review", Input: input, Attempt: 1})
//
// The owner performs each [Effect] in order and passes each [Notice] on. Package program does that for real processes.
//
// # The lines
//
// Each line is one JSON object in UTF-8 with a "type", ended by a newline. Blank lines are skipped. From the program:
//
//	hello      protocol (1), capabilities, features ("ping", "heartbeat"), inflight, name
//	result     id, output, attempt?          error     id, code, message, retry?, attempt?
//	progress   id, data                      log       level, message, fields
//	event      topic, data                   heartbeat
//	pong       n                             bye
//	record     metric, value (if ready names the feature "record")
//	bid        id, price or bundles          pass      id, why
//	vote       id, choice, choices, value, confidence, text, delegate
//	propose    id, text, scores, output      abstain   id, why
//	suggest    id, variable, value, rationale, space?, base?, key?
//	report     variable, version, metrics, id?, space?, weight?
//	applied    variable, version, id?, space?
//
// To the program:
//
//	ready      protocol, agent, inflight, line_limit, features
//	task       id, kind, input, attempt, deadline_ms (what remains; absent without a deadline)
//	cancel     id                            event     topic, data
//	ping       n                             stop      grace_ms
//	bid_request  id, tasks (id, kind, capability, bytes, attempt), slots, bundles, deadline_ms, currency, ceiling
//	vote_request     id, role, round, question, options, items (id, agent, text, notes), input, deadline_ms
//	propose_request  id, role, round, question, items, input, deadline_ms
//	variables  space, space_version, variables (variable, form, value, version, scope?), more?
//	variable   space, space_version, variable, form, value, version, scope?, cause, gap? (from, to), confirm?
//	answer     id, ok, code, message, retry_ms, value, version, space_version, again
//
// Only hello, task, result and error are compulsory, so a script of ten lines is an agent. A line without
// its newline at the end of output is never a message. Unknown fields are ignored unless Config.Strict;
// an unknown type is junk in both cases.
//
// # Bids
//
// A program whose hello names the feature "bid" is asked by bid_request what it wants for tasks, and answers bid or pass, once and within
// deadline_ms. A price is a decimal number of units with at most six digits behind the point, as a text or a number, never rounded: a price alone is
// asked for each task that is won, {"tasks": [ids], "price": ...} in bundles for all of the bundle, of which at most one wins. Every question ends in exactly
// one notice, [BidMade] or [BidPassed]. A bid that is malformed, not above 0, too large, too precise or of the wrong tasks is told as [BidRefused]
// with a [*BidError], and is a pass; one that is late, second or of an unknown call is told and dropped. After hello none of them counts as junk, and none ends the program.
//
// # Votes
//
// A program whose hello names the feature "vote" is asked what it thinks in sessions of coordination: by vote_request, where the role is vote (for one of
// the options), rate, predict or sample, and by propose_request, where it is propose or critique. It answers once and within deadline_ms; ratings, confidences
// and scores are numbers from 0 to 1. Every question ends in exactly one notice, [VoteCast] or [VoteMissing]. An answer that is malformed, for no option, out of
// range or not what was asked for is told as [VoteRefused] with a [*VoteError], and ends the question without a vote; one that is late, second or of an
// unknown question is told and dropped. After hello none of them counts as junk, and none ends the program.
//
// # Variables
//
// A program whose hello names the feature "variables", and for which the runtime has some (then ready names it, too), gets one variables line for each space right after ready: all
// that it sees, at one version of the space, with the values for its agent, role and node applied. Each change of what it sees follows as a variable line: those of a space in the order of its
// versions, those of one variable and scope without a gap or with word of it. It may suggest a value, with a rationale, and report what it has measured with a version; where a
// change says confirm it says applied when it uses it. Every suggest, and every report and applied with an id, ends in exactly one answer with the id, in any order; ids that wait for
// one are not used again. A line of a wrong form is told as [VariableRefused] with a [*VariableError] and answered with the code of what is wrong; after hello none counts as junk,
// and none ends the program. A program that is told more than it reads gets the newest change of each variable.
//
// # Duties of the program
//
// Say hello first. Answer each task once, also when it was cancelled (the answer frees the place), and
// echo the attempt where it can. Ignore a cancel for an id it does not hold. Exit at end of input or at stop.
//
// # Failure modes
//
// Assign answers [ErrNotReady], [ErrBusy], [ErrTaskOpen], [ErrStopping], [ErrDeadline] or
// [*TaskTooLargeError]. AskBid answers [ErrNotBidder], [ErrNotReady], [ErrStopping], [ErrBusy] or [ErrBidRequest]; AskVote answers
// [ErrNotVoter], [ErrNotReady], [ErrStopping], [ErrBusy] or [ErrVoteRequest]; what tells of variables answers [ErrNotReady], [ErrStopping], [ErrNoVariables] or [ErrVariableLine]. Tasks that were open when the program went down carry [*DownError]. How the program
// ended is a [Reason]; its Cause is [*LineTooLongError], [*JunkError], [*VersionError] or one of the sentinels of errors.go.
//
// # OTP counterpart
//
// An Erlang port with {line, N} and exit_status, and its owner. A port has no hand-shake, tasks or health; those are additions.
// A port that meets a long line delivers it in pieces; here it is the end of the program.
//
// # State and tests
//
// A Session and a Splitter belong to one owner and have no lock. Feed a Session events and compare the
// actions; the scripts in testdata show how.
package protocol
