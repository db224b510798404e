// SPDX-License-Identifier: Apache-2.0

package reputation

import "fmt"

// Agent is the name of who is judged, or judges.
type Agent string

// Dimension is one of the things that can be relied on apart from the others.
type Dimension uint8

// The dimensions, and what an outcome in each of them measures.
const (
	// Reliability is what was promised, in time.
	Reliability Dimension = iota
	// Performance is measured quality over promised quality.
	Performance
	// CostEfficiency is the quoted cost over the actual one.
	CostEfficiency
	// Cooperation is what the counterpart says, as far as the counterpart is credible.
	Cooperation
	// Dimensions is their number.
	Dimensions = 4
)

var dimensionNames = [Dimensions]string{"reliability", "performance", "cost_efficiency", "cooperation"}

// String is the name in snake case.
func (d Dimension) String() string {
	if int(d) < len(dimensionNames) {
		return dimensionNames[d]
	}
	return fmt.Sprintf("reputation.Dimension(%d)", uint8(d))
}

// ParseDimension reads what String writes.
func ParseDimension(s string) (Dimension, error) {
	for d, name := range dimensionNames {
		if s == name {
			return Dimension(d), nil
		}
	}
	return 0, &EvidenceError{Field: "dimension", Reason: fmt.Sprintf("no dimension is called %.64q", s)}
}
