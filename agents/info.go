// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"slices"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/health"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/agents/performance"
)

// Info is what is known of one agent at one moment.
type Info struct {
	Spec Spec
	// Ref and PID are those of the last incarnation, which may have ended.
	Ref actors.Ref[Message]
	PID actors.PID
	// Incarnation counts the starts, Version the changes of state and of health's status; going to
	// work and having done it changes no version.
	Incarnation, Version uint64
	// State is where it is in its life, since Since, because of Reason.
	State  lifecycle.State
	Reason string
	Since  time.Time
	// IdleSince is since when a Ready agent has had nothing to do; else zero.
	IdleSince time.Time
	// Health is the verdict of the last sweep.
	Health health.Verdict
	// InHand is how much work it holds now, Queue how many messages waited at the last sweep.
	InHand, Queue int
	// Performance is that of the last minute at the last sweep; Done and Failed are those of now, of all incarnations.
	Performance performance.Figures
	// Memory in bytes and CPU in CPUs are what it uses; 0 is unknown. Source says how that is known: measured by its kind, reported by itself,
	// estimated from the work in hand, or not at all. Reported is when it last spoke of itself.
	Memory   int64
	CPU      float64
	Source   index.Source
	Reported time.Time
	// Busy is the share of the time between the last two sweeps in which it had work in hand, BusyFor the time in which it had any, up to the last
	// change of it, in all incarnations.
	Busy    float64
	BusyFor time.Duration
	// Spent is what of its budget it has spent, in all incarnations since the directory was made.
	Spent int64
	// RegisteredAt is when its first incarnation began.
	RegisteredAt time.Time
}

// Name makes one word of state and health, for those who know only one; see lifecycle.Legacy.
func (i Info) Name(now time.Time, idleAfter time.Duration) lifecycle.Name {
	idle := time.Duration(0)
	if !i.IdleSince.IsZero() {
		idle = now.Sub(i.IdleSince)
	}
	return lifecycle.Legacy(i.State, i.Health.Status, idle, idleAfter)
}

// Row returns the agent as a row of the registry's index. node is where it lives.
func (i Info) Row(node string) *index.Row {
	s := i.Spec
	row := &index.Row{
		Namespace: s.Namespace, ID: s.ID, Kind: s.Kind, Team: s.Team, Role: s.Role, Labels: s.labels(), Node: node, State: i.State,
		Health: index.Health{Status: i.Health.Status, Since: i.Health.Since, LastReport: i.Health.Judged}, Incarnation: i.Incarnation,
		Version: i.Version, Limits: s.Limits, Usage: i.usage(), Performance: i.performance(), Weight: s.Weight, Config: s.Settings, Keys: s.Keys, Capabilities: s.Capabilities,
		Reason: i.Reason, RegisteredAt: i.RegisteredAt, Handle: i.PID,
	}
	for _, c := range i.Health.Causes {
		row.Health.Causes = append(row.Health.Causes, index.Cause{Name: c.Name, Status: c.Status, Detail: c.Detail})
	}
	return row
}

func (i Info) usage() index.Usage {
	u := index.Usage{Source: i.Source, Queue: index.Known(int64(i.Queue)), Inflight: index.Known(int64(i.InHand))}
	if i.Memory > 0 {
		u.Memory = index.Known(i.Memory)
		if limit := i.Spec.Limits.Memory; limit > 0 {
			u.MemoryFree = index.Known(limit - i.Memory)
		}
	}
	if i.CPU > 0 {
		u.CPU = index.Known(i.CPU)
		if limit := i.Spec.Limits.CPU; limit > 0 {
			u.CPUFree = index.Known(limit - i.CPU)
		}
	}
	return u
}

func (i Info) performance() index.Performance {
	f := i.Performance
	p := index.Performance{Done: f.Done, Failed: f.Failed, Throughput: index.Known(f.Throughput)}
	if rate, ok := f.SuccessRate(); ok {
		p.SuccessRate, p.P50, p.P99 = index.Known(rate), index.Known(f.P50), index.Known(f.P99)
	}
	return p
}

// labels are the labels by name.
func (s Spec) labels() []index.Label {
	all := make([]index.Label, 0, len(s.Labels))
	for name, value := range s.Labels {
		all = append(all, index.Label{Name: name, Value: value})
	}
	slices.SortFunc(all, func(a, b index.Label) int { return strings.Compare(a.Name, b.Name) })
	return all
}
