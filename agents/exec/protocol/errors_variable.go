// SPDX-License-Identifier: Apache-2.0

package protocol

import "mabeam.dev/actors/fault"

// Why a program hears nothing of variables, or what it says of them is not taken.
var (
	// ErrNoVariables is returned for a program that has no variables: its hello does not name [FeatureVariables], or its settings name none.
	ErrNoVariables = fault.New(4730, "program has no variables")
	// ErrVariableBusy is what is wrong with a suggestion when too many of the program are open.
	ErrVariableBusy = fault.New(4731, "too many suggestions are open")
	// ErrVariableTwice is what is wrong with a line whose id is that of one which is not answered yet; it has no answer of its own.
	ErrVariableTwice = fault.New(4732, "id is in use")
	// ErrVariableUnknown is what is wrong with a line about a variable that the program does not see.
	ErrVariableUnknown = fault.New(4733, "no such variable")
)

// FaultCode is E4735.
func (*VariableError) FaultCode() fault.Code { return 4735 }

// What is wrong with a line about variables.
var (
	// ErrVariableMalformed is what is wrong with a line that is not built as one about variables: a field of another type, or none where one must be.
	ErrVariableMalformed = fault.New(1906, "line about a variable is malformed")
	// ErrVariableRange is what is wrong with a line that has a figure or text beyond the limits of the protocol.
	ErrVariableRange = fault.New(1907, "line about a variable is beyond a limit")
	// ErrVariableLine is returned for what the program is to be told of variables and makes no line: no JSON, or over the limit.
	ErrVariableLine = fault.New(1908, "variable makes no line")
)
