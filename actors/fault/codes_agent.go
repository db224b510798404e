// SPDX-License-Identifier: Apache-2.0

package fault

// agent is 3xxx: processes and agents, and the programs behind them.
var agent = []Entry{
	{
		3101, "actors/exit.CrashError", nil, High, restart, false,
		"A process crashed: a callback returned an error or panicked.",
		"The supervisor restarts it. Read the cause and, for a panic, the stack.",
	},
	{
		3102, "actors/exit.PanicError", nil, High, restart, false,
		"A callback panicked.",
		"Correct the program at the top of the stack.",
	},
	{
		3103, "actors/exit.Error", nil, Low, restart, true,
		"A process ended, and what it was doing with it.",
		"Look at the reason: an ordered end needs nothing.",
	},
	{
		3104, "actors/exit.ErrGoexit", nil, High, restart, false,
		"A callback ended its goroutine with runtime.Goexit, as the failing methods of a test do.",
		"Do not end the goroutine in a callback.",
	},
	{
		3105, "actors.ErrNoProc", nil, Medium, later, false,
		"There is nobody to send to: the process has ended, is restarting, or never was.",
		"Try again when its supervisor has restarted it; check the name if it goes on.",
	},
	{
		3106, "actors.CallError", nil, Medium, later, false,
		"The process that took a call ended before it answered. What was asked may have been done.",
		"Ask again if asking twice does no harm; the reason in the error says why it ended.",
	},
	{
		3107, "actors.ErrTimeout", nil, Medium, later, false,
		"A call was not answered within its deadline. What was asked may still be done.",
		"Ask again if asking twice does no harm; look at the queue length of the callee if it goes on.",
	},
	{
		3108, "actors.ErrFenced", nil, Low, replace, false,
		"The asking process has been killed; what it still does is void.",
		"Nothing: its successor does the work.",
	},
	{
		3109, "actors.StartError", nil, High, restart, true,
		"A process ended in its Init.",
		"The cause says why.",
	},
	{
		3110, "actors.ErrStartTimeout", nil, High, restart, false,
		"Init did not return in time, and the process was killed.",
		"Raise StartTimeout, or move slow work out of Init.",
	},
	{
		3111, "actors.ErrIgnore", nil, Low, never, false,
		"Init chose not to start a process, and nothing is wrong.",
		"Nothing.",
	},
	{
		3201, "agents.Failure", nil, Medium, custom, false,
		"A task did not give a result; its class says whether another attempt can.",
		"Read the reason; a permanent failure needs another task or another agent.",
	},
	{
		3202, "agents.TaskPanicError", nil, High, replace, false,
		"The function of an agent panicked over a task.",
		"Correct the function; the queue offers the task to other agents until it is found to be poison.",
	},
	{
		3203, "agents.RecalledError", nil, Low, replace, false,
		"The queue took an attempt back.",
		"Nothing: another agent gets it, or its time is over.",
	},
	{
		3204, "agents.ErrKept", nil, Low, never, false,
		"A durable agent was to be added to a team that keeps one of that id.",
		"Remove the other one, or choose another id.",
	},
	{
		3205, "agents.ErrNotDurable", nil, Medium, never, false,
		"A durable agent was to be added where its spec cannot be written down.",
		"Give the team a journal, and the spec no functions.",
	},
	{
		3211, "agents/lifecycle.TransitionError",
		[]string{"agents/lifecycle.ErrTransition"},
		Low, later, false,
		"An agent cannot do in its state what was asked.",
		"Look at its state first.",
	},
	{
		3221, "agents/exec/guest.PermanentError", nil, Medium, never, false,
		"A program says that no attempt at the task can succeed.",
		"Read its message.",
	},
	{
		3301, "agents/exec.StartError", nil, High, restart, true,
		"The program of an agent could not be run, or ended or kept silent before its hello.",
		"Check the command and what the program writes to standard error.",
	},
	{
		3302, "agents/exec.ExitError", nil, High, restart, true,
		"The program of an agent ended without having been asked to.",
		"Read what it wrote to standard error.",
	},
	{
		3311, "agents/exec/program.ErrInputClosed", nil, Medium, replace, false,
		"A line was written to a program whose input is closed.",
		"Nothing: the agent is restarted.",
	},
	{
		3312, "agents/exec/program.ErrUnsupported", nil, High, escalate, false,
		"The system has no process groups, without which a program's children could stay behind.",
		"Run programs as agents on another system.",
	},
	{
		3313, "agents/exec/program.ErrNotMeasured", nil, Low, degrade, false,
		"What a program uses is not measured, on this system or since the program has gone.",
		"Nothing: its usage is shown as unknown.",
	},
	{
		3321, "agents/exec/protocol.ErrNotReady", nil, Low, later, false,
		"The program has not said hello yet.",
		"Wait for it.",
	},
	{
		3322, "agents/exec/protocol.ErrStopping", nil, Low, replace, false,
		"The program is stopping or gone.",
		"Give the task to another agent.",
	},
	{
		3323, "agents/exec/protocol.ErrTaskOpen", nil, Low, replace, false,
		"The program still holds a task of this id.",
		"Give the task to another agent, or wait.",
	},
	{
		3324, "agents/exec/protocol.ErrDeadline", nil, Medium, later, false,
		"A program did not answer a task within its time-out.",
		"Allow more time, or find out what it waits for.",
	},
	{
		3325, "agents/exec/protocol.ErrCancelled", nil, Low, replace, false,
		"A task was cancelled by its owner.",
		"Nothing: somebody wanted it so.",
	},
	{
		3326, "agents/exec/protocol.ErrNoHello", nil, High, restart, false,
		"A program did not say hello within the start time-out.",
		"Check that it speaks the protocol, and flushes its output.",
	},
	{
		3327, "agents/exec/protocol.ErrOutputClosed", nil, High, restart, false,
		"A program closed its output and went on living.",
		"Correct the program.",
	},
	{
		3328, "agents/exec/protocol.ErrInputClosed", nil, High, restart, false,
		"A program closed its input and went on living.",
		"Correct the program.",
	},
	{
		3329, "agents/exec/protocol.ErrWriteBlocked", nil, High, restart, false,
		"A program did not read its input for too long.",
		"Have it read while it works.",
	},
	{
		3330, "agents/exec/protocol.ErrSilent", nil, High, restart, false,
		"A program gave no sign of life.",
		"Have it beat while it works, or raise the time-out.",
	},
	{
		3331, "agents/exec/protocol.ErrCancelIgnored", nil, High, restart, false,
		"A program did not answer a task after its cancel.",
		"Have it answer, even with an error.",
	},
	{
		3332, "agents/exec/protocol.ErrStayed", nil, High, restart, false,
		"A program said bye and did not exit.",
		"Have it exit.",
	},
	{
		3333, "agents/exec/protocol.DownError",
		[]string{"agents/exec/protocol.ErrAgentDown"},
		Medium, replace, false,
		"A program went down while it held the task.",
		"Nothing: the queue gives the task to another agent.",
	},
	{
		3334, "agents/exec/protocol.JunkError", nil, High, restart, false,
		"A program wrote too many lines that are no messages.",
		"Have it write its log to standard error.",
	},
	{
		3335, "agents/exec/protocol.VersionError", nil, High, escalate, false,
		"A program speaks a version of the protocol that this release does not.",
		"Update the program, or this release.",
	},
	{
		3336, "agents/exec/protocol.JunkLine", nil, Low, degrade, false,
		"A program wrote a line that is no message; it was passed over.",
		"Have it write its log to standard error.",
	},
	{
		3337, "agents/exec/protocol.LineTooLongError", nil, High, restart, false,
		"A program wrote a line over the limit and was ended.",
		"Have it answer with a reference instead of the data.",
	},
	{
		3338, "agents/exec/protocol.Stray", nil, Low, degrade, false,
		"A program answered for a task that it does not hold; the line was passed over.",
		"Have it answer every task once.",
	},
	{
		3339, "agents/exec/protocol.ErrNotBidder", nil, Low, never, false,
		"A program was to be asked for a bid and has not said that it bids.",
		"Have its hello name the feature bid, or set prices in its section bidding.",
	},
	{
		3340, "agents/exec/protocol.ErrBidSilent", nil, Low, later, false,
		"A program did not answer a call for bids in time; it passes.",
		"Have it answer while it works, with a pass if it does not want the tasks.",
	},
	{
		3341, "agents/exec/protocol.ErrBidLate", nil, Low, degrade, false,
		"A program bid after the time of the call; the bid was dropped.",
		"Have it bid within deadline_ms.",
	},
	{
		3342, "agents/exec/protocol.ErrBidTwice", nil, Low, degrade, false,
		"A program answered a call for bids twice; the first answer stands.",
		"Have it answer every call once.",
	},
	{
		3343, "agents/exec/protocol.ErrBidUnknown", nil, Low, degrade, false,
		"A program bid in a call that it was not asked in; the bid was dropped.",
		"Have it repeat the id of the request.",
	},
	{
		3344, "agents/exec/protocol.PassError", nil, Low, later, false,
		"A program does not bid for tasks, for the reason that it gives.",
		"Nothing, or read the reason.",
	},
	{
		3345, "agents/exec/protocol.BidError", nil, Low, degrade, false,
		"A program's answer to a call for bids does not count.",
		"Correct in the program what the cause says.",
	},
	{
		3401, "agents/balance.NoAgentError",
		[]string{"agents/balance.ErrNoAgent"},
		Medium, later, false,
		"No agent can take the work now; the error counts what speaks against each.",
		"Wait until one is free or healthy; add agents with the capability if none is meant.",
	},
}
