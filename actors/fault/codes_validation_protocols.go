// SPDX-License-Identifier: Apache-2.0

package fault

// validationOfProtocols is what of 1xxx the packages below protocols have.
var validationOfProtocols = []Entry{
	{
		1930, "protocols/selector.ProfileError",
		[]string{"protocols/selector.ErrInvalidSpec"},
		Low, never, false,
		"A session has a setting that nobody knows, or settings that contradict one another.",
		"Correct the fields that the message names.",
	},
	{
		1931, "protocols/selector.ParticipantsError", nil, Low, never, false,
		"There are too few participants for what a session is to do.",
		"Name more participants; the message says how many are needed.",
	},
	{
		1932, "protocols/selector.LimitsError", nil, Low, never, false,
		"The protocol of a session does not take that many participants.",
		"Choose another protocol or leave the choice to the selector: 'runtime coordinate --explain' tells what it chooses.",
	},
	{
		1933, "protocols/selector.FaultToleranceError", nil, Low, never, false,
		"There are too few participants to stand that many liars.",
		"Take 3f+1 participants for f liars, or ask for less fault tolerance.",
	},
	{
		1934, "protocols/selector.UnknownProtocolError", nil, Low, never, false,
		"A session names a protocol that is not registered.",
		"Register it, or choose one that is built in.",
	},
	{
		1935, "protocols.DurabilityError", nil, Low, never, false,
		"A session is to survive less than its protocol needs, or more than the engine can.",
		"Ask for the class that the message names, or give the engine a journal.",
	},
	{
		1936, "protocols/consensus.RuleError", nil, Low, never, false,
		"The rules of a vote cannot be: each mistake names its field.",
		"Correct the field that the message names.",
	},
	{
		1937, "protocols/consensus.BallotError", nil, Low, never, false,
		"A ballot cannot count.",
		"Answer with an option of the question, ratings from 0 to 1, and a higher number than before to replace a ballot.",
	},
	{
		1938, "protocols.SpecError", nil, Low, never, false,
		"A field of a session's specification cannot be.",
		"Correct the field that the message names.",
	},
	{
		1939, "protocols/workflow.CycleError", nil, Low, never, false,
		"The nodes of a workflow wait for one another.",
		"Take out one of the dependences that the message shows.",
	},
	{
		1940, "protocols/workflow.SpecError", nil, Low, never, false,
		"A node of a workflow, or the workflow, cannot be as it is described.",
		"Correct the fields that the message names.",
	},
	{
		1941, "protocols/reason.SpecError", nil, Low, never, false,
		"A field of a reasoning session cannot be.",
		"Correct the field that the message names.",
	},
	{
		1942, "protocols/machine.ErrMalformed", nil, Medium, never, false,
		"An encoded event of a protocol cannot be read.",
		"It was written by another version, or is damaged: keep it and look at the log it is from.",
	},
	{
		1943, "protocols/machine/script.LineError", nil, Low, never, false,
		"A line of a script is no event.",
		"Correct the line; the documentation of the package lists them.",
	},
	{
		1944, "protocols/policy.RuleError", nil, Medium, never, false,
		"A policy that answers for an agent cannot be like that.",
		"Correct what the error names, in the section votes of the agent.",
	},
	{
		1945, "agents/exec/protocol.ErrVoteMalformed", nil, Low, never, false,
		"A program's vote is not built as one; it counts as an abstention.",
		"Correct the program: the error names the field.",
	},
	{
		1946, "agents/exec/protocol.ErrVoteOption", nil, Low, never, false,
		"A program voted for what cannot be chosen; it counts as an abstention.",
		"Correct the program: the options are in the request.",
	},
	{
		1947, "agents/exec/protocol.ErrVoteRange", nil, Low, never, false,
		"A program's rating, confidence or score is not from 0 to 1.",
		"Correct the program.",
	},
	{
		1948, "agents/exec/protocol.ErrVoteRequest", nil, Medium, never, false,
		"A question to a program makes no line: a name, time or a role is missing, or it is too long.",
		"Ask less in one question, or raise the limit of the agent's lines.",
	},
	{
		1949, "agents/exec/protocol.ErrVoteRole", nil, Low, never, false,
		"A program voted where a proposal was asked for, or the other way round.",
		"Correct the program: answer vote_request with vote, and propose_request with propose.",
	},
	{
		1950, "protocols/pbft/wire.ErrMalformed", nil, Medium, never, false,
		"Bytes are not a message of a Byzantine group.",
		"Find out who sent them; an honest member of the same version never does.",
	},
	{
		1951, "protocols/pbft/wire.ErrTooLarge", nil, Medium, never, false,
		"A message of a Byzantine group is larger than its kind may be.",
		"Ask for less in one request.",
	},
	{
		1952, "protocols/pbft/wire.ConfigError",
		[]string{"protocols/pbft/wire.ErrInvalidConfig"},
		Medium, never, false,
		"A Byzantine group cannot be made of such members.",
		"Correct the field that the error names.",
	},
	{
		1953, "protocols/pbft/auth.ErrBadAuth", nil, High, never, false,
		"A message was not signed by whom it names.",
		"Find out who sent it: somebody lies, or keys are mixed up.",
	},
	{
		1954, "protocols/pbft/auth.ErrKeys", nil, High, never, false,
		"The private keys of a member or client are not those that its group knows.",
		"Give it the keys of the configuration, or change the configuration.",
	},
	{
		1955, "protocols/pbft.ErrInvalidOptions", nil, Medium, never, false,
		"A replica cannot follow its options.",
		"Correct the field that the error names; a zero field is the default.",
	},
	{
		1956, "protocols/pbft.ErrEvidence", nil, Medium, never, false,
		"What was handed in as proof of misconduct proves nothing.",
		"Accuse nobody on it.",
	},
	{
		1957, "protocols/pbft.ErrCertificate", nil, Medium, never, false,
		"What was handed in as proof of a decision proves nothing.",
		"Ask the group again.",
	},
	{
		1958, "protocols/pbft.ErrDigest", nil, Medium, never, false,
		"A batch or a piece of a state is not what its digest says.",
		"It was not used, and somebody else is asked.",
	},
	{
		1959, "protocols/byzantine.ErrInvalid", nil, Low, never, false,
		"A Byzantine group, its host or a rehearsal cannot be as it is described.",
		"Correct what the error names.",
	},
	{
		1960, "protocols/lock.RequestError",
		[]string{"protocols/lock.ErrInvalidRequest"},
		Medium, never, false,
		"A request to a lock space cannot be right.",
		"Correct the field that the error names.",
	},
	{
		1961, "protocols/lock.ErrUpgrade", nil, Medium, never, false,
		"A reader asked to become the writer of the same lock.",
		"Release the lock and acquire it to write, or acquire it to write from the start and downgrade.",
	},
	{
		1962, "protocols/barrier.ErrInvalidSpec", nil, Medium, never, false,
		"No barrier, latch or arrival can be like that.",
		"Correct what the error names.",
	},
	{
		1963, "protocols/barrier.ErrNotRegistered", nil, Low, never, false,
		"Who arrived at a phaser is not registered, or left a double barrier without being inside.",
		"Register first.",
	},
	{
		1964, "protocols/election.ErrInvalid", nil, Medium, never, false,
		"No election or candidacy can be like that.",
		"Correct what the error names.",
	},
	{
		1965, "protocols/counter.ErrOverflow", nil, Medium, never, false,
		"A count does not fit into 64 bits.",
		"Count in larger units.",
	},
	{
		1966, "protocols/counter.ErrReplica", nil, Medium, never, false,
		"A replica without a name, or an amount that cannot be.",
		"Name the replica with its incarnation; amounts of a stock are positive.",
	},
	{
		1967, "protocols/clock.ErrEpoch", nil, Medium, never, false,
		"Two vector clocks are of different sets of members.",
		"Prune the older one to the members of the newer.",
	},
	{
		1968, "protocols/clock.ErrRange", nil, Medium, never, false,
		"A time is outside of what a timestamp can have.",
		"Check the clock of the machine.",
	},
	{
		1970, "protocols.KindError", nil, Medium, never, false,
		"A name of a space is in use for something that was made otherwise.",
		"Take another name, or the same size and kind everywhere.",
	},
}
