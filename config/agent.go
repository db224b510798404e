// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mabeam.dev/internal/nearest"
)

// Resources are what an agent may use; 0 is no limit.
type Resources struct {
	Memory     Size    `yaml:"memory" doc:"Memory that the agent uses, as measured of a program or reported by other agents, held against this for its health; without it there is no limit."`
	CPU        float64 `yaml:"cpu" min:"0" max:"100000" doc:"CPUs that the agent uses, as measured of a program or reported by other agents, held against this for its health; without it there is no limit."`
	Queue      int     `yaml:"queue" min:"1" max:"1000000000" doc:"Messages that may wait in the agent's mailbox; without it 16384."`
	Inflight   int     `yaml:"inflight" min:"1" max:"100000" doc:"Tasks at the same time, whatever concurrency says; without it there is no limit."`
	Budget     int64   `yaml:"budget" min:"0" doc:"Money that the agent may spend until the node ends, in millionths: when it has, it gets no more tasks; without it there is no limit."`
	PerAttempt int64   `yaml:"per_attempt" min:"0" doc:"What each attempt of the agent costs of its budget, in millionths; without it nothing. What a provider charges is not known."`
	PerSecond  int64   `yaml:"per_second" min:"0" doc:"What each second of an attempt costs of its budget, in millionths; without it nothing."`
}

// Health says from where on an agent is not healthy.
type Health struct {
	Target            time.Duration `yaml:"target" default:"0s" doc:"Response time that the 99th percentile of the last minute is held against; 0s is none."`
	Latency           float64       `yaml:"latency" default:"1" min:"0.001" max:"1000000" doc:"Times target above which the agent is degraded."`
	LatencyUnhealthy  float64       `yaml:"latency_unhealthy" default:"3" min:"0.001" max:"1000000" doc:"Times target above which it is unhealthy."`
	Queue             int           `yaml:"queue" default:"1000" min:"1" max:"1000000000" doc:"Waiting messages above which the agent is overloaded."`
	QueueUnhealthy    int           `yaml:"queue_unhealthy" default:"5000" min:"1" max:"1000000000" doc:"Waiting messages above which it is unhealthy."`
	Stuck             time.Duration `yaml:"stuck" default:"5s" min:"1ms" doc:"Time without a turn while messages wait, after which the agent is degraded."`
	StuckUnhealthy    time.Duration `yaml:"stuck_unhealthy" default:"30s" min:"1ms" doc:"Time after which it is unhealthy."`
	Errors            float64       `yaml:"errors" default:"0.1" min:"0.0001" max:"1" doc:"Share of failed attempts in the last minute above which the agent is degraded."`
	ErrorsUnhealthy   float64       `yaml:"errors_unhealthy" default:"0.5" min:"0.0001" max:"1" doc:"Share above which it is unhealthy."`
	MinCalls          int           `yaml:"min_calls" default:"20" min:"1" max:"1000000" doc:"Attempts in the last minute that make the share worth believing."`
	Beat              time.Duration `yaml:"beat" default:"1s" min:"1ms" doc:"Time between two reports of an agent that has promised them."`
	Missed            int           `yaml:"missed" default:"2" min:"1" max:"1000000" doc:"Reports that did not come, with which the agent is degraded."`
	MissedUnhealthy   int           `yaml:"missed_unhealthy" default:"3" min:"1" max:"1000000" doc:"Reports with which it is unhealthy."`
	Resource          float64       `yaml:"resource" default:"0.8" min:"0.001" max:"1000" doc:"Usage divided by its limit, from which on the agent is degraded."`
	ResourceUnhealthy float64       `yaml:"resource_unhealthy" default:"0.9" min:"0.001" max:"1000" doc:"Usage divided by its limit, from which on it is unhealthy."`
}

// capabilities checks that each is there once, and that settings are those of one.
func (d *decoder) capabilities(c Child, at string) {
	var known []string
	for i, text := range c.Capabilities {
		name, _, _ := strings.Cut(text, "@")
		switch path := item(at+".capabilities", i); {
		case d.bad(path):
		case slices.Contains(known, name):
			d.fail(d.near(path), path, fault{code: CodeDuplicateID, reason: "the capability " + quote(name) + " is there already", got: text})
		default:
			known = append(known, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.CapabilitySettings)) {
		path := at + ".capability_settings." + name
		if !slices.Contains(known, name) && !d.bad(path) {
			d.fail(d.near(path), path, fault{
				code: CodeUnknownValue, reason: "the agent has no capability " + quote(name), got: name, suggestion: nearest.Word(name, known), oneOf: known,
			})
		}
	}
}

// maxLabels is how many labels an agent may have.
const maxLabels = 32

// agent checks what is said about an agent: that it has not too many labels, and that nothing is unhealthy before it is degraded.
func (d *decoder) agent(c Child, at string) {
	if path := at + ".labels"; len(c.Labels) > maxLabels && !d.bad(path) {
		d.fail(d.near(path), path, fault{
			code: CodeRange, reason: fmt.Sprintf("%d labels are too many", len(c.Labels)), want: fmt.Sprintf("at most %d", maxLabels),
		})
	}
	d.capabilities(c, at)
	h := c.Health
	if h == nil {
		return
	}
	for _, pair := range []struct {
		key   string
		wrong bool
		first any
	}{
		{"latency", h.LatencyUnhealthy < h.Latency, h.Latency},
		{"queue", h.QueueUnhealthy < h.Queue, h.Queue},
		{"stuck", h.StuckUnhealthy < h.Stuck, h.Stuck},
		{"errors", h.ErrorsUnhealthy < h.Errors, h.Errors},
		{"missed", h.MissedUnhealthy < h.Missed, h.Missed},
		{"resource", h.ResourceUnhealthy < h.Resource, h.Resource},
	} {
		first, second := at+".health."+pair.key, at+".health."+pair.key+"_unhealthy"
		if pair.wrong && !d.bad(first, second) {
			d.fail(d.near(second), second, fault{
				code: CodeConflict, reason: fmt.Sprintf("the agent would be unhealthy before %s says it is degraded", pair.key),
				want: fmt.Sprintf("%v or more", pair.first),
			})
		}
	}
}
