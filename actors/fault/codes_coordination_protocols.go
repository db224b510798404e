// SPDX-License-Identifier: Apache-2.0

package fault

// coordinationOfProtocols is what of 4xxx the packages below protocols have.
var coordinationOfProtocols = []Entry{
	{
		4701, "protocols/pbft/auth.ErrStaleEpoch", nil, Low, never, false,
		"A message belongs to another epoch of its group.",
		"Sign it again in the present epoch.",
	},
	{
		4702, "protocols/pbft.ErrBadView", nil, Low, never, false,
		"A message belongs to a view that the replica is not in.",
		"Nothing: replicas tell each other where they are.",
	},
	{
		4703, "protocols/pbft.ErrOutOfWindow", nil, Low, never, false,
		"A sequence number or request lies outside its window.",
		"Nothing if it is rare; a client must not skip numbers.",
	},
	{
		4704, "protocols/pbft.ErrNewViewInvalid", nil, High, never, false,
		"A primary began a view with what does not follow from the view changes.",
		"The evidence convicts it: take it out of the group.",
	},
	{
		4705, "protocols/pbft.ErrViewChangeInvalid", nil, Medium, never, false,
		"A member claims more in a view change than it proves.",
		"Look at the member.",
	},
	{
		4706, "protocols/pbft.ErrAmnesiac", nil, High, never, false,
		"A replica has lost its vote log and must be silent.",
		"Give the member a new key in the next epoch.",
	},
	{
		4707, "protocols/pbft.ErrStateTransfer", nil, Critical, never, false,
		"A state that a quorum vouched for cannot be read.",
		"Report it: the application has a mistake, or versions differ.",
	},
	{
		4708, "protocols/pbft.ErrRefused", nil, Low, never, false,
		"A proposal or request breaks a rule of its group.",
		"The note says which.",
	},
	{
		4709, "protocols/pbft.SafetyError",
		[]string{"protocols/pbft.ErrSafetyViolated"},
		Critical, never, false,
		"Two contradicting decisions are proven: more members lie than the group tolerates.",
		"Stop the group, keep all logs, and find the liars by the evidence.",
	},
	{
		4710, "protocols/pbft.ErrVoteLog", nil, High, never, false,
		"A vote log was not written by the replica that reads it.",
		"Give each replica its own log; without one it is amnesiac.",
	},
	{
		4711, "protocols/pbft.ErrOverloaded", nil, Low, later, false,
		"A member or client asks for more than its share.",
		"Ask less often.",
	},
	{
		4712, "protocols/pbft/council.ErrProof", nil, Medium, never, false,
		"What was handed in as proof of an outcome proves nothing, or is signed with keys that nobody knows.",
		"Believe it only with the keys of the agents, as their registry has them.",
	},
	{
		4713, "protocols/byzantine.ErrNoKeys", nil, Medium, never, false,
		"An agent has no keys here, so that it cannot be a member of a Byzantine group.",
		"Give it keys, or leave it out.",
	},
	{
		4714, "protocols/byzantine.ErrDown", nil, High, later, false,
		"The supervisor of Byzantine groups is not running.",
		"Start it before who needs it; while it restarts, try again.",
	},
	{
		4715, "protocols/byzantine.ErrEnded", nil, Low, never, false,
		"A Byzantine group has ended with what it was for.",
		"Open another one.",
	},
	{
		4716, "protocols/byzantine.ErrHalted", nil, Critical, never, false,
		"A Byzantine group has found proof that more of its members lie than it tolerates, and has stopped.",
		"Trust none of its decisions; find the liars by the evidence.",
	},
	{
		4717, "protocols/byzantine.ErrStale", nil, Low, never, false,
		"A replica that has ended tried to write to its log, which a later life has.",
		"Nothing: what it would have promised was not said.",
	},
	{
		4801, "protocols/lock.ErrNotHolder", nil, Medium, never, false,
		"The claim that was to be released or renewed is not held by who asked.",
		"Nothing: it is as if it had been released.",
	},
	{
		4802, "protocols/lock.StaleTokenError",
		[]string{"protocols/lock.ErrStaleToken"},
		Medium, never, false,
		"Somebody else was granted the lock since; what carries the older token is refused.",
		"Stop what was guarded by the lock, and acquire it again.",
	},
	{
		4803, "protocols/lock.ErrTimeout", nil, Low, later, false,
		"A lock was not granted in the time that the request was to wait.",
		"Wait longer, or look at who holds it.",
	},
	{
		4804, "protocols/lock.DeadlockError",
		[]string{"protocols/lock.ErrDeadlock"},
		Medium, later, false,
		"A request would have waited for ever: the error shows who waits for whom.",
		"Release what is held and begin again, or acquire names in one order.",
	},
	{
		4805, "protocols/lock.ErrHeld", nil, Low, later, false,
		"A request that was not to wait would have had to.",
		"Try again, or wait.",
	},
	{
		4806, "protocols/lock.ErrCancelled", nil, Low, never, false,
		"A request was taken back while it waited.",
		"Nothing.",
	},
	{
		4807, "protocols/lock.ErrSessionLost", nil, Medium, never, false,
		"What was held is held no longer: the owner ended, or the lease ran out.",
		"Stop what was guarded, and acquire again.",
	},
	{
		4808, "protocols/lock.ErrConflict", nil, Medium, never, false,
		"The id of a request is in use for another one.",
		"Give each request an id of its own.",
	},
	{
		4809, "protocols/lock.ErrSnapshot", nil, High, never, false,
		"The encoded state of a lock space is not what was encoded.",
		"Restore it from its journal.",
	},
	{
		4811, "protocols/barrier.BrokenError",
		[]string{"protocols/barrier.ErrBroken"},
		Medium, never, false,
		"A barrier broke for everybody: the error names the culprit.",
		"Reset the barrier when the cause is mended.",
	},
	{
		4812, "protocols/barrier.GenerationError",
		[]string{"protocols/barrier.ErrGeneration"},
		Low, never, false,
		"An arrival is for a generation of the barrier that is over or not begun.",
		"Arrive at the one that the error names.",
	},
	{
		4813, "protocols/barrier.ErrArrived", nil, Low, never, false,
		"The member waits at the barrier already.",
		"Arrive once in each generation.",
	},
	{
		4821, "protocols/election.NotLeaderError",
		[]string{"protocols/election.ErrNotLeader"},
		Medium, never, false,
		"An act carries a term that is over, or was never the caller's.",
		"Stop leading; campaign again.",
	},
	{
		4822, "protocols/election.ErrNotCandidate", nil, Low, never, false,
		"Who was to withdraw neither leads nor stands for election.",
		"Nothing.",
	},
	{
		4831, "protocols/counter.BoundsError",
		[]string{"protocols/counter.ErrBounds"},
		Low, later, false,
		"A count would leave its bounds.",
		"Wait until others have counted the other way, or widen the bounds.",
	},
	{
		4832, "protocols/counter.ShareError",
		[]string{"protocols/counter.ErrShare"},
		Low, later, false,
		"A replica wants more of a stock than its own share.",
		"Have another replica hand on a part of its share.",
	},
	{
		4841, "protocols/clock.DriftError",
		[]string{"protocols/clock.ErrClockDrift"},
		High, slowly, false,
		"A remote clock is further ahead than clocks may be.",
		"Set the clock of the other machine.",
	},
	{
		4851, "protocols.ErrSpaceDown", nil, High, slowly, false,
		"The process of a space has been away for as long as a request may wait; what was asked may have been done.",
		"Look at the supervisor of the space.",
	},
	{
		4852, "protocols.ErrSpaceVersion", nil, High, never, false,
		"The stream of a space has another writer.",
		"Have one space write to a stream.",
	},
	{
		4718, "protocols.KeyError", nil, Medium, never, false,
		"A participant of Byzantine consensus has no public key in the registry, or signs with another one than the registry says.",
		"Start its agent with the keys of its node, or leave it out.",
	},
	{
		4719, "protocols.ErrUndecided", nil, Low, never, false,
		"A session was rated that has no decision, or none yet.",
		"Wait for its decision; what decided nothing has nothing to rate.",
	},
	{
		4720, "protocols.RatedError", nil, Low, never, false,
		"A decision was rated otherwise before.",
		"Nothing: the first rating stays.",
	},
	{
		4901, "protocols.BudgetError", nil, Medium, never, true,
		"The budget of a session could not be reserved.",
		"The cause says why; ask for less or wait until budget is free.",
	},
	{
		4902, "protocols.OverloadedError", nil, Medium, later, false,
		"As many sessions are active as there may be.",
		"Try again when some have ended, or raise the limit.",
	},
	{
		4903, "protocols.ConflictError", nil, Low, never, false,
		"The id of a session stands for another one.",
		"Choose another id; the same id is for repeating the same start.",
	},
	{
		4904, "protocols.ErrNotFound", nil, Low, never, false,
		"The engine knows no session of the id, or has forgotten it: sessions that have ended are kept for ten minutes.",
		"Look at the id; 'runtime inspect coordination' lists the sessions.",
	},
	{
		4905, "protocols.ErrExpired", nil, Medium, never, false,
		"The time of a session was up before it could decide.",
		"Give it more time, or look for participants that do not answer.",
	},
	{
		4906, "protocols.CancelledError", nil, Low, never, false,
		"A session was cancelled.",
		"The message says why.",
	},
	{
		4907, "protocols.ErrAlreadyDecided", nil, Low, never, false,
		"A session was to be changed that has ended.",
		"Read its result.",
	},
	{
		4908, "protocols.SessionFailedError", nil, High, never, false,
		"A session has crashed too often, or its protocol has failed.",
		"The message says why; start another session when that is mended.",
	},
	{
		4909, "protocols.NoDecisionError", nil, Low, never, false,
		"A session has ended without a decision: no quorum, a tie, a missed threshold, or nothing left to try.",
		"The message says which; ask again with another rule, more time or other participants.",
	},
	{
		4910, "protocols/consensus.ErrNotMember", nil, Low, never, false,
		"Somebody voted who is not in the electorate of the session.",
		"The electorate is fixed when a session opens: take part in the next one.",
	},
	{
		4911, "protocols/consensus.ErrBallotClosed", nil, Low, never, false,
		"A ballot came after the vote was closed, or after its deadline.",
		"Nothing is to be done: the outcome stands.",
	},
	{
		4912, "protocols/consensus.ErrQuestionMismatch", nil, Low, never, false,
		"A ballot names another question than the one that is asked.",
		"Answer the question of the invitation, or leave its digest out.",
	},
	{
		4913, "protocols/hierarchy.StaleEpochError", nil, Low, never, false,
		"A count is of a representative that was replaced.",
		"Nothing is to be done: the group's next representative counts.",
	},
	{
		4914, "protocols/workflow.NodeError", nil, Medium, never, false,
		"A node of a workflow has failed, after all its attempts.",
		"The message says why; mend that and start the workflow again.",
	},
	{
		4915, "protocols/workflow.UnknownOutcomeError", nil, High, escalate, false,
		"Nobody knows whether a node of a workflow was done: its agent or the session ended, and it cannot be asked.",
		"Find out, and resolve the node as done or not done.",
	},
	{
		4916, "protocols/workflow.CompensationError", nil, High, escalate, false,
		"Nodes of a workflow that failed could not be undone.",
		"Undo by hand what the nodes have done.",
	},
	{
		4917, "protocols.ErrUnavailable", nil, Medium, later, true,
		"The coordination engine or its journal is down, or ended before it answered.",
		"Repeat with the same id: what was done is not done again.",
	},
	{
		4918, "agents/exec/protocol.ErrNotVoter", nil, Low, never, false,
		"A program has not said that it votes.",
		"Have it name the feature vote in its hello, or give the agent a policy in the section votes.",
	},
	{
		4919, "agents/exec/protocol.ErrVoteSilent", nil, Low, later, false,
		"A program did not answer a question in time.",
		"Give the session a longer deadline, or look at the program.",
	},
	{
		4920, "agents/exec/protocol.ErrVoteLate", nil, Low, never, false,
		"A program's vote came when its question was over.",
		"Give the session a longer deadline, or look at the program.",
	},
	{
		4921, "agents/exec/protocol.ErrVoteTwice", nil, Low, never, false,
		"A program answered a question twice; the first answer counts.",
		"Correct the program.",
	},
	{
		4922, "agents/exec/protocol.ErrVoteUnknown", nil, Low, never, false,
		"A program answered a question that it was not asked.",
		"Correct the program: repeat the id of the request.",
	},
	{
		4923, "agents/exec/protocol.VoteError", nil, Low, never, false,
		"A program's answer to a call for a vote does not count.",
		"The error says what is wrong with it.",
	},
	{
		4924, "protocols.ErrWithdrawn", nil, Low, never, false,
		"Somebody cancelled a piece of work of a coordinator that the caller waited for.",
		"Nothing: it was asked for. What came at the same time has been given back.",
	},
	{
		4940, "protocols/tune.SpecError", nil, Medium, never, false,
		"A search, or a setting of it, cannot be as it is described.",
		"The message names the field: correct it.",
	},
	{
		4941, "protocols/tune.TellError", nil, Low, never, false,
		"A search was told of a trial that it has not asked for, or of one twice.",
		"Tell each trial once, by the number that it was asked with.",
	},
}
