// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"fmt"
	"slices"
	"strings"
)

// Severity is how bad it is while an alert fires. The zero value is Medium.
type Severity uint8

// The severities, in the words of the configuration: medium, low, high, critical.
const (
	Medium Severity = iota
	Low
	High
	Critical
)

// Comparison says on which side of its threshold a value is a breach. The zero value is Above.
type Comparison uint8

// The comparisons, in the words of the configuration: ">", ">=", "<", "<=".
const (
	Above Comparison = iota
	AtLeast
	Below
	AtMost
)

// breach reports whether a value lies on the bad side of a threshold.
func (c Comparison) breach(value, threshold float64) bool {
	switch c {
	case Above:
		return value > threshold
	case AtLeast:
		return value >= threshold
	case Below:
		return value < threshold
	case AtMost:
		return value <= threshold
	}
	return false
}

// upward reports whether large values are the bad ones.
func (c Comparison) upward() bool { return c == Above || c == AtLeast }

// NoData says what missing data means to a rule. The zero value is Keep.
type NoData uint8

// The policies, in the words of the configuration: keep, ok, alert.
const (
	// Keep leaves the alert as it is: nothing fires and nothing is resolved without data.
	Keep NoData = iota
	// OK takes missing data for a value beyond the clear threshold.
	OK
	// Alert takes missing data for a breach.
	Alert
)

// Stat is which figure of a series a rule compares. The zero value is Last.
type Stat uint8

// The figures, in the words of the configuration: last, rate, increase, count, sum, mean, min, max, p50, p90, p95, p99. All but last are
// those of a window.
const (
	Last     Stat = iota
	Rate          // per second: growth of a counter, or how often a value was recorded
	Increase      // growth of a counter
	Count         // how many values there are
	Sum
	Mean
	Min
	Max
	P50
	P90
	P95
	P99
)

// State is where an alert is in its life.
type State uint8

// The states.
const (
	Inactive State = iota
	Pending
	Firing
	Resolved
)

var (
	severities  = []string{"medium", "low", "high", "critical"}
	comparisons = []string{">", ">=", "<", "<="}
	policies    = []string{"keep", "ok", "alert"}
	stats       = []string{"last", "rate", "increase", "count", "sum", "mean", "min", "max", "p50", "p90", "p95", "p99"}
	states      = []string{"inactive", "pending", "firing", "resolved"}
)

// String returns the word of the configuration.
func (s Severity) String() string { return word(severities, uint8(s)) }

// String returns the sign.
func (c Comparison) String() string { return word(comparisons, uint8(c)) }

// String returns the word of the configuration.
func (n NoData) String() string { return word(policies, uint8(n)) }

// String returns the word of the configuration.
func (s Stat) String() string { return word(stats, uint8(s)) }

// String returns the state in lower case.
func (s State) String() string { return word(states, uint8(s)) }

// MarshalText gives the word of the configuration.
func (s Severity) MarshalText() ([]byte, error) { return format(severities, uint8(s)) }

// MarshalText gives the sign.
func (c Comparison) MarshalText() ([]byte, error) { return format(comparisons, uint8(c)) }

// MarshalText gives the word of the configuration.
func (n NoData) MarshalText() ([]byte, error) { return format(policies, uint8(n)) }

// MarshalText gives the word of the configuration.
func (s Stat) MarshalText() ([]byte, error) { return format(stats, uint8(s)) }

// MarshalText gives the state in lower case.
func (s State) MarshalText() ([]byte, error) { return format(states, uint8(s)) }

// UnmarshalText takes a word of the configuration.
func (s *Severity) UnmarshalText(text []byte) error { return parse(s, severities, text) }

// UnmarshalText takes a sign.
func (c *Comparison) UnmarshalText(text []byte) error { return parse(c, comparisons, text) }

// UnmarshalText takes a word of the configuration.
func (n *NoData) UnmarshalText(text []byte) error { return parse(n, policies, text) }

// UnmarshalText takes a word of the configuration.
func (s *Stat) UnmarshalText(text []byte) error { return parse(s, stats, text) }

// UnmarshalText takes a state in lower case.
func (s *State) UnmarshalText(text []byte) error { return parse(s, states, text) }

func word(words []string, n uint8) string {
	if int(n) < len(words) {
		return words[n]
	}
	return fmt.Sprintf("unknown(%d)", n)
}

func format(words []string, n uint8) ([]byte, error) {
	if int(n) >= len(words) {
		return nil, fmt.Errorf("telemetry/alert: format %d: not one of %s", n, strings.Join(words, ", "))
	}
	return []byte(words[n]), nil
}

func parse[T ~uint8](into *T, words []string, text []byte) error {
	n := slices.Index(words, string(text))
	if n < 0 {
		return fmt.Errorf("telemetry/alert: parse %q: not one of %s", text, strings.Join(words, ", "))
	}
	*into = T(n)
	return nil
}
