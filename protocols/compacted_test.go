// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNoMoreIsKeptOfWhatHasEndedThanAnIndexKeeps(t *testing.T) {
	now := birth.Add(time.Hour)
	var all []Record
	add := func(id, kind string, at time.Time) {
		all = append(all, Record{Session: SessionID(id), Kind: kind, At: at})
	}
	add("open", recordOpened, birth)
	add("open", recordEvent, birth)
	add("old", recordOpened, birth)
	add("old", recordEnded, now.Add(-keepFor-1))
	for i := range keepEnded + 5 {
		id := fmt.Sprint(i)
		add(id, recordOpened, now)
		add(id, recordEvent, now)
		add(id, recordEnded, now)
		add(id, recordEnded, now) // told by two lives
	}
	kept := compacted(all, now)
	count := map[SessionID]int{}
	for _, r := range kept {
		count[r.Session]++
	}
	assert.Equal(t, 2, count["open"])
	assert.Zero(t, count["old"])
	assert.Zero(t, count["4"])
	assert.Equal(t, 3, count["5"], "its beginning and its ends")
	require.Len(t, count, keepEnded+1)
	assert.Equal(t, kept, compacted(kept, now))
}
