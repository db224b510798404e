// SPDX-License-Identifier: Apache-2.0

package tune

import (
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/protocols/consensus"
)

// Spec is one search. Zero fields mean the defaults.
type Spec struct {
	Session    string               `json:"-"`
	Question   string               `json:"-"`
	Electorate consensus.Electorate `json:"-"` // who measures
	Search     Search               `json:"-"`
	Seed       uint64               `json:"-"`
	// Trials is how many there are at most; 0 means 1,000.
	Trials int `json:"trials,omitempty"`
	// Within is how long an agent may take for one; 0 means as long as the session.
	Within time.Duration `json:"within,omitempty"`
	// Cost is how much all of them may cost together; 0 means any. What was begun before that is still measured.
	Cost float64 `json:"cost,omitempty"`
	// Patience is after how many measurements without a better one the search ends; 0 means never.
	Patience int `json:"patience,omitempty"`
}

// SpecError is a field of a Spec, or a setting of a search, that cannot be.
type SpecError struct {
	Field string // that is wrong
	Why   string // what is wrong with it
}

// Error names the field.
func (e *SpecError) Error() string { return fmt.Sprintf("tune: %s: %s", e.Field, e.Why) }

// FaultCode is E4940.
func (*SpecError) FaultCode() fault.Code { return 4940 }

func (s Spec) validate() error {
	var problems []error
	bad := func(wrong bool, field, why string) {
		if wrong {
			problems = append(problems, &SpecError{field, why})
		}
	}
	bad(s.Electorate.Len() == 0, "electorate", "nobody measures")
	bad(s.Search == nil, "search", "there is none")
	bad(s.Trials < 0, "trials", "it is below 0")
	bad(s.Within < 0, "within", "it is below 0")
	bad(!(s.Cost >= 0), "cost", "it is below 0, or no number")
	bad(s.Patience < 0, "patience", "it is below 0")
	return errors.Join(problems...)
}
