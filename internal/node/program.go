// SPDX-License-Identifier: Apache-2.0

package node

import (
	"time"

	"mabeam.dev/agents/exec"
	"mabeam.dev/config"
)

// program converts what a config file says of a program. A written 0 means none in the file; in the settings negative does, and zero is
// the default.
func program(c config.Child) exec.Settings {
	l := c.Limits
	s := exec.Settings{
		Dir: c.Dir.Reveal(), Env: map[string]string{}, LineLimit: int(l.Line), JunkLimit: none(l.JunkLines), StderrKeep: none(int(l.Stderr)),
		HelloTimeout: l.Hello, PingInterval: none(l.Heartbeat), PingMisses: l.Missed, WriteTimeout: l.Write, TermGrace: none(l.Term),
	}
	for _, word := range c.Command {
		s.Command = append(s.Command, word.Reveal())
	}
	for name, value := range c.Env {
		s.Env[name] = value.Reveal()
	}
	if v := c.Votes; v != nil {
		rules := v.Rules()
		s.Votes, s.VotesByPolicy = &rules, v.From == config.VoteByPolicy
	}
	s.Variables = c.Variables
	return s
}

// none turns a written 0 into the settings' word for it.
func none[T int | time.Duration](v T) T {
	if v == 0 {
		return -1
	}
	return v
}
