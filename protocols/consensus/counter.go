// SPDX-License-Identifier: Apache-2.0

package consensus

import (
	"encoding/json"
	"slices"
	"strings"

	"mabeam.dev/protocols/machine"
)

// CounterPrefix begins the reason of a ballot that says what would be agreed to instead: "counter: 0.8".
const CounterPrefix = "counter:"

// Counter is what an elector would agree to instead of what a vote is about.
type Counter struct {
	Agent  string `json:"agent"`
	Weight int64  `json:"weight"` // millionths
	Value  string `json:"value"`
}

// counters is the detail of an outcome.
type counters struct {
	Counters []Counter `json:"counters"`
}

// counter keeps what a ballot says of it; a later ballot of the agent takes its place.
func (p *Poll) counter(agent string, a machine.Answer) {
	p.counters = slices.DeleteFunc(p.counters, func(c Counter) bool { return c.Agent == agent })
	value, ok := strings.CutPrefix(a.Text, CounterPrefix)
	if i, known := p.all.Find(agent); ok && known && len(value) <= 1000 {
		p.counters = append(p.counters, Counter{agent, p.all.At(i).Weight, strings.TrimSpace(value)})
	}
}

// told adds them to an outcome, in the order of the electorate.
func (p *Poll) told(o machine.Outcome) machine.Outcome {
	if len(p.counters) == 0 {
		return o
	}
	at := func(c Counter) int { i, _ := p.all.Find(c.Agent); return i }
	slices.SortFunc(p.counters, func(a, b Counter) int { return at(a) - at(b) })
	o.Detail, _ = json.Marshal(counters{p.counters}) // plain data
	return o
}

// Counters reads what the electors of a vote would agree to instead, the values with most weight first and each once, in the name of the first who said it.
func Counters(o machine.Outcome) (out []Counter) {
	var c counters
	if len(o.Detail) == 0 || json.Unmarshal(o.Detail, &c) != nil {
		return nil
	}
	for _, one := range c.Counters {
		if i := slices.IndexFunc(out, func(have Counter) bool { return have.Value == one.Value }); i >= 0 {
			out[i].Weight += one.Weight
			continue
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b Counter) int {
		switch {
		case a.Weight > b.Weight:
			return -1
		case a.Weight < b.Weight:
			return 1
		}
		return 0
	})
	return out
}
