// SPDX-License-Identifier: Apache-2.0

package integrity_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/integrity"
)

func TestAWatcherThatWasWrittenDownNoticesTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var kept, written integrity.Watcher
		for range rapid.IntRange(1, 60).Draw(t, "outcomes") {
			if rapid.Bool().Draw(t, "written") {
				data, err := json.Marshal(written)
				require.NoError(t, err)
				written = integrity.Watcher{}
				require.NoError(t, json.Unmarshal(data, &written))
			}
			outcome := rapid.Float64Range(0, 1).Draw(t, "outcome")
			want, yes := kept.Observe("ann", "d", outcome, time.Unix(5, 0))
			have, too := written.Observe("ann", "d", outcome, time.Unix(5, 0))
			require.Equal(t, yes, too)
			require.Equal(t, want, have)
		}
	})
	var w integrity.Watcher
	require.Error(t, json.Unmarshal([]byte(`[1]`), &w))
}

func TestAnAlarmThatGoesOnForAnotherClearsWhatThatHasRaised(t *testing.T) {
	var was, is integrity.Alarm
	require.Len(t, was.Observe(integrity.Vitals{Failed: .5}, time.Unix(1, 0)), 1)
	is.Raise(was.Raised())
	require.Empty(t, is.Observe(integrity.Vitals{Failed: .5}, time.Unix(2, 0)), "it is not raised again")
	cleared := is.Observe(integrity.Vitals{}, time.Unix(3, 0))
	require.Len(t, cleared, 1)
	require.False(t, cleared[0].Raised)
}
