// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/bidding"
	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/market/money"
)

// asked is a call for three tasks, of which the second is over.
var asked = bidding.Request{
	Call: "q.1", Slots: 2, Currency: "credit", Ceiling: 5, Within: time.Second,
	Tasks: []bidding.Task{{ID: "a", Kind: "k", Bytes: 3, Attempt: 2, Capability: "text"}, {}, {ID: "c"}},
}

func TestProgramsAreToldOfTasksAndHaveLessTimeThanTheAgent(t *testing.T) {
	got := tender(asked)
	assert.Equal(t, 900*time.Millisecond, got.Within)
	assert.Equal(t, protocol.BidTask{ID: "a", Kind: "k", Bytes: 3, Attempt: 2, Capability: "text"}, got.Tasks[0])
	assert.Len(t, got.Tasks, len(asked.Tasks), "places are those of the request")
	assert.Equal(t, time.Millisecond, tender(bidding.Request{}).Within)
}

func TestEveryProposalIsAnOfferThatTheQueueTakes(t *testing.T) {
	for name, tc := range map[string]struct {
		proposal protocol.Proposal
		want     []bidding.Bundle
		pass     error
	}{
		"a price is for every set": {
			proposal: protocol.Proposal{Each: 4},
			want:     []bidding.Bundle{{Tasks: []int{0}, Price: 4}, {Tasks: []int{2}, Price: 4}, {Tasks: []int{0, 2}, Price: 8}},
		},
		"bundles are as they are": {
			proposal: protocol.Proposal{Bundles: []protocol.Bundle{{Tasks: []int{0, 2}, Price: 7}}}, want: []bidding.Bundle{{Tasks: []int{0, 2}, Price: 7}},
		},
		"what is above the ceiling is left out": {
			proposal: protocol.Proposal{Bundles: []protocol.Bundle{{Tasks: []int{0}, Price: 6}, {Tasks: []int{2}, Price: 5}}},
			want:     []bidding.Bundle{{Tasks: []int{2}, Price: 5}},
		},
		"a price above the ceiling": {proposal: protocol.Proposal{Each: 6}, pass: bidding.ErrAboveCeiling},
		"a price that does not fit": {proposal: protocol.Proposal{Each: money.Max}, pass: money.ErrOverflow},
		"bundles above the ceiling": {proposal: protocol.Proposal{Bundles: []protocol.Bundle{{Tasks: []int{0}, Price: 6}}}, pass: bidding.ErrAboveCeiling},
	} {
		o := offer(asked, tc.proposal)
		require.ErrorIs(t, o.Pass, tc.pass, name)
		assert.Equal(t, tc.want, o.Bundles, name)
		require.NoError(t, o.Check(asked), name)
	}
}
