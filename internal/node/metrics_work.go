// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"

	"mabeam.dev/agents/work"
	"mabeam.dev/telemetry/prom"
)

// seconds are the buckets of durations, from a quick look to a long job.
var seconds = []float64{0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 30, 120, 600}

// workMetrics are those of tasks, by queue and never by task or agent.
func workMetrics(r *prom.Registry) error {
	labels := []string{"queue", "outcome"}
	total, err1 := r.Counter(prom.Definition{Name: "work_total", Help: "Tasks that got their outcome: done, dead or cancelled.", Labels: labels})
	took, err2 := r.Histogram(prom.Definition{
		Name: "work_seconds", Help: "How long the last attempt of a task took.", Labels: labels, Buckets: seconds, MaxSeries: 100,
	})
	age, err3 := r.Histogram(prom.Definition{
		Name: "work_age_seconds", Help: "How long a task took from its acceptance to its outcome.", Labels: labels, Buckets: seconds, MaxSeries: 100,
	})
	attempts, err4 := r.Counter(prom.Definition{
		Name: "work_attempts_total", Help: "Attempts, by how they ended; only an end of done brought a result.", Labels: []string{"queue", "end"},
	})
	accepted, err5 := r.Counter(prom.Definition{Name: "work_accepted_total", Help: "Tasks accepted.", Labels: []string{"queue"}})
	dead, err6 := r.Counter(prom.Definition{Name: "work_dead_letters_total", Help: "Tasks that became dead letters, by why.", Labels: []string{"queue", "cause"}})
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		return err
	}
	prom.On(total, func(e work.TaskEnded) (prom.Values, float64, bool) {
		return prom.Values{queueName(e.Queue), e.Outcome}, 1, true
	})
	prom.On(took, func(e work.TaskEnded) (prom.Values, float64, bool) {
		return prom.Values{queueName(e.Queue), e.Outcome}, e.Took.Seconds(), e.Took > 0
	})
	prom.On(age, func(e work.TaskEnded) (prom.Values, float64, bool) {
		return prom.Values{queueName(e.Queue), e.Outcome}, e.Age.Seconds(), true
	})
	prom.On(attempts, func(e work.AttemptEnded) (prom.Values, float64, bool) {
		return prom.Values{queueName(e.Queue), e.End}, 1, true
	})
	prom.On(accepted, func(e work.TaskAccepted) (prom.Values, float64, bool) {
		return prom.Values{queueName(e.Queue)}, 1, true
	})
	prom.On(dead, func(e work.TaskDead) (prom.Values, float64, bool) {
		return prom.Values{queueName(e.Queue), e.Cause}, 1, true
	})
	return nil
}
