// SPDX-License-Identifier: Apache-2.0

package fault

// validationOfCognitive is what of 1xxx cognitive and the packages below it have.
var validationOfCognitive = []Entry{
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
