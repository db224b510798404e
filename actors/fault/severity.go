// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"fmt"
	"slices"
)

// Severity is how bad a condition is, for whoever runs the system. Zero is none: there is no error. Larger is worse.
type Severity uint8

// The severities. They are those of alerts, which they choose.
const (
	Low      Severity = iota + 1 // the caller's own, ordinary business
	Medium                       // one piece of work failed
	High                         // a component is lost or cannot be used until something changes
	Critical                     // the node or its data are at stake
)

var severities = []string{"", "low", "medium", "high", "critical"}

// String returns the word of the configuration; empty for zero.
func (s Severity) String() string {
	if int(s) < len(severities) {
		return severities[s]
	}
	return fmt.Sprintf("fault.Severity(%d)", uint8(s))
}

// MarshalText returns the word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Severity) UnmarshalText(text []byte) error {
	at := slices.Index(severities, string(text))
	if at < 0 {
		return fmt.Errorf("fault: severity %q: want low, medium, high or critical", text)
	}
	*s = Severity(at)
	return nil
}
