// SPDX-License-Identifier: Apache-2.0

package fault

// coordinationOfCognitive is what of 4xxx cognitive and the packages below it have.
var coordinationOfCognitive = []Entry{
	{
		4650, "cognitive/team.ErrInfeasible", nil, Low, never, false,
		"No team of agents meets all conditions of a query.",
		"Relax the size, the roles or the pairs that are kept apart, or add agents.",
	},
	{
		4651, "cognitive/team.RoleError", nil, Low, never, false,
		"No available agent has a role that a team needs.",
		"Add an agent with the roles that the message names.",
	},
	{
		4652, "cognitive/team.BudgetError", nil, Low, never, false,
		"All teams that meet the other conditions cost more than the budget.",
		"Raise the budget to what the message says, or relax the conditions.",
	},
	{
		4653, "cognitive/team.ErrNotFound", nil, Low, never, false,
		"A bounded search among many agents found no team, and has not proven that there is none.",
		"Ask among fewer agents, or relax the conditions.",
	},
	{
		4660, "cognitive/optimize.ErrUnknownTrial", nil, Low, never, false,
		"An answer names a trial that was never issued.",
		"Tell the id that Ask has returned.",
	},
	{
		4661, "cognitive/optimize.ErrAlreadyTold", nil, Low, never, false,
		"A trial got a second answer; the first one stands.",
		"Nothing: the search is unchanged.",
	},
	{
		4662, "cognitive/optimize.ErrExhausted", nil, Low, never, false,
		"A search has nothing left to try.",
		"Take its best point, or begin another with a higher limit.",
	},
	{
		4663, "cognitive/optimize.TrialError", nil, Medium, never, false,
		"A trial has no value: its program crashed, hung, gave an answer that cannot be, or said that it cannot.",
		"The search goes on without it; look at the program's own messages if many trials fail.",
	},
	{
		4670, "cognitive/expr.CompileError", nil, Medium, never, false,
		"An expression has mistakes.",
		"Correct them: the error gives line and column of each.",
	},
	{
		4671, "cognitive/expr.ErrCost", nil, Medium, never, false,
		"An evaluation of an expression costs more than its limit.",
		"Simplify the expression, or raise its limit.",
	},
	{
		4672, "cognitive/graph.CycleError", nil, Medium, never, false,
		"A composite would depend on itself.",
		"Take one of the steps that the error shows out of the circle.",
	},
	{
		4673, "cognitive/graph.UnknownError", nil, Medium, never, false,
		"A composite needs something that is not there.",
		"Add the input first.",
	},
	{
		4674, "cognitive/graph.DependedError", nil, Low, never, false,
		"Something is to be removed that others are computed from.",
		"Remove or redefine those first.",
	},
	{
		4675, "cognitive/graph.ErrDuplicate", nil, Low, never, false,
		"A name of a graph is taken.",
		"Choose another.",
	},
	{
		4676, "cognitive.ErrNotFound", nil, Low, never, false,
		"A space has no variable, version or override of the name.",
		"Check the name; add the variable first.",
	},
	{
		4677, "cognitive.ErrDuplicateName", nil, Low, never, false,
		"The name of a variable or constraint is taken.",
		"Take another name, or look the variable up.",
	},
	{
		4678, "cognitive.ErrComputed", nil, Low, never, false,
		"Somebody proposes a value for a composite, which is computed.",
		"Change its inputs.",
	},
	{
		4679, "cognitive.ConstraintError", nil, Low, never, false,
		"A change would break a constraint across variables.",
		"Change all variables of the constraint at once, or propose less.",
	},
	{
		4680, "cognitive.ErrDenied", nil, Low, never, false,
		"The proposer may not change the variable.",
		"Ask who owns it, or give a rationale where one is asked.",
	},
	{
		4681, "cognitive.VersionConflictError",
		[]string{"cognitive.ErrVersionConflict"},
		Low, quickly, false,
		"A variable was changed since the version that a proposal was based on.",
		"Read it again and decide anew, or propose a difference with Rebase.",
	},
	{
		4682, "cognitive.CooldownError",
		[]string{"cognitive.ErrCooldown"},
		Low, slowly, false,
		"A variable was changed too short a time ago.",
		"Wait until the time that the error gives.",
	},
	{
		4683, "cognitive.ErrRateLimited", nil, Low, slowly, false,
		"A proposer proposes too often.",
		"Propose less often; settings of the variable say how often.",
	},
	{
		4684, "cognitive.ErrBusy", nil, Medium, quickly, false,
		"Too many proposals wait for one variable or space.",
		"Try again later; a decision may hold them up.",
	},
	{
		4685, "cognitive.RejectedError",
		[]string{"cognitive.ErrRejected"},
		Low, never, false,
		"Those who were asked did not agree.",
		"The error has the tally; propose something else.",
	},
	{
		4686, "cognitive.ErrNoQuorum", nil, Medium, slowly, false,
		"Too few took part in a decision, or a cluster has no majority.",
		"Try again when more are there.",
	},
	{
		4687, "cognitive.ErrDeadline", nil, Low, slowly, false,
		"A proposal was not decided in time.",
		"Try again with more time.",
	},
	{
		4688, "cognitive.ErrCancelled", nil, Low, never, false,
		"A proposal was taken back.",
		"Nothing is to be done.",
	},
	{
		4689, "cognitive.ErrSuperseded", nil, Low, never, false,
		"A newer proposal of the same adapter came before an older one had its turn.",
		"Nothing is to be done: the newer one counts.",
	},
	{
		4690, "cognitive.ErrDecisionLost", nil, Medium, slowly, false,
		"Nobody knows any more how a decision went. Nothing was changed.",
		"Propose again.",
	},
	{
		4691, "cognitive.ErrSlow", nil, Medium, never, false,
		"A subscription was ended because its subscriber does not keep up.",
		"Subscribe again, with Conflate or a greater buffer.",
	},
	{
		4692, "cognitive.ErrStopped", nil, Medium, never, false,
		"A variable was removed, or its space has ended or cannot read its journal.",
		"Look the variable up again; see the log if the space is down.",
	},
	{
		4693, "cognitive.ErrRestarted", nil, Medium, later, false,
		"A process ended that had taken a proposal. Whether it was committed is open.",
		"Repeat it with its key: it is committed once.",
	},
	{
		4694, "cognitive.DegradedError", nil, Medium, never, false,
		"A composite keeps its last good value, because it could not be computed.",
		"The cause is in the error; the next change of an input tries again.",
	},
	{
		4695, "cognitive.ErrVersion", nil, High, never, false,
		"Another program has written to the stream of a space.",
		"Run one program per stream.",
	},
	{
		4696, "cognitive.GuardError",
		[]string{"cognitive.ErrGuard"},
		Low, never, false,
		"A change is too small, too large or too fast, or has too little evidence.",
		"The error names the guard and what it wants.",
	},
	{
		4697, "cognitive.ErrUnconfirmed", nil, Medium, never, false,
		"Something was committed, but too few agents have confirmed that they apply it.",
		"Look at the agents that did not.",
	},
	{
		4698, "internal/node.ErrNobodyDecides", nil, Medium, never, false,
		"A change of a variable needs the agreement of others, and nobody can be asked.",
		"Give the config a section coordination, or the variable the mode none.",
	},
	{
		4699, "cognitive/expr.EvalError", nil, Medium, never, false,
		"An expression has no result for its inputs.",
		"The message says why; guard the expression against such inputs.",
	},
	{
		4730, "agents/exec/protocol.ErrNoVariables", nil, Low, never, false,
		"A program that has no shared variables says something of one.",
		"Have its hello name the feature variables, and name some for the agent in the config.",
	},
	{
		4731, "agents/exec/protocol.ErrVariableBusy", nil, Low, later, false,
		"A program has more suggestions open than it may.",
		"Have it wait for answers before it suggests more.",
	},
	{
		4732, "agents/exec/protocol.ErrVariableTwice", nil, Low, never, false,
		"A program used the id of a line that is not answered yet for another one.",
		"Correct the program: give each line an id of its own.",
	},
	{
		4733, "agents/exec/protocol.ErrVariableUnknown", nil, Low, never, false,
		"A program says something of a variable that it does not see.",
		"Name the variable for the agent in the config, or correct the program.",
	},
	{
		4735, "agents/exec/protocol.VariableError", nil, Low, never, true,
		"A line of a program about a shared variable does not count.",
		"The error says what is wrong with it.",
	},
	{
		4736, "agents/exec/guest.ErrNoVariables", nil, Low, never, false,
		"A program says something of shared variables, and its node has none for it.",
		"Name some for the agent in the config.",
	},
	{
		4737, "agents/exec/guest.RefusedError", nil, Low, never, false,
		"A node did not take what a program said of a shared variable.",
		"The error has the node's code and message.",
	},
	{
		4930, "cognitive/ensemble.ErrUnknownQuestion", nil, Low, never, false,
		"The truth is told of a question that no ensemble was asked, or that is too old to be kept.",
		"Check the session's id; tell the truth before a thousand more questions of the subject.",
	},
	{
		4931, "cognitive/ensemble.ToldError", nil, Medium, never, false,
		"What is told to be true of a question contradicts what was told before.",
		"Find out which is so: the first one stands.",
	},
	{
		4932, "cognitive/auctioning.SpecError", nil, Low, never, false,
		"What agents say that outcomes are worth to them cannot be.",
		"Correct the input that the message names.",
	},
	{
		4933, "internal/node/appraisal.SpecError", nil, Medium, never, false,
		"A decision by what outcomes are worth to agents has parameters that cannot be.",
		"Correct the budget and the reserve of the variable's decision.",
	},
	{
		4934, "cognitive/kind.ResolveError", nil, Low, never, false,
		"A rule does not settle what a variable is to be that was changed in several places.",
		"Take another rule, or have those who decide asked.",
	},
}
