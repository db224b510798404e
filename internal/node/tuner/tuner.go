// SPDX-License-Identifier: Apache-2.0

package tuner

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"mabeam.dev/cognitive/optimize"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/tune"
)

// Searches returns the searches by name; there is one, "optimize".
func Searches() map[string]protocols.SearchMaker {
	return map[string]protocols.SearchMaker{"optimize": search}
}

// settings are the options of a search, and its space.
type settings struct {
	optimize.Options
	Space []optimize.Dimension `json:"space"`
}

// search checks settings and returns what makes a search of a seed; it takes the place of the one in the settings.
func search(raw json.RawMessage) (tune.Search, error) {
	var s settings
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("tuner: read settings: %w", err)
	}
	space, err := optimize.NewSpace(s.Space...)
	if err != nil {
		return nil, err
	}
	begin := func(seed uint64) (tune.Optimizer, error) {
		o := s.Options
		o.Seed = seed
		search, err := optimize.New(space, o)
		if err != nil {
			return nil, err
		}
		return optimizer{search}, nil
	}
	_, err = begin(0)
	return begin, err
}

// optimizer is a search as sessions see it.
type optimizer struct{ search *optimize.Search }

// Ask returns up to k trials; none when nothing is left.
func (o optimizer) Ask(k int) ([]tune.Trial, error) {
	trials, err := o.search.Ask(k)
	if err != nil && !errors.Is(err, optimize.ErrExhausted) {
		return nil, err
	}
	var out []tune.Trial
	for _, t := range trials {
		one, err := o.trial(t)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func (o optimizer) trial(t optimize.Trial) (tune.Trial, error) {
	point, err := json.Marshal(o.search.Space().Settings(t.Point)) // in the order of the names
	return tune.Trial{ID: uint64(t.ID), Point: point, Resource: t.Resource}, err
}

// Tell takes the answer to a trial.
func (o optimizer) Tell(id uint64, m tune.Measurement) error {
	return o.search.Tell(optimize.TrialID(id), optimize.Measurement{Value: m.Value, Noise: m.Noise, Cost: m.Cost, Resource: m.Resource, Failed: m.Failed != ""})
}

// Best returns the best trial that was measured.
func (o optimizer) Best() (tune.Trial, tune.Measurement, bool) {
	t, m, ok := o.search.Best()
	if !ok {
		return tune.Trial{}, tune.Measurement{}, false
	}
	one, err := o.trial(t)
	return one, tune.Measurement{Value: m.Value, Noise: m.Noise, Cost: m.Cost, Resource: m.Resource}, err == nil
}

// Done reports that nothing is left to ask.
func (o optimizer) Done() bool { return o.search.Done() }
