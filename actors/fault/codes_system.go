// SPDX-License-Identifier: Apache-2.0

package fault

// system is 9xxx: the runtime, the node and simulations of it as a whole.
var system = []Entry{
	{
		9001, "actors/fault.Unknown", nil, Medium, later, false,
		"An error without a code of its own.",
		"Read its text.",
	},
	{
		9101, "actors.ErrStopped", nil, Medium, restart, false,
		"The system is closed, or closing.",
		"Start it again.",
	},
	{
		9201, "internal/node.ErrGaveUp", nil, Critical, escalate, false,
		"The root supervisor gave up: its children crashed more often than its restart intensity allows.",
		"Read the crashes before it in the log, remove their cause, and start the node again.",
	},
	{
		9202, "internal/node.PhaseError", nil, Critical, escalate, true,
		"A phase of the node did not come up.",
		"The cause says why.",
	},
	{
		9203, "internal/node.ErrStarting", nil, Low, later, false,
		"The node is not up yet.",
		"Ask again when /readyz says that it is ready.",
	},
	{
		9204, "internal/node.ErrBudget", nil, High, escalate, false,
		"A phase of the node took longer to start than node.start allows.",
		"Find out what the named service waits for, or allow more time.",
	},
	{
		9211, "internal/node/phase.MissingError", nil, High, never, false,
		"Something depends on what is not there.",
		"Correct the name, or add what is missing.",
	},
	{
		9212, "internal/node/phase.CycleError", nil, High, never, false,
		"Things depend on each other in a circle, so none of them can start first.",
		"Take one of the dependencies away.",
	},
	{
		9213, "internal/node/phase.DuplicateError", nil, High, never, false,
		"Two services of the node have one name.",
		"Give one of them another.",
	},
	{
		9214, "internal/node/phase.OrderError", nil, High, never, false,
		"A service depends on one of a later phase.",
		"Move one of the two, or take the dependency away.",
	},
	{
		9215, "internal/node/phase.PhaseError", nil, High, never, false,
		"A service is declared for a phase that there is not.",
		"Use one of the phases of the package.",
	},
	{
		9801, "testkit/sim.ErrForeignDeadline", nil, Low, never, false,
		"Something in a simulation waits under a deadline of the operating system's clock.",
		"Make the deadline with the process's context.",
	},
	{
		9802, "testkit/sim.ErrSteps", nil, Medium, never, false,
		"A simulation took more steps than it may.",
		"Find the circle, or raise the limit.",
	},
	{
		9803, "testkit/sim.ErrStuck", nil, Medium, never, false,
		"A turn of a simulation blocks on something that it does not know of.",
		"Wait through the runtime alone.",
	},
	{
		9804, "testkit/sim.ErrEnded", nil, Low, never, false,
		"The body of a simulation ended its goroutine.",
		"Give assertions the Sim, and not the test.",
	},
	{
		9805, "testkit/sim.ErrTimerBlocks", nil, Medium, never, false,
		"The function of a timer waits.",
		"Have it send a message instead.",
	},
	{
		9806, "testkit/sim.DeadlockError", nil, High, never, false,
		"Nobody can run, and somebody waits.",
		"Follow who waits for whom.",
	},
	{
		9807, "testkit/sim.FailureError", nil, Medium, never, true,
		"A simulation reported a failure.",
		"Read its text.",
	},
	{
		9808, "testkit/sim.PanicError", nil, High, never, false,
		"The body of a simulation, or a timer's function, panicked.",
		"Read the stack.",
	},
	{
		9809, "testkit/sim.InjectedError", nil, Low, restart, false,
		"A crash or failed start that a simulation injected.",
		"Nothing: it was asked for.",
	},
	{
		9811, "testkit.ErrInjected", nil, Low, restart, false,
		"A crash or failed start that a test injected.",
		"Nothing: it was asked for.",
	},
	{
		9821, "testkit/conform.ErrRestless", nil, Medium, never, false,
		"A tree under test restarts for ever.",
		"Correct the script.",
	},
	{
		9831, "testkit/scenario.UnmetError", nil, High, never, false,
		"An expectation of a scenario does not hold.",
		"Read what was expected and what was there, and replay with the seed that is printed.",
	},
	{
		9832, "testkit/scenario.CommandError", nil, Medium, never, true,
		"A command of a scenario could not be carried out.",
		"Correct the line that the error names.",
	},
}
