// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec/protocol"
)

// StartError is why an agent did not start: its program could not be run, or ended or kept silent before its hello.
type StartError struct {
	// Program is the first word of the command.
	Program string
	// Err is the operating system's refusal; nil if the program ran.
	Err error
	// Reason is how the program ended; it means nothing when Err is set.
	Reason protocol.Reason
	// Stderr is the end of what it wrote to standard error.
	Stderr string
}

// Error names the program, the reason and the last line of its standard error.
func (e *StartError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("exec: start %q: %v", e.Program, e.Err)
	}
	return fmt.Sprintf("exec: start %q: %v before hello%s", e.Program, e.Reason, lastWords(e.Stderr))
}

// FaultCode is E3301.
func (*StartError) FaultCode() fault.Code { return 3301 }

// Unwrap returns Err, or the cause of the reason.
func (e *StartError) Unwrap() error {
	if e.Err != nil {
		return e.Err
	}
	return e.Reason.Cause
}

// ExitError is the cause of an agent's crash: its program ended without having been asked to.
type ExitError struct {
	// Program is the first word of the command.
	Program string
	// Reason is how it ended.
	Reason protocol.Reason
	// Tasks are the ids of the tasks it had in hand, in the order in which it got them.
	Tasks []string
	// Culprit is the task that is to blame; empty if it cannot be told. errors.As finds it as an *agents.TaskPanicError.
	Culprit string
	// Stderr is the end of what it wrote to standard error.
	Stderr string
}

// Error names the program, the reason, the tasks and the last line of its standard error.
func (e *ExitError) Error() string {
	tasks := ""
	if n := len(e.Tasks); n == 1 {
		tasks = fmt.Sprintf(" with task %q in hand", e.Tasks[0])
	} else if n > 1 {
		tasks = fmt.Sprintf(" with %d tasks in hand", n)
	}
	return fmt.Sprintf("exec: run %q: %v%s%s", e.Program, e.Reason, tasks, lastWords(e.Stderr))
}

// FaultCode is E3302.
func (*ExitError) FaultCode() fault.Code { return 3302 }

// FaultPlace returns the task that is to blame, if one is.
func (e *ExitError) FaultPlace() fault.Place { return fault.Place{Task: e.Culprit} }

// Unwrap returns the cause of the reason and the task that is to blame, as far as there are any.
func (e *ExitError) Unwrap() []error {
	var all []error
	if e.Reason.Cause != nil {
		all = append(all, e.Reason.Cause)
	}
	if e.Culprit != "" {
		all = append(all, &agents.TaskPanicError{Task: e.Culprit, Value: "program ended: " + e.Reason.String()})
	}
	return all
}

// wordsLimit is how much of the last line of standard error a message quotes.
const wordsLimit = 200

// lastWords quotes the last line of standard error.
func lastWords(stderr string) string {
	line := strings.TrimRight(stderr, " \t\r\n")
	line = line[strings.LastIndexByte(line, '\n')+1:]
	if line == "" {
		return ""
	}
	return fmt.Sprintf("; last words: %q", line[max(0, len(line)-wordsLimit):])
}
