// SPDX-License-Identifier: Apache-2.0

// Package byzantine runs groups of replicas that agree although some of them lie: the machines of package pbft as supervised processes.
//
// # Guarantees
//
// A [Group] has one process for each member's replica and one, the clerk, that asks in the names of all its clients. What package pbft guarantees holds of
// it: up to f = ⌊(n-1)/3⌋ members may lie. Processes say to each other encoded messages, which are decoded, verified and only then stepped. What a replica
// promises is in its [VoteLog] before it says it, so that one that crashes, at whatever step, is restored and keeps its word; one whose log is
// lost keeps silent. A request keeps its number for ever, and is executed once, also when the clerk crashes. [Group.Submit] ends with a proof.
//
// Replicas in one program share its fate: there a group protects from agents that lie, and from nothing that corrupts the program or reads its memory.
//
// # Usage
//
//	host, err := byzantine.NewHost("groups", byzantine.Options{})
//	// host.Child() goes into a supervisor
//	group, err := host.Open(ctx, byzantine.Spec{ID: "council", Members: names, App: newApp})
//	decision, err := group.Submit(ctx, 0, "first", op) // client 0 is the first member's
//
// A group's processes start when they are needed, and again after whatever ended them; [Host.End] ends it for good. Package protocols runs one
// for each session of Byzantine consensus, and imports this package; this one knows nothing of sessions.
//
// [Host.Rehearse] has a member lie, to see what a group stands.
//
// # Duties of the user
//
// An App is a pure function of its operations. The keys that a [Keyring] has for an agent are used by one group member at a time, and never again once a
// log is lost. Messages that do not fit into a mailbox are lost and said again, so mailboxes decide about speed and not about safety.
//
// # Failure modes
//
// [ErrInvalid] and wire.ConfigError for a group that cannot be, [ErrNoKeys] for members without keys, [ErrDown] while nothing runs, [ErrEnded] for a group
// that has ended, [ErrHalted] when more than f members lie and it is proven. Too many silent members are no error: Submit waits for as long as its
// context allows.
//
// # OTP
//
// The processes are gen_servers below one_for_one supervisors. The protocol has no counterpart: distributed Erlang trusts its nodes.
//
// # State
//
// A replica's machine belongs to its process; its log to the store; what clients have asked for to the group's handle.
//
// # Testing
//
// Groups run in testing/synctest bubbles and in testkit/sim; give the host a [NewVault] there, so that keys follow from the seed.
package byzantine
