// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"

	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
	"mabeam.dev/agents/registry"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/prom"
)

// agentMetrics are those of agents, never by their ids: a node may have a hundred thousand.
func agentMetrics(r *prom.Registry, n *Node) error {
	return errors.Join(
		r.Read(prom.Definition{Name: "agents", Help: "Agents, by kind, state and health.", Labels: []string{"kind", "state", "health"}},
			func(report func(prom.Values, float64)) {
				byKind := map[prom.Values]int{}
				var order []prom.Values
				for info := range n.dir.Infos() {
					v := prom.Values{info.Spec.Kind, info.State.String(), info.Health.Status.String()}
					if byKind[v] == 0 {
						order = append(order, v)
					}
					byKind[v]++
				}
				for _, v := range order {
					report(v, float64(byKind[v]))
				}
			}),
		r.Read(prom.Definition{Name: "registry_watchers", Help: "Queries about agents that are watched."}, func(report func(prom.Values, float64)) {
			if n.registry != nil { // a node that is not started has none
				report(prom.Values{}, float64(n.registry.Watchers()))
			}
		}),
		agentSteps(r), programs(r), registryWrites(r),
	)
}

func agentSteps(r *prom.Registry) error {
	moves, err := r.Counter(prom.Definition{
		Name: "agent_transitions_total", Help: "Steps in the lives of agents, without taking work and having done it.", Labels: []string{"kind", "from", "to"},
	})
	if err != nil {
		return err
	}
	prom.On(moves, func(e agents.AgentMoved) (prom.Values, float64, bool) {
		return prom.Values{e.Kind, e.From.String(), e.To.String()}, 1, true
	})
	health, err := r.Counter(prom.Definition{Name: "agent_health_changes_total", Help: "Changes of agents' health.", Labels: []string{"kind", "from", "to"}})
	if err != nil {
		return err
	}
	prom.On(health, func(e agents.AgentHealthChanged) (prom.Values, float64, bool) {
		return prom.Values{e.Kind, e.From.String(), e.To.String()}, 1, true
	})
	crashes, err := r.Counter(prom.Definition{Name: "crash_reports_total", Help: "Crash reports, by kind of process.", Labels: []string{"kind"}})
	if err != nil {
		return err
	}
	prom.On(crashes, func(e collect.Report) (prom.Values, float64, bool) { return prom.Values{e.Kind}, 1, true })
	return nil
}

func programs(r *prom.Registry) error {
	ends, err := r.Counter(prom.Definition{Name: "programs_ended_total", Help: "Agent programs that ended, by why.", Labels: []string{"reason"}})
	if err != nil {
		return err
	}
	prom.On(ends, func(e exec.ProgramEnded) (prom.Values, float64, bool) {
		return prom.Values{e.Reason.Kind.String()}, 1, true
	})
	lines, err := r.Counter(prom.Definition{
		Name: "program_lines_refused_total", Help: "Lines of agent programs that were no message or belonged to no task.", Labels: []string{"cause"},
	})
	if err != nil {
		return err
	}
	prom.On(lines, func(e exec.LineRefused) (prom.Values, float64, bool) { return prom.Values{e.Kind}, 1, true })
	return nil
}

func registryWrites(r *prom.Registry) error {
	writes, err := r.Counter(prom.Definition{Name: "registry_writes_total", Help: "Writes that the registry of agents committed."})
	if err != nil {
		return err
	}
	prom.On(writes, func(e registry.Committed) (prom.Values, float64, bool) { return prom.Values{}, float64(e.Writes), true })
	took, err := r.Histogram(prom.Definition{
		Name: "registry_commit_seconds", Help: "How long a commit of the registry took, until the last watcher was told.",
		Buckets: []float64{0.00001, 0.0001, 0.001, 0.01, 0.1, 1},
	})
	if err != nil {
		return err
	}
	prom.On(took, func(e registry.Committed) (prom.Values, float64, bool) { return prom.Values{}, e.Took.Seconds(), true })
	return nil
}
