// SPDX-License-Identifier: Apache-2.0

package tuner

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/optimize"
	"mabeam.dev/protocols/tune"
)

const bowl = `{"limit": 60, "space": [{"name": "x", "kind": "float", "min": -5, "max": 5}, {"name": "n", "kind": "integer", "min": 1, "max": 9}]}`

// measure is lowest at x=2, n=3.
func measure(t testing.TB, trial tune.Trial) float64 {
	t.Helper()
	var p struct{ X, N float64 }
	require.NoError(t, json.Unmarshal(trial.Point, &p))
	return (p.X-2)*(p.X-2) + (p.N-3)*(p.N-3)
}

func TestASessionFindsTheBestWithItsSeed(t *testing.T) {
	begin, err := Searches()["optimize"](json.RawMessage(bowl))
	require.NoError(t, err)
	a, err := begin(7)
	require.NoError(t, err)
	b, err := begin(7)
	require.NoError(t, err)
	for !a.Done() {
		trials, err := a.Ask(2)
		require.NoError(t, err)
		same, err := b.Ask(2)
		require.NoError(t, err)
		require.Equal(t, trials, same)
		for i, trial := range trials {
			m := tune.Measurement{Value: measure(t, trial)}
			if i == 1 && trial.ID < 10 {
				m = tune.Measurement{Failed: "as told"}
			}
			require.NoError(t, a.Tell(trial.ID, m))
			require.NoError(t, b.Tell(trial.ID, m))
			require.ErrorIs(t, a.Tell(trial.ID, m), optimize.ErrAlreadyTold)
		}
	}
	_, m, ok := a.Best()
	require.True(t, ok)
	assert.Less(t, m.Value, 1e-9)
	none, err := a.Ask(1)
	require.NoError(t, err)
	assert.Empty(t, none)
}

func TestSettingsThatMakeNoSearchAreRefused(t *testing.T) {
	for _, text := range []string{``, `{}`, `{"spce": []}`, `{"space": [{"name": "x", "kind": "real", "max": 1}]}`, `{"space": [{"name": "x", "min": 2, "max": 1}]}`, `{"method": "guess", "space": [{"name": "x", "max": 1}]}`} {
		_, err := Searches()["optimize"](json.RawMessage(text))
		require.Error(t, err, text)
	}
}

func ExampleSearches() {
	begin, err := Searches()["optimize"](json.RawMessage(`{"method": "grid", "steps": 3, "space": [{"name": "x", "max": 1}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	search, err := begin(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	trials, err := search.Ask(5)
	for _, t := range trials {
		fmt.Println(t.ID, string(t.Point))
	}
	fmt.Println(err)
	// Output:
	// 1 {"x":0}
	// 2 {"x":0.5}
	// 3 {"x":1}
	// <nil>
}
