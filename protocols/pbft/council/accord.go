// SPDX-License-Identifier: Apache-2.0

package council

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/pbft"
)

// Accord is the replicated outcome of another protocol: the first that the group puts in order is the group's, for ever. Client number n, behind the
// electors, proposes it.
type Accord struct {
	electors []string
	options  []string
	outcome  *machine.Outcome
}

var _ pbft.App = (*Accord)(nil)

// NewAccord returns an accord before there is an outcome. Outcomes that name others than the electors are refused, and decisions that are none of the
// options, if there are options.
func NewAccord(electors, options []string) *Accord {
	return &Accord{electors: slices.Clone(electors), options: slices.Clone(options)}
}

// Validate takes an outcome that a session of these electors can have.
func (a *Accord) Validate(op []byte) error {
	o, err := decode(op)
	switch {
	case err != nil:
		return err
	case o.Outcome == nil:
		return errors.New("council: accord: no outcome")
	case o.Outcome.Verdict != machine.Decided && o.Outcome.Verdict != machine.NoDecision:
		return fmt.Errorf("council: accord: a session that has come to nothing: %q", string(o.Outcome.Verdict))
	case len(o.Outcome.Certificate) > 0 || len(o.Outcome.Liars) > 0:
		return errors.New("council: accord: it has been agreed on before")
	case o.Outcome.Verdict == machine.Decided && len(a.options) > 0 && !slices.Contains(a.options, o.Outcome.Decision):
		return fmt.Errorf("council: accord: %q is no option", o.Outcome.Decision)
	}
	for _, names := range [][]string{o.Outcome.Dissent, o.Outcome.Missing} {
		for _, name := range names {
			if !slices.Contains(a.electors, name) {
				return fmt.Errorf("council: accord: %q is no elector", name)
			}
		}
	}
	return nil
}

// Apply keeps the first outcome.
func (a *Accord) Apply(at pbft.Place, op []byte) []byte {
	err := a.Validate(op)
	switch {
	case err != nil:
		return Result{Why: err.Error(), Outcome: a.outcome}.encode()
	case int(at.Client) != len(a.electors):
		return Result{Why: "only the session has an outcome", Outcome: a.outcome}.encode()
	case a.outcome != nil:
		return Result{Why: "there is an outcome", Outcome: a.outcome}.encode()
	}
	o, _ := decode(op)
	a.outcome = o.Outcome
	return Result{Outcome: a.outcome}.encode()
}

// Snapshot returns the outcome, if there is one.
func (a *Accord) Snapshot() []byte {
	text, _ := json.Marshal(a.outcome)
	return text
}

// Restore takes an outcome back.
func (a *Accord) Restore(state []byte) error {
	a.outcome = nil
	if len(state) == 0 {
		return nil
	}
	if err := json.Unmarshal(state, &a.outcome); err != nil {
		return fmt.Errorf("council: restore: %w", err)
	}
	return nil
}
