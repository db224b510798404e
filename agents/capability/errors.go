// SPDX-License-Identifier: Apache-2.0

package capability

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// SyntaxError tells that a text is no offer or no need.
type SyntaxError struct {
	Text   string // as it was given
	Pos    int    // of the mistake: bytes before it
	Reason string // what is wrong there
}

// Error quotes the text and names the place, counted from 1.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("capability: read %q: at %d: %s", e.Text, e.Pos+1, e.Reason)
}

// FaultCode is E1505.
func (*SyntaxError) FaultCode() fault.Code { return 1505 }
