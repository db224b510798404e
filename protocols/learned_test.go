// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/selector"
)

// A snapshot that leaves sessions out keeps what was learned from them: an engine that begins with it knows as much as one that has read everything.
func TestASnapshotKeepsWhatWasLearned(t *testing.T) {
	e, err := NewEngine(EngineOptions{Name: "e", Roster: nobody{}, Adaptive: true})
	require.NoError(t, err)
	var all []Record
	electorate := []byte(`[{"agent":"a"},{"agent":"b"}]`)
	for i := range 30 {
		id, end := SessionID(fmt.Sprint(i)), birth.Add(time.Duration(i)*time.Minute)
		selection, err := json.Marshal(selector.Selection{Protocol: selector.Simple})
		require.NoError(t, err)
		opened, err := json.Marshal(opening{Spec: Spec{Question: "?", Deadline: time.Minute}, Electors: electorate, Selection: selection})
		require.NoError(t, err)
		state := StateDecided
		if i%3 == 0 {
			state = StateNoDecision
		}
		ended, err := json.Marshal(Result{Session: id, State: state, Took: time.Duration(i) * time.Second})
		require.NoError(t, err)
		all = append(all, Record{Session: id, Kind: recordOpened, Data: opened}, Record{Session: id, Kind: recordEnded, At: end, Data: ended})
	}
	for _, i := range []int{3, 29, 0, 11} { // said later, of which two are of those that a snapshot leaves out
		rating, err := json.Marshal(rated{int64(i) * 10_000, &lesson{selector.BucketOf(selector.Profile{N: 2}), selector.Candidate{Protocol: selector.Simple}}})
		require.NoError(t, err)
		at := len(all)
		if i == 3 {
			at = 10
		}
		all = slices.Insert(all, at, Record{Session: SessionID(fmt.Sprint(i)), Kind: recordRated, Data: rating})
	}
	measured := func(records []Record) selector.History {
		e, err := NewEngine(EngineOptions{Name: "e", Roster: nobody{}, Adaptive: true})
		require.NoError(t, err)
		(&engine{e: e}).fold(records)
		return e.measured.get()
	}
	whole := measured(all)
	require.Len(t, whole.Records, 1)
	require.InDelta(t, 30, whole.Records[0].Count, 1)
	now := birth.Add(30 * time.Minute)
	kept := e.withLearned(all, compacted(all, now))
	assert.Less(t, len(kept), 30)
	assert.Equal(t, whole, measured(kept))
	later := now.Add(5 * time.Minute)
	assert.Equal(t, whole, measured(e.withLearned(kept, compacted(kept, later))), "and so does a snapshot of a snapshot")
}

type nobody struct{}

func (nobody) Member(string) (Member, bool)   { return Member{}, false }
func (nobody) Match(string) ([]string, error) { return nil, nil }
