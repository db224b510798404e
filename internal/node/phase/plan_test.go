// SPDX-License-Identifier: Apache-2.0

package phase_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/node/phase"
)

// draw shows a plan as phases with their services.
func draw(p phase.Plan) string {
	var lines []string
	for _, s := range p.Stages {
		line := string(s.Name) + ":"
		for _, service := range s.Services {
			line += " " + service.Name
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

func TestPhasesFollowTheirOrderWhateverIsDeclaredFirst(t *testing.T) {
	p, err := phase.Make([]phase.Service{
		{Name: "queues", Phase: phase.Work, After: []string{"journal"}},
		{Name: "sweep", Phase: phase.Registry, After: []string{"directory"}},
		{Name: "directory", Phase: phase.Registry},
		{Name: "groups", Phase: phase.Registry},
		{Name: "journal", Phase: phase.Journal},
	})
	require.NoError(t, err)
	assert.Equal(t, "journal: journal; registry: directory sweep groups; work: queues", draw(p))
	assert.Len(t, p.Services(), 5)
}

func TestPlanThatCannotStartIsRefusedWithEveryReason(t *testing.T) {
	_, err := phase.Make([]phase.Service{
		{Name: "journal", Phase: phase.Journal, After: []string{"agents", "registri"}},
		{Name: "journal", Phase: phase.Work},
		{Name: "moon", Phase: "lunar"},
		{Name: "registry", Phase: phase.Registry, After: []string{"sweep"}},
		{Name: "sweep", Phase: phase.Registry, After: []string{"registry"}},
		{Name: "agents", Phase: phase.Agents},
	})
	assert.EqualError(t, err, `phase: plan "journal": another service has this name
phase: plan "moon": there is no phase "lunar"
phase: plan "journal": it starts in phase journal and depends on "agents" of the later phase agents
phase: order "journal": it depends on "registri", which is not there (did you mean "registry"?)
phase: order "registry": it depends on itself: registry -> sweep -> registry`)
}

func TestPhaseIsAsBadAsItsWorstRequiredService(t *testing.T) {
	must, may := phase.Required, phase.Optional
	for _, c := range []struct {
		members []phase.Member
		want    phase.Level
	}{
		{nil, phase.Up},
		{[]phase.Member{{must, phase.Up}, {may, phase.Up}}, phase.Up},
		{[]phase.Member{{must, phase.Up}, {may, phase.Down}}, phase.Degraded},
		{[]phase.Member{{must, phase.Up}, {may, phase.Degraded}}, phase.Degraded},
		{[]phase.Member{{may, phase.Starting}}, phase.Degraded},
		{[]phase.Member{{must, phase.Degraded}, {must, phase.Up}}, phase.Degraded},
		{[]phase.Member{{must, phase.Down}, {may, phase.Up}}, phase.Down},
		{[]phase.Member{{must, phase.Down}, {must, phase.Starting}}, phase.Starting},
		{[]phase.Member{{must, phase.Waiting}}, phase.Waiting},
	} {
		assert.Equal(t, c.want, phase.Judge(c.members), "%v", c.members)
		assert.Equal(t, c.want == phase.Up || c.want == phase.Degraded, c.want.Serves())
	}
}
