// SPDX-License-Identifier: Apache-2.0

package consensus

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"

	"mabeam.dev/protocols/machine"
)

// Elector is one who may vote.
type Elector struct {
	Agent string `json:"agent"`
	// Weight is in millionths; 0 means 1.
	Weight int64 `json:"weight,omitempty"`
	// Calibration is what the agent's own confidence has been worth so far, in millionths: see Calibrate. 0 means a half.
	Calibration int64 `json:"calibration,omitempty"`
}

// Electorate is the numbered list of those who may vote. It is fixed when a session opens.
type Electorate struct {
	list  []Elector
	index map[string]int
	total int64
}

// NewElectorate numbers the electors in the order of the list, or returns everything that is wrong with it, joined.
func NewElectorate(list []Elector) (Electorate, error) {
	e := Electorate{list: make([]Elector, len(list)), index: make(map[string]int, len(list))}
	var problems []error
	if len(list) == 0 {
		problems = append(problems, &RuleError{"electorate", "nobody may vote"})
	}
	for i, one := range list {
		if one.Weight == 0 {
			one.Weight = machine.One
		}
		if one.Calibration == 0 {
			one.Calibration = machine.One / 2
		}
		if at, twice := e.index[one.Agent]; twice {
			problems = append(problems, &RuleError{"electorate", fmt.Sprintf("%q is number %d and %d", one.Agent, at, i)})
		}
		if one.Weight < 0 || one.Weight > math.MaxInt64/4-e.total {
			problems = append(problems, &RuleError{"electorate", fmt.Sprintf("%q weighs %d", one.Agent, one.Weight)})
			one.Weight = 0
		}
		if one.Calibration < 0 || one.Calibration > machine.One {
			problems = append(problems, &RuleError{"electorate", fmt.Sprintf("%q is calibrated at %d millionths", one.Agent, one.Calibration)})
		}
		e.list[i], e.index[one.Agent] = one, i
		e.total += one.Weight
	}
	return e, errors.Join(problems...)
}

// Len is how many there are.
func (e Electorate) Len() int { return len(e.list) }

// At returns number i, from 0.
func (e Electorate) At(i int) Elector { return e.list[i] }

// Find returns an agent's number.
func (e Electorate) Find(agent string) (i int, ok bool) {
	i, ok = e.index[agent]
	return i, ok
}

// Total is the weight of all, in millionths.
func (e Electorate) Total() int64 { return e.total }

// Digest tells this electorate from every other.
func (e Electorate) Digest() string {
	h := sha256.New()
	var line []byte
	for _, one := range e.list {
		line = strconv.AppendQuote(line[:0], one.Agent)
		line = strconv.AppendInt(append(line, ' '), one.Weight, 10)
		line = strconv.AppendInt(append(line, ' '), one.Calibration, 10)
		h.Write(append(line, '\n'))
	}
	return hex.EncodeToString(h.Sum(nil))
}
