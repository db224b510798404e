// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"errors"
	"fmt"
	"time"
)

// Never, as a duration of [Config], switches the limit off.
const Never time.Duration = -1

// NoJunk, as Config.JunkLimit, ends the program at its first junk line.
const NoJunk = -1

// DefaultPing is Config.PingInterval where it is not set.
const DefaultPing = 10 * time.Second

// Config is how patient a session is. The zero value has the defaults that each field names. A duration of
// [Never] (any negative value) switches that limit off, where the field says so.
type Config struct {
	Agent        string        // the agent's id, told to the program in ready; may be empty
	StartTimeout time.Duration // from start to hello; default 5 s; Never waits for ever
	StopGrace    time.Duration // from stop (or bye) to SIGTERM; default 5 s; Never waits for ever
	TermGrace    time.Duration // from SIGTERM to SIGKILL; default 2 s
	CloseGrace   time.Duration // from the end of output, or a closed input, to SIGKILL when no exit follows; default 2 s
	PingInterval time.Duration // between pings, for programs with a sign-of-life feature; default 10 s; Never does not watch
	PingMisses   int           // silent intervals in a row that end the program; default 3
	CancelGrace  time.Duration // from cancel (or a missed deadline) to the end of a program that does not answer; default 5 s; Never lets it keep the place
	Inflight     int           // most tasks out at once, lowered by hello; default 1
	JunkLimit    int           // junk lines within JunkWindow that are still borne; default 100; NoJunk bears none
	JunkWindow   time.Duration // after which the junk count starts again; default 1 min; Never counts over the whole life
	LineLimit    int           // bytes of a line to the program, and what ready tells it; default [DefaultLineLimit]
	Strict       bool          // unknown fields are junk
	Variables    bool          // the owner has shared variables for the program
}

func (c Config) withDefaults() Config {
	duration := func(d *time.Duration, preset time.Duration) {
		if *d == 0 {
			*d = preset
		}
	}
	number := func(n *int, preset int) {
		if *n == 0 {
			*n = preset
		}
	}
	duration(&c.StartTimeout, 5*time.Second)
	duration(&c.StopGrace, 5*time.Second)
	duration(&c.TermGrace, 2*time.Second)
	duration(&c.CloseGrace, 2*time.Second)
	duration(&c.PingInterval, DefaultPing)
	duration(&c.CancelGrace, 5*time.Second)
	duration(&c.JunkWindow, time.Minute)
	number(&c.PingMisses, 3)
	number(&c.Inflight, 1)
	number(&c.JunkLimit, 100)
	number(&c.LineLimit, DefaultLineLimit)
	return c
}

// Validate reports every field that has no meaning, joined. The zero Config is valid.
func (c Config) Validate() error {
	var problems []error
	bad := func(field, reason string) {
		problems = append(problems, fmt.Errorf("protocol: validate %q: %s", field, reason))
	}
	if c.TermGrace < 0 {
		bad("TermGrace", "must not be negative: a program that ignores SIGTERM would live for ever")
	}
	if c.CloseGrace < 0 {
		bad("CloseGrace", "must not be negative: a program without output would live for ever")
	}
	if c.PingMisses < 0 {
		bad("PingMisses", "must not be negative")
	}
	if c.Inflight < 0 {
		bad("Inflight", "must not be negative")
	}
	if c.LineLimit < 0 {
		bad("LineLimit", "must not be negative")
	}
	return errors.Join(problems...)
}
