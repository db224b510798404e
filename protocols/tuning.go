// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/protocols/tune"
)

// SearchMaker makes a search of its settings, which are JSON and may be nil.
type SearchMaker func(settings json.RawMessage) (tune.Search, error)

// TuneParams are the parameters of optimisation.
type TuneParams struct {
	tune.Spec
	// Search names what proposes trials: candidates, tournament, or one that Tuning was given. Empty means candidates.
	Search string `json:"search,omitempty"`
	// Settings are those of the search. Candidates and tournaments take {"candidates": [...]}, the latter also {"resource": N} for the first round.
	Settings json.RawMessage `json:"settings,omitempty"`
}

// Tuning is the protocol of optimisation with more searches than its own two, such as those of package cognitive/optimize: Engine.Register takes it.
func Tuning(more map[string]SearchMaker) Protocol {
	searches := map[string]SearchMaker{"": candidates, "candidates": candidates, "tournament": tournament}
	maps.Copy(searches, more)
	return Protocol{Name: selector.Optimization, New: func(s Setup) (machine.Stepper, error) {
		var p TuneParams
		if err := params(s, &p); err != nil {
			return nil, err
		}
		made, ok := searches[p.Search]
		if !ok {
			names := slices.Sorted(maps.Keys(searches))
			return nil, &SpecError{"params", fmt.Sprintf("search %q is none of: %s", p.Search, strings.Join(names[1:], ", "))}
		}
		search, err := made(p.Settings)
		if err != nil {
			return nil, &SpecError{"params", "settings: " + err.Error()}
		}
		spec := p.Spec
		spec.Session, spec.Question, spec.Electorate, spec.Seed, spec.Search = string(s.Session), s.Spec.Question, s.Electorate, s.Spec.Seed, search
		m, err := tune.New(spec)
		return run(m, err)
	}}
}

// choices are the settings of the searches that are given what to try.
type choices struct {
	Candidates []json.RawMessage `json:"candidates"`
	Resource   float64           `json:"resource,omitempty"`
}

func candidates(settings json.RawMessage) (tune.Search, error) {
	var c choices
	if err := strict(settings, &c); err != nil {
		return nil, err
	}
	return tune.Candidates(c.Candidates...), nil
}

func tournament(settings json.RawMessage) (tune.Search, error) {
	c := choices{Resource: 1}
	if err := strict(settings, &c); err != nil {
		return nil, err
	}
	return tune.Tournament(c.Resource, c.Candidates...), nil
}
