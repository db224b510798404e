// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"slices"
	"time"

	"mabeam.dev/telemetry/window"
)

// Defaults and bounds.
const (
	// DefaultTick is the time between two steps.
	DefaultTick = time.Second
	// Stale is how many ticks old a sample may be and still count.
	Stale = 3
	// FlapChanges within FlapPeriod make an alert flap.
	FlapChanges = 4
	// FlapPeriod is how long a change counts for flapping.
	FlapPeriod = 10 * time.Minute
	// MaxKeys bounds the alerts of one rule.
	MaxKeys = 1000
	// MaxSilence is the longest silence.
	MaxSilence = 7 * 24 * time.Hour
	// DefaultRepeat is after which time a route is told again of what still fires.
	DefaultRepeat = 4 * time.Hour
	// DefaultPerMinute is how many deliveries a route takes in a minute.
	DefaultPerMinute = 10
	// DefaultRetry is after which time a failed delivery is tried again.
	DefaultRetry = 30 * time.Second
	// Never, as a route's Repeat, is no repetition.
	Never = -1
)

// Spec is all that a Machine is made of. The zero value has no rules.
type Spec struct {
	// Tick is the time between two steps; 0 means DefaultTick. Samples grow stale by it.
	Tick time.Duration `yaml:"tick"`
	// Rules in the order in which they are evaluated and told.
	Rules []Rule `yaml:"rules"`
	// Routes that rules name. A rule that names none uses the first one; without any route alerts are evaluated and told to nobody.
	Routes []Route `yaml:"routes"`
}

// Rule says when one thing is wrong.
type Rule struct {
	// Name is unique; required.
	Name string `yaml:"name"`
	// Severity: zero is Medium.
	Severity Severity `yaml:"severity"`
	// Series names what is looked at; required.
	Series string `yaml:"series"`
	// Stat is which figure of it; zero is Last.
	Stat Stat `yaml:"stat"`
	// Window is over which time; zero is 10 s. Last has none.
	Window window.Span `yaml:"window"`
	// Scope chooses among the series' keys, in the language of whoever supplies the samples: an agent, a team, a query. Empty is all.
	Scope string `yaml:"scope"`
	// Compare says on which side of Threshold a value is a breach; zero is Above.
	Compare Comparison `yaml:"compare"`
	// Threshold in the unit of the series.
	Threshold float64 `yaml:"threshold"`
	// For is how long a breach must last; 0 fires at once.
	For time.Duration `yaml:"for"`
	// Clear is the threshold that must be left behind before a firing alert is resolved (hysteresis); nil means Threshold.
	Clear *float64 `yaml:"clear"`
	// ClearFor is how long that must last; 0 resolves at once.
	ClearFor time.Duration `yaml:"clear_for"`
	// NoData says what missing data means; zero is Keep.
	NoData NoData `yaml:"no_data"`
	// Routes name who is told.
	Routes []string `yaml:"routes"`
	// Runbook tells people what to do: a link or a sentence.
	Runbook string `yaml:"runbook"`
	// InhibitedBy names rules that make telling this one pointless while they fire for the same key, or for the key "".
	InhibitedBy []string `yaml:"inhibited_by"`
}

// Route says how one receiver wants to be told.
type Route struct {
	// Name is unique; required. Whoever sends knows where it leads.
	Name string `yaml:"name"`
	// Repeat is after which time the route is told again of what still fires; 0 means DefaultRepeat, Never means never.
	Repeat time.Duration `yaml:"repeat"`
	// MaxPerMinute bounds deliveries; 0 means DefaultPerMinute, less than 0 no bound.
	MaxPerMinute int `yaml:"max_per_minute"`
	// Retry is after which time a failed delivery is tried again; 0 means DefaultRetry.
	Retry time.Duration `yaml:"retry"`
	// EscalateAfter is after which time without acknowledgement EscalateTo is told as well; 0 means never.
	EscalateAfter time.Duration `yaml:"escalate_after"`
	// EscalateTo names another route.
	EscalateTo string `yaml:"escalate_to"`
}

// Measure is what a rule asks its view for.
type Measure struct {
	// Series, Stat, Window and Scope are those of the rule.
	Series string
	Stat   Stat
	Window window.Span
	Scope  string
}

// Measure returns what the rule looks at.
func (r Rule) Measure() Measure { return Measure{r.Series, r.Stat, r.Window, r.Scope} }

// clear returns the threshold that counts for resolving.
func (r Rule) clear() float64 {
	if r.Clear == nil {
		return r.Threshold
	}
	return *r.Clear
}

// withDefaults returns a spec without zero values that mean something else; the caller's stays as it is.
func (s Spec) withDefaults() Spec {
	if s.Tick == 0 {
		s.Tick = DefaultTick
	}
	s.Rules = slices.Clone(s.Rules)
	s.Routes = slices.Clone(s.Routes)
	for i := range s.Rules {
		if r := &s.Rules[i]; len(r.Routes) == 0 && len(s.Routes) > 0 {
			r.Routes = []string{s.Routes[0].Name}
		}
	}
	for i := range s.Routes {
		r := &s.Routes[i]
		if r.Repeat == 0 {
			r.Repeat = DefaultRepeat
		}
		if r.MaxPerMinute == 0 {
			r.MaxPerMinute = DefaultPerMinute
		}
		if r.Retry == 0 {
			r.Retry = DefaultRetry
		}
	}
	return s
}
