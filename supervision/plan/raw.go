// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"strconv"
	"time"
)

// RawSpec is a [Spec] in texts, as a file or a script has it. An empty text means the default. A written 0 means 0: an intensity of 0 allows no restart, a period of
// 0 is refused.
type RawSpec struct {
	Strategy     string // OTP's word
	Intensity    string // attempts, 0 or more
	Period       string // seconds, 1 or more
	AutoShutdown string // OTP's word
	Children     []RawChild
}

// RawChild is a [Child] in texts. An empty text means the default.
type RawChild struct {
	ID          string
	Start       any    // see Child.Start
	Restart     string // OTP's word
	Shutdown    string // milliseconds, infinity or brutal_kill
	Kind        string // worker or supervisor
	Significant string // true or false
}

// Parse turns r into a Spec, or returns every mistake as [Faults].
func (r RawSpec) Parse() (Spec, error) {
	var f Faults
	s := Spec{Children: make([]Child, len(r.Children))}
	strategyKnown := choose(&s.Strategy, r.Strategy, SimpleOneForOne)
	if !strategyKnown {
		f.add(RuleStrategy, "strategy", r.Strategy, wantStrategy)
	}
	if n, ok := number(r.Intensity, DefaultMax); !ok || n < 0 {
		f.add(RuleIntensity, "intensity", r.Intensity, "an integer of 0 or more")
	} else if s.Intensity.Max = int(n); n == 0 {
		s.Intensity.Max = NoRestarts
	}
	if n, ok := number(r.Period, int64(DefaultWithin/time.Second)); !ok || n <= 0 {
		f.add(RulePeriod, "period", r.Period, "an integer of seconds above 0")
	} else {
		s.Intensity.Within = scaled(n, time.Second)
	}
	auto := &s.AutoShutdown
	if !choose(auto, r.AutoShutdown, AllSignificant) {
		f.add(RuleAutoShutdown, "auto_shutdown", r.AutoShutdown, wantAutoShutdown)
		auto = nil
	}
	f.template(strategyKnown && s.Strategy == SimpleOneForOne, len(r.Children))
	seen := make(map[string]int, len(r.Children))
	for i, c := range r.Children {
		s.Children[i] = f.raw(childPath(i), c, auto)
		f.duplicate(childPath(i), c.ID, i, seen)
	}
	return s, f.orNil()
}

// Parse turns r into a Child, or returns every mistake as [Faults]. A nil auto means that the supervisor is not known.
func (r RawChild) Parse(auto *AutoShutdown) (Child, error) {
	var f Faults
	c := f.raw("", r, auto)
	return c, f.orNil()
}

// ParseAutoShutdown returns the setting that OTP's word names; empty is Never.
func ParseAutoShutdown(text string) (AutoShutdown, bool) {
	var a AutoShutdown
	ok := choose(&a, text, AllSignificant)
	return a, ok
}

func (f *Faults) raw(path string, r RawChild, auto *AutoShutdown) Child {
	c := Child{ID: r.ID, Start: r.Start}
	if c.ID == "" {
		f.add(RuleID, path+"id", "", "an id")
	}
	if c.Start == nil {
		f.add(RuleStart, path+"start", "", "a start function")
	}
	restartKnown := choose(&c.Restart, r.Restart, Temporary)
	if !restartKnown {
		f.add(RuleRestart, path+"restart", r.Restart, wantRestart)
	}
	switch r.Significant {
	case "true":
		c.Significant = true
		f.significant(path, restartKnown && c.Restart == Permanent, auto)
	case "", "false":
	default:
		f.add(RuleSignificant, path+"significant", r.Significant, "true or false")
	}
	if !choose(&c.Kind, r.Kind, Supervisor) {
		f.add(RuleKind, path+"type", r.Kind, wantKind)
	}
	switch r.Shutdown {
	case "":
	case "infinity":
		c.Shutdown = Infinity
	case "brutal_kill":
		c.Shutdown = Brutal
	default:
		n, ok := number(r.Shutdown, 0)
		if !ok || n < 0 {
			f.add(RuleShutdown, path+"shutdown", r.Shutdown, "milliseconds of 0 or more, infinity or brutal_kill")
		} else {
			c.Shutdown = After(scaled(n, time.Millisecond))
		}
	}
	return c
}

// choose sets v to the value whose word is text and tells whether there is one. Empty leaves the zero value.
func choose[T interface {
	~uint8
	String() string
}](v *T, text string, last T) bool {
	if text == "" {
		return true
	}
	for i := T(0); i <= last; i++ {
		if i.String() == text {
			*v = i
			return true
		}
	}
	return false
}

func number(text string, absent int64) (int64, bool) {
	if text == "" {
		return absent, true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// scaled multiplies without overflow: what does not fit is as good as for ever.
func scaled(n int64, unit time.Duration) time.Duration {
	const forever = time.Duration(1<<63 - 1)
	if n > int64(forever/unit) {
		return forever
	}
	return time.Duration(n) * unit
}
