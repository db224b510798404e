// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"time"

	"mabeam.dev/agents/index"
)

// AgentsAnswer is the answer to a query about agents.
type AgentsAnswer struct {
	Version int                `json:"version"`           // of this format: 1
	View    uint64             `json:"view"`              // version of the registry that was asked: the answer is true of it as a whole
	Agents  []AgentRow         `json:"agents"`            // in the order of the query
	Next    string             `json:"next,omitempty"`    // the value of after= for the rest, if there is more
	Explain *index.Explanation `json:"explain,omitempty"` // how the answer was found, if that was asked
}

// AgentAnswer is the answer about one agent.
type AgentAnswer struct {
	Version int      `json:"version"` // of this format: 1
	Agent   AgentRow `json:"agent"`   // as the registry has it
}

// AgentChange is an agent that came into what a query means, changed in it, or left it.
type AgentChange struct {
	View  uint64   `json:"view"`          // version of the registry that the change made
	Agent AgentRow `json:"agent"`         // as it is now; of one that left the registry, as it was
	Gap   bool     `json:"gap,omitempty"` // steps before this one were folded together, because the reader was slow
}

// AgentRow is an agent as the registry knows it. What is not known is left out.
type AgentRow struct {
	ID           string               `json:"id"`                      // unique in its namespace
	Namespace    string               `json:"namespace,omitempty"`     // none for the usual one
	Kind         string               `json:"kind,omitempty"`          // what it was started as
	Team         string               `json:"team,omitempty"`          // where it belongs
	Role         string               `json:"role,omitempty"`          // what it is there
	Capabilities []string             `json:"capabilities,omitempty"`  // what it can do
	Labels       map[string]string    `json:"labels,omitempty"`        // marks of the user
	Node         string               `json:"node,omitempty"`          // where it lives
	State        string               `json:"state,omitempty"`         // in its life, such as ready
	Reason       string               `json:"reason,omitempty"`        // why it is in that state
	Health       string               `json:"health"`                  // healthy, degraded, overloaded, unhealthy, dead or unknown
	Causes       []CauseView          `json:"causes,omitempty"`        // all that is wrong with it
	Since        string               `json:"health_since,omitempty"`  // when it got that health, RFC 3339
	Incarnation  uint64               `json:"incarnation"`             // counts its starts
	Row          uint64               `json:"row"`                     // version of the row
	Handle       string               `json:"process,omitempty"`       // path and number of the process
	Queue        index.Maybe[int64]   `json:"queue"`                   // messages that wait; null if unknown, as below
	Inflight     index.Maybe[int64]   `json:"inflight"`                // tasks in hand
	Memory       index.Maybe[int64]   `json:"memory_bytes"`            // used
	CPU          index.Maybe[float64] `json:"cpus"`                    // used
	P50          index.Maybe[float64] `json:"p50_seconds"`             // response time of the last minute
	P99          index.Maybe[float64] `json:"p99_seconds"`             // likewise
	Success      index.Maybe[float64] `json:"success"`                 // share of attempts with a result in the last minute, from 0 to 1
	Throughput   index.Maybe[float64] `json:"throughput"`              // attempts a second in the last minute
	Done         uint64               `json:"done"`                    // attempts with a result, since it was registered
	Failed       uint64               `json:"failed"`                  // attempts without
	Settings     json.RawMessage      `json:"settings,omitempty"`      // of its kind
	PublicKey    []byte               `json:"public_key,omitempty"`    // ed25519, which checks what it signs
	Fingerprint  string               `json:"fingerprint,omitempty"`   // of that key, for people
	RegisteredAt string               `json:"registered_at,omitempty"` // when its first incarnation began, RFC 3339
}

// CauseView is one thing that is wrong with an agent.
type CauseView struct {
	Name   string `json:"name"`             // such as queue, stuck or latency
	Health string `json:"health"`           // what it makes of the agent
	Detail string `json:"detail,omitempty"` // the figure and its threshold
}

func answerOf(page index.Page) AgentsAnswer {
	a := AgentsAnswer{Version: 1, View: page.Version, Agents: []AgentRow{}, Next: page.Next}
	for _, row := range page.Rows {
		a.Agents = append(a.Agents, rowOf(row))
	}
	return a
}

func rowOf(r *index.Row) AgentRow {
	a := AgentRow{
		ID: r.ID, Namespace: r.Namespace, Kind: r.Kind, Team: r.Team, Role: r.Role, Node: r.Node, State: r.State.String(), Reason: r.Reason,
		Health: r.Health.Status.String(), Since: moment(r.Health.Since), Incarnation: r.Incarnation, Row: r.Version,
		Queue: r.Usage.Queue, Inflight: r.Usage.Inflight, Memory: r.Usage.Memory, CPU: r.Usage.CPU,
		P50: inSeconds(r.Performance.P50), P99: inSeconds(r.Performance.P99), Success: r.Performance.SuccessRate, Throughput: r.Performance.Throughput,
		Done: r.Performance.Done, Failed: r.Performance.Failed, Settings: r.Config, PublicKey: r.Keys.Sign, Fingerprint: r.Keys.Fingerprint(), RegisteredAt: moment(r.RegisteredAt),
	}
	for _, c := range r.Capabilities {
		a.Capabilities = append(a.Capabilities, c.Name)
	}
	for _, l := range r.Labels {
		if a.Labels == nil {
			a.Labels = map[string]string{}
		}
		a.Labels[l.Name] = l.Value
	}
	for _, c := range r.Health.Causes {
		a.Causes = append(a.Causes, CauseView{c.Name, c.Status.String(), c.Detail})
	}
	if r.Handle != nil {
		a.Handle = r.Handle.String()
	}
	return a
}

func inSeconds(d index.Maybe[time.Duration]) index.Maybe[float64] {
	if v, ok := d.Get(); ok {
		return index.Known(v.Seconds())
	}
	return index.Maybe[float64]{}
}
