// SPDX-License-Identifier: Apache-2.0

// Package policy answers invitations to vote in the name of an agent that has no opinion of its own: by a rule that a config file can say.
//
// # Guarantees
//
// [Rules.Answer] is a function of the rules, the agent's name and the invitation: the same question gets the same answer, also when it is asked again after a
// crash. An answer is never made up: what the rules say nothing of is abstained from, and proposals are declined.
//
// # Usage
//
//	r := policy.Rules{Kind: policy.Prefer, Prefer: []string{"salad", "soup"}}
//	answer := r.Answer("ann", invite)
//
// # Duties of the user
//
// [Rules.Validate] comes first. A policy stands for opinions that are known beforehand; it is no substitute for agents that look at the question.
//
// # Failure modes
//
// [*RuleError] for rules that cannot be, all of them joined.
//
// # OTP
//
// None.
//
// # State and testing
//
// None: everything is a value. Test with tables.
package policy
