// SPDX-License-Identifier: Apache-2.0

package council

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"mabeam.dev/protocols/machine"
)

// Operation is what a member has the group put in order. One field is set.
type Operation struct {
	// Ballot is the vote of the agent who signs the operation.
	Ballot *machine.Answer `json:"ballot,omitempty"`
	// Absent is an agent that will not answer, as the signer knows.
	Absent string `json:"absent,omitempty"`
	// Close says that the time for ballots is up, by the signer's clock.
	Close bool `json:"close,omitempty"`
	// Outcome is what another protocol came to.
	Outcome *machine.Outcome `json:"outcome,omitempty"`
}

// Limits of an operation.
const (
	maxOperation = 32 << 10 // bytes
	maxBallots   = 16       // of one agent, replacements included
)

// Encode returns the operation as a group orders it.
func (o Operation) Encode() []byte {
	text, _ := json.Marshal(o) // plain data
	return text
}

// decode reads an operation, strictly: what one member understands every member does.
func decode(text []byte) (Operation, error) {
	var o Operation
	if len(text) > maxOperation {
		return o, fmt.Errorf("council: operation: %d bytes, and %d are the most", len(text), maxOperation)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return o, fmt.Errorf("council: operation: %w", err)
	}
	if d.More() {
		return o, errors.New("council: operation: something follows it")
	}
	set := 0
	for _, is := range []bool{o.Ballot != nil, o.Absent != "", o.Close, o.Outcome != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		return o, fmt.Errorf("council: operation: %d things at once", set)
	}
	return o, nil
}

// Result is what came of an operation, the same at every honest member.
type Result struct {
	// Why says why it changed nothing; empty if it did.
	Why string `json:"why,omitempty"`
	// Outcome is that of the vote, once it is over.
	Outcome *machine.Outcome `json:"outcome,omitempty"`
}

// DecodeResult reads the result of an operation.
func DecodeResult(text []byte) (r Result, err error) {
	err = json.Unmarshal(text, &r)
	return r, err
}

func (r Result) encode() []byte {
	text, _ := json.Marshal(r)
	return text
}
