// SPDX-License-Identifier: Apache-2.0

package program

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"mabeam.dev/agents/exec/protocol"
)

// Spec is the program to run. Only Command is needed.
type Spec struct {
	Command      []string      // name and arguments; a name without a separator is looked up in PATH, a relative path from the runtime's folder
	Dir          string        // working folder; default the runtime's
	Env          []string      // "NAME=value", wins over what is passed on
	PassEnv      []string      // names passed on from the runtime's environment besides PATH, HOME, LANG and TMPDIR
	LineLimit    int           // bytes of a line of output; default [protocol.DefaultLineLimit]
	QueueSize    int           // input lines that wait for the program to read; default 64
	WriteTimeout time.Duration // until a line that the program does not read is reported; default 10 s, negative never
	StderrKeep   int           // bytes of standard error kept for the crash report; default 64 KiB, negative none
	StderrRate   int           // lines of standard error logged per second, with a burst of the same; default 100, negative all
}

func (s Spec) withDefaults() Spec {
	number := func(n *int, preset int) {
		if *n == 0 {
			*n = preset
		}
	}
	number(&s.LineLimit, protocol.DefaultLineLimit)
	number(&s.QueueSize, 64)
	number(&s.StderrKeep, 64<<10)
	s.StderrKeep = max(s.StderrKeep, 0)
	number(&s.StderrRate, 100)
	if s.WriteTimeout == 0 {
		s.WriteTimeout = 10 * time.Second
	}
	return s
}

// Validate reports every mistake of the spec, joined. Whether the program exists is seen at the start.
func (s Spec) Validate() error {
	var problems []error
	bad := func(field, reason string) {
		problems = append(problems, fmt.Errorf("program: validate %q: %s", field, reason))
	}
	if len(s.Command) == 0 || s.Command[0] == "" {
		bad("Command", "is empty")
	}
	for _, text := range append(append([]string{s.Dir}, s.Command...), s.Env...) {
		if strings.ContainsRune(text, 0) {
			bad("Command", fmt.Sprintf("%q holds a zero byte", text))
		}
	}
	for _, entry := range s.Env {
		if name, _, ok := strings.Cut(entry, "="); !ok || name == "" {
			bad("Env", fmt.Sprintf("%q is not NAME=value", entry))
		}
	}
	for _, name := range s.PassEnv {
		if name == "" || strings.ContainsAny(name, "=\x00") {
			bad("PassEnv", fmt.Sprintf("%q is not a name", name))
		}
	}
	for _, n := range []struct {
		field string
		value int
	}{{"LineLimit", s.LineLimit}, {"QueueSize", s.QueueSize}} {
		if n.value < 0 {
			bad(n.field, "must not be negative")
		}
	}
	return errors.Join(problems...)
}
