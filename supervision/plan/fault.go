// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
)

// Rule names the rule that a [FieldError] breaks.
type Rule uint8

// The rules in the order in which OTP checks them.
const (
	RuleStrategy Rule = iota
	RuleIntensity
	RulePeriod
	RuleAutoShutdown
	RuleTemplate // a SimpleOneForOne supervisor has exactly one child spec
	RuleID
	RuleStart
	RuleRestart
	RuleSignificant
	RuleSignificantNever     // significant needs an AutoShutdown other than Never
	RuleSignificantPermanent // a permanent child never ends for good, so it cannot be significant
	RuleKind
	RuleShutdown
	RuleDuplicate
	RuleBackoff
	RuleLimit
	RuleSchedule
	RuleStrategyChange // Replace keeps a supervisor SimpleOneForOne or Dynamic, or keeps it from being so
	RuleDynamic        // a Dynamic supervisor is OneForOne, has no children before it starts and never shuts down by itself
	RuleMaxChildren    // only a Dynamic supervisor has a limit, of 0 children or more
)

// FieldError is one mistake in a spec.
type FieldError struct {
	Rule Rule   // the rule that is broken
	Path string // the field as the user knows it, such as children[2].restart
	Got  string // the value found, as text
	Want string // what is allowed
}

// Error names the field, what was found and what is allowed.
func (e *FieldError) Error() string {
	return fmt.Sprintf("supervision: check spec %q: got %q, want %s", e.Path, e.Got, e.Want)
}

// FaultCode is E1201.
func (*FieldError) FaultCode() fault.Code { return 1201 }

// Faults are all mistakes of a spec, in the order in which OTP checks: the first is the one that OTP reports.
type Faults []*FieldError

// Error joins the faults, one a line.
func (f Faults) Error() string {
	texts := make([]string, len(f))
	for i, e := range f {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "\n")
}

// FaultCode is E1202.
func (Faults) FaultCode() fault.Code { return 1202 }

// Unwrap lets errors.As find a *FieldError.
func (f Faults) Unwrap() []error {
	errs := make([]error, len(f))
	for i, e := range f {
		errs[i] = e
	}
	return errs
}

func (f Faults) orNil() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

func (f *Faults) add(rule Rule, path, got, want string) {
	*f = append(*f, &FieldError{Rule: rule, Path: path, Got: got, Want: want})
}
