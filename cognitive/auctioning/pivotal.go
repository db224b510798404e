// SPDX-License-Identifier: Apache-2.0

package auctioning

import (
	"errors"
	"fmt"
)

// Limits that keep every sum exact.
const (
	// MaxAgents is how many may take part.
	MaxAgents = 10_000
	// MaxAmount is the largest value, bid or budget, in millionths of a unit.
	MaxAmount = 1 << 48
)

// Claim is what each option is worth to an agent, in the order of the options.
type Claim struct {
	Agent  string
	Values []int64 // not below 0
}

// Cap returns the claim with no value above a budget.
func (c Claim) Cap(budget int64) Claim {
	capped := make([]int64, len(c.Values))
	for i, v := range c.Values {
		capped[i] = min(v, budget)
	}
	c.Values = capped
	return c
}

// Ruling is what a pivotal decision comes to.
type Ruling struct {
	// Option is the one that is chosen, Totals what each is worth to all.
	Option int
	Totals []int64
	// Payments are by claim: what each is to pay, 0 for who has changed nothing.
	Payments []int64
}

// Pivotal chooses the option that is worth most to all together; of equal ones the present one if it is among them, else the first. An agent pays by how
// much the others would be better off without it. present is the index of the option that stays if nothing speaks against it.
func Pivotal(options, present int, claims []Claim) (Ruling, error) {
	if err := check(options, present, claims); err != nil {
		return Ruling{}, err
	}
	r := Ruling{Totals: make([]int64, options), Payments: make([]int64, len(claims))}
	for _, c := range claims {
		for o, v := range c.Values {
			r.Totals[o] += v
		}
	}
	r.Option = best(r.Totals, present)
	others := make([]int64, options)
	for i, c := range claims {
		for o := range others {
			others[o] = r.Totals[o] - c.Values[o]
		}
		r.Payments[i] = others[best(others, present)] - others[r.Option]
	}
	return r, nil
}

// best is the option with the largest total.
func best(totals []int64, present int) int {
	at := present
	for o, t := range totals {
		if t > totals[at] {
			at = o
		}
	}
	if totals[at] == totals[present] {
		return present
	}
	for o, t := range totals { // the first of equals
		if t == totals[at] {
			return o
		}
	}
	return at
}

func check(options, present int, claims []Claim) error {
	var problems []error
	if options < 1 || present < 0 || present >= options {
		problems = append(problems, &SpecError{"options", fmt.Sprintf("there are %d, and number %d stays", options, present)})
	}
	if len(claims) > MaxAgents {
		problems = append(problems, &SpecError{"claims", fmt.Sprintf("there are more than %d", MaxAgents)})
	}
	seen := map[string]bool{}
	for _, c := range claims {
		if c.Agent == "" || seen[c.Agent] {
			problems = append(problems, &SpecError{"claims", fmt.Sprintf("%q has no name, or two claims", c.Agent)})
		}
		seen[c.Agent] = true
		if len(c.Values) != options {
			problems = append(problems, &SpecError{"claims", fmt.Sprintf("%q values %d options of %d", c.Agent, len(c.Values), options)})
		}
		for _, v := range c.Values {
			if v < 0 || v > MaxAmount {
				problems = append(problems, &SpecError{"claims", fmt.Sprintf("%q says %d, which is not from 0 to %d", c.Agent, v, int64(MaxAmount))})
				break
			}
		}
	}
	return errors.Join(problems...)
}
