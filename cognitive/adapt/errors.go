// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
)

// StrategyError is returned for the name of a strategy that there is not.
type StrategyError struct {
	Name string // as it was given
}

// Error lists the names that there are.
func (e *StrategyError) Error() string {
	return fmt.Sprintf("adapt: strategy %.64q: it is none of %s", e.Name, strings.Join(strategies, ", "))
}

// FaultCode is E1987.
func (*StrategyError) FaultCode() fault.Code { return 1987 }
