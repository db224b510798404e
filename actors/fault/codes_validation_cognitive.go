// SPDX-License-Identifier: Apache-2.0

package fault

// validationOfCognitive is what of 1xxx cognitive and the packages below it have.
var validationOfCognitive = []Entry{
	{
		1906, "agents/exec/protocol.ErrVariableMalformed", nil, Low, never, false,
		"A line of a program about a shared variable is not built as one.",
		"Correct the program: the message names the field.",
	},
	{
		1907, "agents/exec/protocol.ErrVariableRange", nil, Low, never, false,
		"A line of a program about a shared variable has a figure or a text beyond the limits of the protocol.",
		"Correct the program: the message names the field.",
	},
	{
		1908, "agents/exec/protocol.ErrVariableLine", nil, Low, never, false,
		"A program cannot be told of a shared variable, as it makes no line.",
		"Raise the line limit of the agent, or make the value smaller.",
	},
	{
		1980, "cognitive/internal/frame.StateError", nil, Medium, never, false,
		"Bytes are no state of the algorithm that was to be restored: cut, changed, or of another kind or version.",
		"Begin with a fresh state, or restore an older one that is whole.",
	},
	{
		1981, "cognitive/bandit.SpecError", nil, Low, never, false,
		"A bandit has a setting that cannot be.",
		"Correct the fields that the message names.",
	},
	{
		1982, "cognitive/detect.SpecError", nil, Low, never, false,
		"A detector of changes has a setting that cannot be.",
		"Correct the fields that the message names.",
	},
	{
		1983, "cognitive/ensemble.SpecError", nil, Low, never, false,
		"What members say cannot be combined.",
		"Correct the input that the message names.",
	},
	{
		1984, "cognitive/team.SpecError", nil, Low, never, false,
		"A query for a team cannot be.",
		"Correct the fields that the message names.",
	},
	{
		1985, "cognitive/bandit.RewardError", nil, Low, never, false,
		"A bandit got a reward that it cannot learn from: of no arm, or no number.",
		"Find out what computed it; the bandit has not changed.",
	},
	{
		1986, "cognitive/ensemble.ErrTooFewOutcomes", nil, Low, never, false,
		"There are fewer than ten labelled outcomes for each weight that was to be learned.",
		"Collect more outcomes, or combine in a simpler way.",
	},
	{
		1987, "cognitive/adapt.StrategyError", nil, Low, never, false,
		"The name of a strategy of adaptation is none that there is.",
		"Take one of those that the message lists.",
	},
	{
		1988, "internal/node.AdaptationError", nil, Low, never, false,
		"A way to adapt a variable, which somebody has asked of a running node, has mistakes.",
		"Correct what the error names; the keys are those of the config's section adapt.",
	},
	{
		1990, "cognitive/optimize.ErrInvalidSpace", nil, Medium, never, false,
		"The dimensions of a search make no space.",
		"Correct what the error names; it names every mistake.",
	},
	{
		1991, "cognitive/optimize.ErrInvalidOptions", nil, Medium, never, false,
		"No search can follow its options, or its method does not fit the space.",
		"Correct what the error names; a zero field is the default.",
	},
	{
		1992, "cognitive/optimize.PointError",
		[]string{"cognitive/optimize.ErrInvalidPoint"},
		Low, never, false,
		"A point has a value that its dimension does not have.",
		"Ask the search for points, or check values before they are used.",
	},
	{
		1993, "cognitive/optimize.ErrInvalidState", nil, High, never, false,
		"A state is not one of this search: it is damaged, or of other options or another space.",
		"Restore it into a search made in the same way, or begin again.",
	},
	{
		1995, "cognitive/kind.RangeError",
		[]string{"cognitive/kind.ErrRange"},
		Low, never, false,
		"A value is outside of the range of its variable, off its grid, or breaks a rule across its fields.",
		"Propose a value inside; the error says which there are.",
	},
	{
		1996, "cognitive/kind.ErrNotFinite", nil, Medium, never, false,
		"A number is NaN or infinite.",
		"Find out what computed it: no variable ever has such a value.",
	},
	{
		1997, "cognitive/kind.UnknownChoiceError",
		[]string{"cognitive/kind.ErrUnknownChoice"},
		Low, never, false,
		"An option is not one of those that there are, or is disabled.",
		"Choose one that the error names.",
	},
	{
		1998, "cognitive/kind.TypeError",
		[]string{"cognitive/kind.ErrType"},
		Medium, never, false,
		"A value has another form than its variable.",
		"Use the handle of the variable's own type.",
	},
	{
		1999, "cognitive/kind.DefinitionError", nil, Medium, never, false,
		"The description of a variable allows no values, or contradicts itself.",
		"Correct what the error names.",
	},
}
