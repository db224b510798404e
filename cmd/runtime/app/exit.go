// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
)

// The exit codes of the command.
const (
	ExitDone        = 0   // done
	ExitFailed      = 1   // unexpected failure
	ExitUsage       = 2   // usage, or an invalid config, script or task file named on the command line
	ExitUnmet       = 3   // an expectation of a scenario does not hold
	ExitUnreachable = 4   // the node cannot be reached
	ExitDrained     = 5   // the drain deadline passed and work was handed back
	ExitGaveUp      = 6   // the root supervisor gave up
	ExitDeadLetters = 7   // the job ended with tasks in the dead letters
	ExitUndecided   = 8   // a session of coordination ended without a decision
	ExitInterrupt   = 130 // second SIGINT
	ExitTerminate   = 143 // second SIGTERM
)

// ExitCodes documents the codes, in the order in which help shows them.
var ExitCodes = []struct {
	Code    int
	Meaning string
}{
	{ExitDone, "done"},
	{ExitFailed, "unexpected failure"},
	{ExitUsage, "wrong usage, or an invalid config file or script"},
	{ExitUnmet, "an expectation of a scenario does not hold"},
	{ExitUnreachable, "the node cannot be reached"},
	{ExitDrained, "the drain deadline passed; running work was handed back"},
	{ExitGaveUp, "the root supervisor gave up"},
	{ExitDeadLetters, "the job ended with tasks in the dead letters"},
	{ExitUndecided, "a session of coordination ended without a decision"},
	{ExitInterrupt, "stopped at once by a second SIGINT"},
	{ExitTerminate, "stopped at once by a second SIGTERM"},
}

// codeError is an error with the exit code that it stands for. An empty text prints nothing: what there was to say has been said.
type codeError struct {
	code int
	err  error
}

func (e *codeError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *codeError) Unwrap() error { return e.err }

// FaultCode is that of wrong usage for the exit code of that; others have none.
func (e *codeError) FaultCode() fault.Code {
	if e.code == ExitUsage {
		return usageCode
	}
	return 0
}

func exitWith(code int, err error) error { return &codeError{code, err} }

func usage(format string, args ...any) error { return exitWith(ExitUsage, fmt.Errorf(format, args...)) }

// codeOf returns the exit code of what a command returned.
func codeOf(err error) int {
	var c *codeError
	switch {
	case err == nil:
		return ExitDone
	case errors.As(err, &c):
		return c.code
	}
	return exitOf(fault.Of(err))
}

// exitOf is the exit code of an error that no command gave one.
func exitOf(f fault.Fault) int {
	for _, code := range f.Chain {
		switch code {
		case 1301, 1302: // the configuration
			return ExitUsage
		case 2401: // no node answers
			return ExitUnreachable
		case 9201: // the root supervisor gave up
			return ExitGaveUp
		case 9831: // an expectation of a scenario
			return ExitUnmet
		}
	}
	return ExitFailed
}

// exitCodesText is the help topic.
func exitCodesText() string {
	var b strings.Builder
	b.WriteString("Exit codes:\n")
	for _, c := range ExitCodes {
		fmt.Fprintf(&b, "  %3d  %s\n", c.Code, c.Meaning)
	}
	return b.String()
}
