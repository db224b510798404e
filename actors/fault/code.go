// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"fmt"
	"strconv"
	"strings"
)

// Code names one condition, for ever: a code that a release has given out never means anything else, and one that is withdrawn stays
// reserved. 1000 to 9999 are this project's, in the areas of [Area]; programs built on it use 10000 and above. Zero is no code.
type Code uint16

// Unknown is the code of an error that has none of its own.
const Unknown Code = 9001

// Area is what a code is about: its first digit. Areas are 1 to 9; codes of other programs have area 0.
type Area uint8

// The areas.
const (
	Validation     Area = iota + 1 // what was asked cannot be right, whoever asks and whenever
	Infrastructure                 // disks, networks, files, other programs
	Agent                          // processes and agents, and what they are made of
	Coordination                   // supervisors, tasks and queues: what stands in each other's way
	Breaker                        // circuits that are open
	Rate                           // something is full, busy or too fast
	Registry                       // names, keys and tables
	Telemetry                      // events, metrics and alerts
	System                         // the runtime and the node as a whole
)

var areas = [...]string{
	"other", "validation", "infrastructure", "agent", "coordination", "breaker", "rate", "registry", "telemetry", "system",
}

// String returns the word for the area.
func (a Area) String() string {
	if int(a) < len(areas) {
		return areas[a]
	}
	return fmt.Sprintf("fault.Area(%d)", uint8(a))
}

// Area returns what the code is about.
func (c Code) Area() Area {
	if a := c / 1000; a <= 9 {
		return Area(a)
	}
	return 0
}

// String returns the code as it is shown everywhere, such as E2104; empty for zero.
func (c Code) String() string {
	if c == 0 {
		return ""
	}
	return fmt.Sprintf("E%04d", uint16(c))
}

// MarshalText returns the code as it is shown.
func (c Code) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *Code) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*c = 0
		return nil
	}
	read, err := Parse(string(text))
	if err == nil {
		*c = read
	}
	return err
}

// Parse reads a code: E2104, e2104 or 2104. It need not be one that is given out.
func Parse(text string) (Code, error) {
	digits := text
	if rest, ok := strings.CutPrefix(strings.ToUpper(text), "E"); ok {
		digits = rest
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || n < 1000 {
		return 0, fmt.Errorf("fault: parse %q: a code looks like E2104", text)
	}
	return Code(n), nil
}
