// SPDX-License-Identifier: Apache-2.0

//go:build unix

package node_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/admin"
	"mabeam.dev/market/cost"
	"mabeam.dev/protocols"
)

const thrifty = `
version: 1
node: {name: council, data: DIR/data}
surfaces: {listen: off, socket: DIR/s}
market: {}
coordination: {budget: 1000, budget_window: 8760h}
tree:
  children:
AGENTS
`

// What a session may cost is set aside when it opens, counts when it has decided and is given back when it has not; together they never pass what the config
// allows, also after a restart of the node.
func TestSessionsSpendTogetherWhatTheConfigAllows(t *testing.T) {
	r := newRig(t)
	text := strings.Replace(thrifty, "AGENTS", strings.Join([]string{seat("ann", "policy: first"), program("eve", "silent", "")}, "\n"), 1)
	n := r.start(text)
	budget := func() cost.Budget {
		all, err := n.Costs().Budgets(r.ctx, "coordination")
		require.NoError(t, err)
		require.NotEmpty(t, all)
		return all[0]
	}
	decides := lunch("ann")
	decides.ID, decides.Budget = "one", 600
	_, err := n.Engine().Coordinate(r.ctx, decides)
	require.NoError(t, err)
	assert.EqualValues(t, 600, budget().Spent)

	waits := lunch("eve")
	waits.ID, waits.Budget = "two", 300
	_, err = n.Engine().Start(r.ctx, waits)
	require.NoError(t, err)
	for steps := 0; steps == 0; { // until it is opened, which is behind its reservation
		s, err := n.Engine().Story("two", 0)
		require.NoError(t, err)
		steps = len(s)
	}
	assert.EqualValues(t, 300, budget().Reserved)
	more := lunch("ann")
	more.Budget = 200
	_, err = n.Engine().Coordinate(r.ctx, more)
	var refused *protocols.BudgetError
	require.ErrorAs(t, err, &refused)
	assert.EqualValues(t, 200, refused.Need)
	require.ErrorAs(t, err, new(*cost.BudgetError))
	require.NoError(t, n.Engine().Cancel(r.ctx, "two", "enough"))
	assert.Zero(t, budget().Reserved)
	r.stop(n)

	n = r.start(text)
	assert.EqualValues(t, 600, budget().Spent)
	_, err = admin.DialSocket(r.path("s")).StartSession(r.ctx, admin.SessionOrder{ID: "three", Question: "?", Participants: []string{"ann"}, Budget: 400})
	require.NoError(t, err)
	_, err = n.Engine().Await(r.ctx, "three")
	require.NoError(t, err)
	assert.EqualValues(t, 1000, budget().Spent)
	r.stop(n)
}
