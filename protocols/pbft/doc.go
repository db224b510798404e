// SPDX-License-Identifier: Apache-2.0

// Package pbft orders operations in a group some of whose members lie: Practical Byzantine Fault Tolerance (Castro and Liskov) as pure machines.
//
// # Guarantees
//
// In a group of n members, of whom at most f = ⌊(n-1)/3⌋ lie, whatever they say and whenever, and however messages are lost, doubled, late or out
// of order: no two honest replicas execute different batches at one number; every request is executed at most once, and only if its client
// signed it; states at checkpoints are equal. Once messages arrive within some time Δ, every request of a correct client is decided
// within f+1+max(0, ⌈log2(8Δ/Timeout)⌉) views. Certificates hold q = ⌊(n+f)/2⌋+1 distinct members: 2f+1 is too few where n is not 3f+1.
//
// A replica that crashes and is restored from its log keeps every promise, as [Persist] comes before the words that it is about. One that
// has lost its log is [Amnesiac]: it keeps up with the state, says nothing that counts, and is one of the f. Two signed words of one member that
// contradict each other become [Evidence], which anybody can verify with the configuration alone, and which no liar can make up
// against somebody honest. A client ends with a [Certificate], which proves the decision in the same way.
//
// If more than f members lie, nothing is promised. A replica that finds proof of it stops with a [*SafetyError] instead of going on. Replicas in one
// operating-system process share its fate: there the protocol protects from wrong or lying agents, and from nothing that corrupts the process.
//
// # Usage
//
// A [Replica] and a [Client] are machines: [Replica.Step] takes an [Input] and returns [Effect] values, to be carried out in their order. A shell
// (package protocols/byzantine has one, of processes) decodes what arrives, asks [Replica.Wants], has an [auth.Verifier] check it, steps, encodes and sends:
//
//	r, err := pbft.Restore(config, me, pbft.Options{}, keys, app, log)
//	for _, e := range r.Step(pbft.Deliver{Now: now, Msg: checked}) { ... }
//
// Votes are signed in groups of up to 16 ([wire.Signed]); above, one HMAC for each receiver is cheaper ([wire.MAC]). A new view then follows
// from claims that enough members share, instead of certificates, and contradictions in votes are suspicions, not evidence. MAC mode is
// experimental: its rules are simulated as those of signed mode are, and have not been model-checked.
//
// # Duties of the user
//
// [App] is a pure function of the operations, the same at every replica; [App.Validate] does not look at the state. Effects are carried out in
// their order, and nothing after a [Persist] before it is durable. After a restart decisions since the last checkpoint are told again: what is
// done about [Decide] is to be idempotent by its number. Timers carry a generation, so that late ones do no harm. A key is used by one
// replica at a time, and never again once its log is lost. Another membership or other keys are an operation ([Reconfigurer]): it ends the epoch at
// the next stable checkpoint, and new replicas begin with [NextEpoch].
//
// # Failure modes
//
// What is refused changes nothing, and a [Note] says why: [ErrBadView], [ErrOutOfWindow], [ErrDigest], [ErrNewViewInvalid],
// [ErrViewChangeInvalid], [ErrRefused], [ErrOverloaded], [ErrAmnesiac]. [Halt] carries a [*SafetyError] or [ErrStateTransfer]. [ErrVoteLog] is
// returned for a log that is not the replica's, [ErrInvalidOptions] for options, [ErrEvidence] and [ErrCertificate] for proofs that prove nothing.
//
// What one member can make a replica hold is bounded: one VIEW-CHANGE, votes in the window, one checkpoint above it, and so many answers a second.
//
// # State and testing
//
// A machine owns its state, reads no clock and draws no chances. `go test ./protocols/pbft -run Simulation -seeds N -start S` plays schedules with liars,
// crashes and partitions; the controls beside it show that each check is needed. Users test with machines, as with any value.
//
// OTP has no counterpart: its processes trust each other.
package pbft
