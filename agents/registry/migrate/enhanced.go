// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/registry"
)

// Enhanced makes a registry with indexes a side. It is one that follows no source.
func Enhanced(r *registry.Registry) Side { return enhancedSide{r} }

type enhancedSide struct{ *registry.Registry }

// Changes is that of the registry.
func (s enhancedSide) Changes(since Moment) ([]index.Change, Moment, error) {
	v, _ := since.(*index.View)
	changes, now, err := s.Registry.Changes(v)
	if err != nil {
		return nil, nil, err
	}
	return changes, now, nil
}
