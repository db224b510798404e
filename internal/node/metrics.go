// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/agents/work"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry/prom"
)

// scrape is how long a scrape waits for a queue's numbers.
const scrape = time.Second

// define registers the node's metrics.
func define(r *prom.Registry, n *Node) error { return defineWith(r, n, &census{n: n}) }

func defineWith(r *prom.Registry, n *Node, c *census) error {
	return errors.Join(processes(r, n), kinds(r, c), supervisors(r), queues(r, n), agentMetrics(r, n), workMetrics(r), marketMetrics(r, n), coordinationMetrics(r, n), variableMetrics(r, n), adaptationMetrics(r, n))
}

func processes(r *prom.Registry, n *Node) error {
	exits, err := r.Counter(prom.Definition{Name: "process_exits_total", Help: "Processes that ended, by kind and reason.", Labels: []string{"kind", "reason"}})
	if err != nil {
		return err
	}
	prom.On(exits, func(e actors.ProcessExited) (prom.Values, float64, bool) {
		return prom.Values{e.Kind, e.Reason.Kind().String()}, 1, true
	})
	letters, err := r.Counter(prom.Definition{Name: "dead_letters_total", Help: "Messages that reached no process, by cause.", Labels: []string{"cause"}})
	if err != nil {
		return err
	}
	prom.On(letters, func(e actors.DeadLetter) (prom.Values, float64, bool) { return prom.Values{e.Why}, 1, true })
	return errors.Join(
		r.Read(prom.Definition{Name: "processes", Help: "Living processes."}, func(report func(prom.Values, float64)) {
			report(prom.Values{}, float64(n.sys.Len()))
		}),
		r.Read(prom.Definition{Name: "processes_abandoned", Help: "Handlers of killed processes that have not returned."}, func(report func(prom.Values, float64)) {
			report(prom.Values{}, float64(n.sys.Totals().Abandoning))
		}),
	)
}

func supervisors(r *prom.Registry) error {
	labels := []string{"supervisor"}
	restarts, err := r.Counter(prom.Definition{Name: "restarts_total", Help: "Restart attempts, by supervisor.", Labels: labels})
	if err != nil {
		return err
	}
	prom.On(restarts, func(e supervision.ChildRestarting) (prom.Values, float64, bool) {
		return prom.Values{e.Supervisor}, 1, true
	})
	gaveUp, err := r.Counter(prom.Definition{Name: "supervisors_gave_up_total", Help: "Supervisors that exceeded their restart intensity.", Labels: labels})
	if err != nil {
		return err
	}
	prom.On(gaveUp, func(e supervision.GaveUp) (prom.Values, float64, bool) { return prom.Values{e.Supervisor}, 1, true })
	crashes, err := r.Counter(prom.Definition{Name: "child_crashes_total", Help: "Children that ended without having been asked and not in order, by supervisor.", Labels: labels})
	if err != nil {
		return err
	}
	prom.On(crashes, func(e supervision.ChildExited) (prom.Values, float64, bool) {
		return prom.Values{e.Supervisor}, 1, e.Reason.Kind() == exit.Crash || e.Reason.Kind() == exit.Killed
	})
	return nil
}

// queues shows the queues' numbers. A queue that does not answer in time is left out of the scrape.
func queues(r *prom.Registry, n *Node) error {
	each := func(see func(queue string, s work.Stats)) {
		ctx, cancel := context.WithTimeout(context.Background(), scrape)
		defer cancel()
		for i, q := range n.queues {
			if s, err := q.Stats(ctx); err == nil {
				see(n.o.Config.Work[i].Queue, s)
			}
		}
	}
	return errors.Join(
		r.Read(prom.Definition{Name: "tasks", Help: "Tasks, by queue and state.", Labels: []string{"queue", "state"}}, func(report func(prom.Values, float64)) {
			each(func(queue string, s work.Stats) {
				for state, count := range map[string]int{"accepted": s.Accepted, "running": s.Running, "waiting": s.Waiting, "done": s.Done, "dead": s.Dead, "cancelled": s.Cancelled} {
					report(prom.Values{queue, state}, float64(count))
				}
			})
		}),
		r.Read(prom.Definition{
			Name: "tasks_without_agent", Help: "Accepted tasks that no agent could take even if all were free, by queue.", Labels: []string{"queue"},
		}, func(report func(prom.Values, float64)) {
			each(func(queue string, s work.Stats) { report(prom.Values{queue}, float64(s.NoAgent)) })
		}),
	)
}
