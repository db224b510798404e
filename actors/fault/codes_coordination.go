// SPDX-License-Identifier: Apache-2.0

package fault

// coordination is 4xxx: supervisors, tasks and queues.
var coordination = chapter([]Entry{
	{
		4101, "supervision/plan.ErrNotFound",
		[]string{"supervision.ErrNotFound", "supervision/dynamic.ErrNotFound"},
		Low, never, false,
		"The supervisor has no such child.",
		"Check the id: 'runtime inspect tree' shows the children.",
	},
	{
		4102, "supervision/plan.ErrRunning",
		[]string{"supervision.ErrRunning"},
		Low, never, false,
		"The child has a process.",
		"Terminate it first.",
	},
	{
		4103, "supervision/plan.ErrRestarting",
		[]string{"supervision.ErrRestarting"},
		Low, quickly, false,
		"The child is between two attempts to restart it.",
		"Ask again.",
	},
	{
		4104, "supervision/plan.ErrAlreadyPresent",
		[]string{"supervision.ErrAlreadyPresent"},
		Low, never, false,
		"A spec of the id is there, without a process.",
		"Restart or delete the child.",
	},
	{
		4105, "supervision.AlreadyStartedError", nil, Low, never, false,
		"A child of the id is running.",
		"Use the process that the error names.",
	},
	{
		4106, "supervision/plan.AlreadyStartedError", nil, Low, never, false,
		"A child of the id is running.",
		"Use the process that the error names.",
	},
	{
		4107, "supervision.StartError", nil, High, restart, true,
		"A child that a call asked for did not start.",
		"The cause says why.",
	},
	{
		4108, "supervision/plan.StartError", nil, High, restart, true,
		"A child that a call asked for did not start.",
		"The cause says why.",
	},
	{
		4109, "supervision/plan.StartFailed", nil, High, restart, false,
		"A supervisor ended because one of its children did not start with it.",
		"The reason says why.",
	},
	{
		4201, "supervision/task.ErrNotOwner", nil, Medium, never, false,
		"A process asked for the result of a task that another process owns.",
		"Let the owner ask.",
	},
	{
		4202, "supervision/task.ErrGivenUp", nil, Low, never, false,
		"The task was given up by an earlier Await.",
		"Start it again.",
	},
	{
		4203, "supervision/task.ExitError", nil, Medium, replace, true,
		"A task ended without a result.",
		"The cause says why.",
	},
	{
		4204, "supervision/task.ItemError", nil, Medium, replace, true,
		"One item of a stream has no result.",
		"The cause says why.",
	},
	{
		4301, "actors/group.ErrNotJoined", nil, Low, never, false,
		"None of the processes is in the group.",
		"Nothing: the group is as if they had left.",
	},
	{
		4311, "actors/eventmgr.HandlerError", nil, Medium, replace, true,
		"A manager could not do with a handler what it was asked, or the handler crashed over it.",
		"The cause says why.",
	},
	{
		4312, "actors/eventmgr.ErrNoHandler", nil, Low, never, false,
		"The manager has no handler of the id.",
		"Add it first.",
	},
	{
		4401, "agents/work/plan.ErrDraining", nil, Medium, slowly, false,
		"The queue takes no new tasks: its node is about to end.",
		"Submit to another node, or after the restart.",
	},
	{
		4402, "agents/work/plan.ErrConflict", nil, Medium, never, false,
		"The id or key of a task is known with other content.",
		"Give the task another id or key.",
	},
	{
		4403, "agents/work/plan.DuplicateError",
		[]string{"agents/work/plan.ErrDuplicate"},
		Low, never, false,
		"The task is known already.",
		"Nothing: ask for the outcome of the first one.",
	},
	{
		4404, "agents/work/plan.ErrUnknown", nil, Low, never, false,
		"No task has the id.",
		"Check the id; tasks that ended long ago are forgotten.",
	},
	{
		4405, "agents/work/plan.ErrEnded", nil, Low, never, false,
		"The task has its outcome.",
		"Read the outcome.",
	},
	{
		4406, "agents/work/plan.ErrNotDead", nil, Low, never, false,
		"The task is not dead, and so cannot be opened again.",
		"Wait for its outcome.",
	},
	{
		4407, "agents/work.ErrOpen", nil, Low, slowly, false,
		"The task has no outcome yet.",
		"Ask again, or watch it.",
	},
	{
		4408, "agents/work.TaskError", nil, Low, never, true,
		"A request about one task was refused.",
		"The cause says why.",
	},
	{
		4409, "agents/bidding.ErrNoCapacity", nil, Low, later, true,
		"An agent has no free slot for a task that is bid for, and does not bid.",
		"Nothing is to be done; raise its concurrency if that happens too often.",
	},
	{
		4410, "agents/bidding.ErrBroke", nil, Low, later, true,
		"An agent has spent its budget and does not bid.",
		"Raise the budget in its resources.",
	},
	{
		4411, "agents/bidding.ErrAboveCeiling", nil, Low, later, true,
		"An agent would ask more for a task than is paid, and does not bid.",
		"Raise the ceiling of the queue, or lower what the agent asks.",
	},
	{
		4412, "agents/bidding.ErrUnavailable", nil, Low, later, true,
		"An agent was asked to bid and gave no answer in time; it counts as not having bid.",
		"Look at the agent, or give bids more time.",
	},
}, coordinationOfMarkets, coordinationOfProtocols, coordinationOfCognitive)
