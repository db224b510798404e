// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"encoding/json"
	"strconv"
	"time"

	"mabeam.dev/cognitive/kind"
)

// Commit is one change of a variable: what is journaled, kept as history and told to subscribers. It is immutable.
type Commit struct {
	// Variable is its name, Scope whom the value is for: empty for all, else "agent/NAME", "role/NAME" or "node/NAME". Each scope has versions of its own.
	Variable string
	Scope    string
	// Version is the new version, Previous the one before it.
	Version, Previous Version
	// Space is the version of the whole space that the commit is a part of. Commits that belong together have one.
	Space Version
	// Value is the new value. A value for some agents that was taken away is Gone.
	Value kind.Value
	Gone  bool
	// Cause, Proposer and Reason tell who set the value and why.
	Cause    Cause
	Proposer string
	Reason   string
	// Key is the idempotency key of the proposal, Decision the session that agreed to it; empty if there was none.
	Key      string
	Decision string
	// At is when, on the system's clock. Until is when a value for some agents expires; zero if it does not.
	At    time.Time
	Until time.Time
}

// appendJSON writes the commit in its short form: this is what the journal has most of.
func (c *Commit) appendJSON(b []byte) []byte {
	text := func(key, s string) {
		if s != "" {
			b = kind.AppendString(append(append(append(b, ',', '"'), key...), '"', ':'), s)
		}
	}
	number := func(key string, n uint64) {
		if n != 0 {
			b = strconv.AppendUint(append(append(append(b, ',', '"'), key...), '"', ':'), n, 10)
		}
	}
	b = kind.AppendString(append(b, `{"n":`...), c.Variable)
	text("s", c.Scope)
	number("e", c.Version.Epoch)
	number("q", c.Version.Seq)
	number("pe", c.Previous.Epoch)
	number("pq", c.Previous.Seq)
	number("se", c.Space.Epoch)
	number("sq", c.Space.Seq)
	if c.Value.Type() != kind.None {
		b = c.Value.AppendJSON(append(b, `,"v":`...))
	}
	if c.Gone {
		b = append(b, `,"g":true`...)
	}
	number("c", uint64(c.Cause))
	text("p", c.Proposer)
	text("r", c.Reason)
	text("k", c.Key)
	text("d", c.Decision)
	b = strconv.AppendInt(append(b, `,"t":`...), c.At.UnixNano(), 10)
	if !c.Until.IsZero() {
		b = strconv.AppendInt(append(b, `,"u":`...), c.Until.UnixNano(), 10)
	}
	return append(b, '}')
}

// MarshalJSON writes the form that the journal has.
func (c *Commit) MarshalJSON() ([]byte, error) { return c.appendJSON(nil), nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Commit) UnmarshalJSON(data []byte) error {
	var s struct {
		N, S       string
		E, Q       uint64
		Pe, Pq     uint64
		Se, Sq     uint64
		V          kind.Value
		G          bool
		C          Cause
		P, R, K, D string
		T          int64
		U          *int64
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	*c = Commit{
		Variable: s.N, Scope: s.S, Version: Version{s.E, s.Q}, Previous: Version{s.Pe, s.Pq}, Space: Version{s.Se, s.Sq},
		Value: s.V, Gone: s.G, Cause: s.C, Proposer: s.P, Reason: s.R, Key: s.K, Decision: s.D, At: time.Unix(0, s.T).UTC(),
	}
	if s.U != nil {
		c.Until = time.Unix(0, *s.U).UTC()
	}
	return nil
}
