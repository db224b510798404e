// SPDX-License-Identifier: Apache-2.0

package fault

// coordinationOfCognitive is what of 4xxx cognitive and the packages below it have.
var coordinationOfCognitive = []Entry{
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
		4699, "cognitive/expr.EvalError", nil, Medium, never, false,
		"An expression has no result for its inputs.",
		"The message says why; guard the expression against such inputs.",
	},
}
