// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/protocols/policy"
)

// Settings say which program an agent is and what it may do before it counts as crashed. Only Command is needed: every other zero
// value is a default. Durations are nanoseconds in JSON, as the encoding of time.Duration has it.
type Settings struct {
	// Command is the program and its arguments; no shell is involved. A name without a separator is looked up in PATH, a relative
	// path starts at the folder of the runtime.
	Command []string `json:"command"`
	// Dir is the folder the program runs in; empty means that of the runtime.
	Dir string `json:"dir,omitempty"`
	// Env are variables besides PATH, HOME, LANG and TMPDIR, which the program gets when the runtime has them.
	Env map[string]string `json:"env,omitempty"`
	// PassEnv are names of further variables that the program gets from the runtime's environment.
	PassEnv []string `json:"pass_env,omitempty"`
	// LineLimit is the longest line, in bytes, either way; a longer one from the program is a crash. 0 means 1 MiB.
	LineLimit int `json:"line_limit,omitempty"`
	// JunkLimit is how many lines in a minute may be no message of the protocol; one more is a crash. 0 means 100, negative none.
	JunkLimit int `json:"junk_limit,omitempty"`
	// Strict makes lines with unknown fields junk.
	Strict bool `json:"strict,omitempty"`
	// StderrKeep is how many bytes of the end of standard error are kept for the crash report. 0 means 64 KiB, negative none.
	StderrKeep int `json:"stderr_keep,omitempty"`
	// LogRate is how many lines of standard error a second are logged, and as many log messages. 0 means 100, negative all.
	LogRate int `json:"log_rate,omitempty"`
	// HelloTimeout is the time from the start to the program's hello. 0 means 5 s, negative no limit.
	HelloTimeout time.Duration `json:"hello_timeout,omitempty"`
	// PingInterval is the pause between pings to a program that offers to answer them, or the longest pause between the heartbeats
	// of one that sends them. 0 means 10 s, negative does not watch.
	PingInterval time.Duration `json:"ping_interval,omitempty"`
	// PingMisses is how many silent intervals in a row make a crash. 0 means 3.
	PingMisses int `json:"ping_misses,omitempty"`
	// WriteTimeout is the longest the program may leave its input unread while a line waits. 0 means 10 s, negative no limit.
	WriteTimeout time.Duration `json:"write_timeout,omitempty"`
	// CancelGrace is the time a program has to answer a task that was recalled or is past its deadline; then it counts as hung.
	// 0 means 5 s, negative no limit.
	CancelGrace time.Duration `json:"cancel_grace,omitempty"`
	// TermGrace is the time from the TERM to the KILL signal; at most half of the agent's shutdown time is used for it. 0 means 2 s,
	// negative none.
	TermGrace time.Duration `json:"term_grace,omitempty"`
	// Votes is the policy that answers in sessions of coordination where the program does not say that it votes; nil declines. VotesByPolicy has it
	// answer in any case.
	Votes         *policy.Rules `json:"votes,omitempty"`
	VotesByPolicy bool          `json:"votes_by_policy,omitempty"`
	// Variables name the shared variables that the program sees and may suggest values for: SPACE/NAME, SPACE/* for all of a space, or * for all. Without any it sees none.
	Variables []string `json:"variables,omitempty"`
}

// Validate returns every mistake of the settings. Whether the program exists is seen at the start.
func (s Settings) Validate() error {
	var all []error
	wrong := func(field, format string, args ...any) {
		all = append(all, fmt.Errorf("exec: check settings: %s: %w", field, fmt.Errorf(format, args...)))
	}
	if len(s.Command) == 0 || s.Command[0] == "" {
		wrong("command", "is missing")
	}
	for _, text := range s.Command {
		if strings.ContainsRune(text, 0) {
			wrong("command", "%q holds a zero byte", text)
		}
	}
	if strings.ContainsRune(s.Dir, 0) {
		wrong("dir", "%q holds a zero byte", s.Dir)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		if name == "" || strings.ContainsAny(name, "=\x00") {
			wrong("env", "%q is not a name", name)
		}
		if strings.ContainsRune(s.Env[name], 0) {
			wrong("env", "the value of %q holds a zero byte", name)
		}
	}
	for _, name := range s.PassEnv {
		if name == "" || strings.ContainsAny(name, "=\x00") {
			wrong("pass_env", "%q is not a name", name)
		}
	}
	if s.LineLimit < 0 {
		wrong("line_limit", "must not be negative")
	}
	if s.PingMisses < 0 {
		wrong("ping_misses", "must not be negative")
	}
	for _, name := range s.Variables {
		if space, variable, ok := strings.Cut(name, "/"); name != "*" && (!ok || space == "" || variable == "") {
			wrong("variables", "%q: want SPACE/NAME, SPACE/* or *", name)
		}
	}
	switch {
	case s.Votes != nil:
		if err := s.Votes.Validate(); err != nil {
			wrong("votes", "%w", err)
		}
	case s.VotesByPolicy:
		wrong("votes", "is missing, and votes_by_policy needs it")
	}
	return errors.Join(all...)
}

// parse reads the settings of an agent. Unknown keys are mistakes.
func parse(raw json.RawMessage) (Settings, error) {
	var s Settings
	if len(raw) > 0 {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil {
			return Settings{}, fmt.Errorf("exec: read settings: %w", err)
		}
		if d.More() {
			return Settings{}, errors.New("exec: read settings: something stands after the object")
		}
	}
	return s, s.Validate()
}

// program is the part of the settings that concerns the process.
func (s Settings) program() program.Spec {
	env := make([]string, 0, len(s.Env))
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		env = append(env, name+"="+s.Env[name])
	}
	return program.Spec{
		Command: s.Command, Dir: s.Dir, Env: env, PassEnv: s.PassEnv, LineLimit: s.LineLimit,
		WriteTimeout: s.WriteTimeout, StderrKeep: s.StderrKeep, StderrRate: s.LogRate,
	}
}

// protocol is the part of the settings that concerns the conversation.
func (s Settings) protocol() protocol.Config {
	return protocol.Config{
		StartTimeout: s.HelloTimeout, PingInterval: s.PingInterval, PingMisses: s.PingMisses, CancelGrace: s.CancelGrace,
		JunkLimit: s.JunkLimit, LineLimit: s.LineLimit, Strict: s.Strict,
	}
}
