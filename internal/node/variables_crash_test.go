// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/protocols"
	"mabeam.dev/telemetry"
)

// A node ends while its agents are being asked. The next one asks them in the same session, and what they agree to is committed once.
func TestADecisionThatIsOpenAtTheEndOfANodeGoesOnInTheNext(t *testing.T) {
	r := newRig(t)
	r.pensive()
	const config = `version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: off, socket: off}
coordination: {}
tree: {children: [{id: ann, kind: pensive}]}
variables: {spaces: [{space: tuning, variables: [{variable: a, kind: float, min: 0, max: 1, decision: {within: 1h}}]}]}
`
	committed := make(chan cognitive.Commit, 16)
	defer telemetry.Subscribe(r.bus, "test", func(e cognitive.VariableCommitted) {
		if e.Commit.Decision != "" {
			committed <- *e.Commit
		}
	})()
	n := r.start(config)
	s := n.VariableSpace("tuning")
	end := make(chan error, 1)
	go func() { // it ends with the node, at the latest
		_, err := s.Propose(r.ctx, "a", kind.OfFloat(1), cognitive.Key("k"))
		end <- err
	}()
	receive(r, r.began, "vote")
	open, err := s.Decisions(r.ctx)
	require.NoError(t, err)
	require.Len(t, open, 1)
	r.stop(n)
	require.Error(t, receive(r, end, "answer"))
	assert.Empty(t, committed)

	n = r.start(config)
	defer r.stop(n)
	s = n.VariableSpace("tuning")
	assert.Equal(t, "0", s.Snapshot().Value("a").String())
	again, err := s.Decisions(r.ctx)
	require.NoError(t, err)
	require.Len(t, again, 1)
	assert.Equal(t, open[0].ID, again[0].ID)
	assert.True(t, open[0].Until.Equal(again[0].Until), "the same deadline")
	receive(r, r.began, "vote")
	close(r.held)
	c := receive(r, committed, "commit")
	assert.Equal(t, open[0].ID, c.Decision)
	assert.Equal(t, cognitive.Version{Seq: 2}, c.Version)
	assert.Equal(t, "1", s.Snapshot().Value("a").String())
	got, err := s.Propose(r.ctx, "a", kind.OfFloat(0.5), cognitive.Key("k"))
	require.NoError(t, err)
	assert.True(t, got.Again)
	status, err := n.Engine().Status(protocols.SessionID(c.Decision))
	require.NoError(t, err)
	assert.Equal(t, protocols.StateDecided, status.State)
	left, err := s.Decisions(r.ctx)
	require.NoError(t, err)
	assert.Empty(t, left)
}
