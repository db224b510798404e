// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
	"mabeam.dev/config"
)

// Error shows the line, what was seen, where the run was, and the command that repeats it.
func (e *UnmetError) Error() string {
	line := strings.TrimRight(e.Script.lines[e.Command.Line-1], " \t")
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s: %s\n", e.Script.Name, e.Command.Line, e.col(), strings.TrimSpace(line), e.Seen)
	fmt.Fprintf(&b, "%5d | %s\n      | %s^ seed %d, time %s, event %d", e.Command.Line, line, strings.Repeat(" ", e.col()-1), e.Seed, clock(e.At), e.Events)
	if len(e.Last) > 0 {
		fmt.Fprintf(&b, "; last:\n        %s", strings.Join(e.Last, "\n        "))
	}
	fmt.Fprintf(&b, "\n%s", replay(e.Script.Name, e.Seed, e.Prefix))
	return b.String()
}

// FaultCode is E9831.
func (*UnmetError) FaultCode() fault.Code { return 9831 }

// col is where the caret stands: under the last argument.
func (e *UnmetError) col() int { return e.Command.last() }

func (c *Command) last() int {
	if len(c.Args) == 0 {
		return 1
	}
	return c.Args[len(c.Args)-1].Col
}

// Error shows the line and the reason.
func (e *CommandError) Error() string {
	line := strings.TrimRight(e.Script.lines[e.Command.Line-1], " \t")
	return fmt.Sprintf("%s:%d:1: %s: %v\n%5d | %s\n      | ^ seed %d, time %s\n%s", e.Script.Name, e.Command.Line, strings.TrimSpace(line), e.Err,
		e.Command.Line, line, e.Seed, clock(e.At), replay(e.Script.Name, e.Seed, e.Prefix))
}

// FaultCode is E9832.
func (*CommandError) FaultCode() fault.Code { return 9832 }

func replay(name string, seed uint64, prefix int) string {
	text := fmt.Sprintf("replay: runtime scenario run %s --seed %d", name, seed)
	if prefix > 0 {
		text += fmt.Sprintf(" --prefix %d", prefix)
	}
	return text
}

// located gives mistakes of a file of the archive their places in the scenario.
func located(err error, s *Script, f File) error {
	var all config.Errors
	if !errors.As(err, &all) {
		return err
	}
	for _, p := range all {
		p.File = s.Name
		if p.Line > 0 {
			p.Line += f.Line - 1
		}
	}
	return all
}
