// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// Conditions that callers branch on.
var (
	// ErrMalformed is returned for bytes that are not the encoding of a message or record.
	ErrMalformed = fault.New(1950, "pbft/wire: not an encoding")
	// ErrTooLarge is returned for a message that passes the limit of its kind.
	ErrTooLarge = fault.New(1951, "pbft/wire: too large")
	// ErrInvalidConfig is what every *ConfigError is: no group can be made of such members.
	ErrInvalidConfig = fault.New(1952, "pbft/wire: the group cannot be")
)

// ConfigError says which field of a Config is wrong, and why.
type ConfigError struct {
	Group string // as it was written, perhaps empty
	Field string // such as Members[3].Sign
	Why   string // what is wrong with it
}

// Error names group and field.
func (e *ConfigError) Error() string {
	return fmt.Sprintf("pbft/wire: group %q: %s: %s", e.Group, e.Field, e.Why)
}

// Unwrap returns ErrInvalidConfig.
func (e *ConfigError) Unwrap() error { return ErrInvalidConfig }

// FaultCode returns the code of ErrInvalidConfig.
func (e *ConfigError) FaultCode() fault.Code { return 1952 }
