// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Of any answers, some of them under one id, the last so many are remembered, of an id the newest; also behind an encoding.
func TestTheLastAnswersAreRemembered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		r := newRemembered(limit)
		var all []kept
		for n := range rapid.IntRange(0, 20).Draw(t, "answers") {
			k := kept{fmt.Sprint(rapid.IntRange(1, 8).Draw(t, "id")), spaceAnswer{Value: int64(n)}}
			r.keep(k.ID, k.Answer)
			all = append(all, k)
			if rapid.IntRange(0, 3).Draw(t, "encode") == 0 {
				data, err := json.Marshal(r)
				require.NoError(t, err)
				r = newRemembered(limit)
				require.NoError(t, json.Unmarshal(data, r))
			}
			want := map[string]spaceAnswer{}
			for _, k := range all[max(len(all)-limit, 0):] {
				want[k.ID] = k.Answer
			}
			for id := range 10 {
				a, known := r.find(fmt.Sprint(id))
				expected, has := want[fmt.Sprint(id)]
				require.Equal(t, has, known)
				require.Equal(t, expected, a)
			}
		}
		r.keep("", spaceAnswer{})
		_, known := r.find("")
		require.False(t, known)
	})
}
