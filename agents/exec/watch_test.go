// SPDX-License-Identifier: Apache-2.0

//go:build linux

package exec_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/supervision"
)

// looked is a directory with a quick sweep, under which agents are started.
func (w *world) looked(every time.Duration, specs ...agents.Spec) *agents.Directory {
	w.t.Helper()
	dir, child := agents.NewDirectory(w.sys, "agents")
	children := []supervision.Child{child, dir.Sweep("sweep", agents.Sweep{Every: every})}
	for _, s := range specs {
		c, err := agents.Child(s, exec.Kind(), dir)
		require.NoError(w.t, err)
		children = append(children, c)
	}
	_, err := supervision.Start(w.sys, "node", supervision.Spec{Strategy: supervision.RestForOne, Children: children})
	require.NoError(w.t, err)
	return dir
}

func TestTheMemoryOfAProgramIsMeasured(t *testing.T) {
	w := newWorld(t)
	dir := w.looked(time.Hour, w.spec("a", "honest"))
	info, ok := dir.Info("a")
	require.True(t, ok)
	assert.Equal(t, index.Measured, info.Source)
	assert.Greater(t, info.Memory, int64(1<<20))
	usage := info.Row("node").Usage
	assert.Equal(t, index.Measured, usage.Source)
	memory, known := usage.Memory.Get()
	assert.True(t, known)
	assert.Equal(t, info.Memory, memory)
}

// Holds: META-5
func TestAProgramThatBurnsItsCPUIsSeenToDoSo(t *testing.T) {
	w := newWorld(t)
	sick := watch[agents.AgentHealthChanged](w)
	spec := w.spec("a", "burns")
	spec.Limits.CPU = 0.02
	dir := w.looked(20*time.Millisecond, spec)
	for {
		e := await(w, sick, "more of a CPU than the agent may use")
		if len(e.Causes) == 1 && e.Causes[0].Name == "resource" {
			break
		}
	}
	info, ok := dir.Info("a")
	require.True(t, ok)
	assert.Equal(t, index.Measured, info.Source)
	assert.Positive(t, info.CPU)
	usage := info.Row("node").Usage // bytes, CPUs and messages; what is left is computed of the limit and what is used
	cpu, known := usage.CPU.Get()
	assert.True(t, known)
	free, known := usage.CPUFree.Get()
	assert.True(t, known)
	assert.InDelta(t, spec.Limits.CPU, cpu+free, 1e-9)
	memory, known := usage.Memory.Get()
	assert.True(t, known)
	assert.Greater(t, memory, int64(1<<20))
	_, known = usage.Queue.Get()
	assert.True(t, known)
}

func TestAProgramWhosePongsDoNotComeIsDegraded(t *testing.T) {
	w := newWorld(t)
	sick := watch[agents.AgentHealthChanged](w)
	w.looked(20*time.Millisecond, w.spec("a", "pinged", func(s *exec.Settings) {
		s.PingInterval, s.PingMisses = 50*time.Millisecond, 1_000_000
	}))
	for {
		e := await(w, sick, "a heartbeat that does not come")
		for _, c := range e.Causes {
			if c.Name == "heartbeat" {
				assert.GreaterOrEqual(t, c.Status, query.Degraded)
				return
			}
		}
	}
}
