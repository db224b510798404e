// SPDX-License-Identifier: Apache-2.0

package agents_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/supervision"
)

func TestObserversHearOfAllThatIsNewsAndOfNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		dir, child := agents.NewDirectory(sys, "agents")
		sweep := dir.Sweep("sweep", agents.Sweep{})
		var heard []string
		var mu sync.Mutex // time that passes in a bubble orders nothing
		dir.Observe(func(id string) {
			state := "gone"
			if info, ok := dir.Info(id); ok {
				state = info.State.String()
			}
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, id+" "+state)
		})
		_, err := supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child, sweep}})
		require.NoError(t, err)
		after := func(act func()) []string {
			mu.Lock()
			heard = nil
			mu.Unlock()
			act()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			return heard
		}
		var agent agents.Agent
		assert.Equal(t, []string{"a starting", "a starting", "a ready"}, after(func() {
			agent, err = agents.Spawn(sys, agents.Spec{ID: "a"}, moody, dir)
			require.NoError(t, err)
		}), "its start, what it has turned out to be, the end of Init")
		assert.Equal(t, []string{"a ready"}, after(func() { time.Sleep(time.Second) }), "the first verdict")
		assert.Empty(t, after(func() { time.Sleep(10 * time.Second) }), "nothing happens")
		assert.Equal(t, []string{"a ready"}, after(func() {
			agent.Ref().Tell(agents.Report{Memory: 1 << 20})
			time.Sleep(2 * time.Second)
		}))
		assert.Equal(t, []string{"a failed"}, after(func() { agent.PID().Kill() }))
		assert.Equal(t, []string{"a gone"}, after(func() { time.Sleep(11 * time.Minute) }))
	})
}
