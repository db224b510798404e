// SPDX-License-Identifier: Apache-2.0

package reason

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
	"mabeam.dev/protocols/machine"
)

// Normalizer makes answers that mean the same equal. The empty string means that it is no answer.
type Normalizer func(answer string) string

// Plain ignores case, space and a final full stop.
func Plain(answer string) string {
	return strings.ToLower(strings.TrimSuffix(strings.Join(strings.Fields(answer), " "), "."))
}

// MaxAnswer is how many bytes an answer has at most.
const MaxAnswer = 64 << 10

// SpecError is a field of a spec that cannot be.
type SpecError struct {
	Field string // of the spec
	Why   string // what is wrong with it
}

// Error names the field.
func (e *SpecError) Error() string { return fmt.Sprintf("reason: %s: %s", e.Field, e.Why) }

// FaultCode is E1941.
func (*SpecError) FaultCode() fault.Code { return 1941 }

// normal normalizes an answer, or says why it is an abstention.
func normal(n Normalizer, answer string) (text, why string) {
	if len(answer) > MaxAnswer {
		return "", "it is too long"
	}
	if text = n(answer); text == "" {
		return "", "it is empty"
	}
	return text, ""
}

const deadline = "deadline"

func timed(e machine.Opened) []machine.Effect {
	if e.Deadline.IsZero() {
		return nil
	}
	return []machine.Effect{machine.SetTimer{ID: deadline, Gen: 1, After: e.Deadline.Sub(e.At)}}
}
