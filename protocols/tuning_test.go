// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/protocols/tune"
)

// A search that the program brings along proposes what agents measure; its seed is the session's.
func TestASearchOfTheProgramIsMeasuredByAgents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := council(t, sys, protocols.EngineOptions{}, "yes", "yes")
			var seeds []uint64
			require.NoError(t, e.Register(protocols.Tuning(map[string]protocols.SearchMaker{"mine": func(settings json.RawMessage) (tune.Search, error) {
				return func(seed uint64) (tune.Optimizer, error) {
					seeds = append(seeds, seed)
					return tune.Candidates(settings)(seed)
				}, nil
			}})))
			r, err := e.Coordinate(ctx, protocols.Spec{
				Question: "?", Participants: names, Type: selector.MLOptimize, Seed: 7, Params: []byte(`{"search":"mine","settings":{"x":1},"patience":3}`),
			})
			require.NoError(t, err)
			assert.JSONEq(t, `{"x":1}`, r.Decision)
			assert.Equal(t, selector.Optimization, r.Protocol)
			for _, seed := range seeds {
				assert.Equal(t, uint64(7), seed)
			}
			for _, text := range []string{`{"search":"odd"}`, `{}`, `{"settings":{"odd":1}}`, `{"settings":{"candidates":[]}}`, `{"patience":-1,"settings":{"candidates":[1]}}`} {
				_, err := e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: names, Type: selector.MLOptimize, Params: []byte(text)})
				require.ErrorIs(t, err, selector.ErrInvalidSpec, text)
			}
		})
	})
}
