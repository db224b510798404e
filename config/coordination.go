// SPDX-License-Identifier: Apache-2.0

package config

import "time"

// Coordination is what the node runs of coordination: an engine of sessions, and spaces of locks, barriers and elections.
type Coordination struct {
	Name     string           `yaml:"name" default:"coordination" check:"name" doc:"Name of the engine in the supervision tree."`
	Stream   string           `yaml:"stream" default:"coordination" check:"name" doc:"Stream of the journal that sessions are kept in."`
	Active   int              `yaml:"max_active" default:"10000" min:"1" max:"1000000" doc:"How many sessions may be open at once."`
	Deadline time.Duration    `yaml:"deadline" default:"30s" min:"1ms" max:"24h" doc:"How long a session may take that does not say it itself."`
	Grace    time.Duration    `yaml:"grace" default:"0s" min:"0s" max:"1h" doc:"How long a participant that has ended may take to come back; 0s is a tenth of the session's deadline, at most 1s."`
	Adaptive bool             `yaml:"adaptive" default:"false" doc:"Lets the engine choose among equally safe protocols by what it has measured of earlier sessions."`
	Budget   int64            `yaml:"budget" default:"0" min:"0" doc:"What sessions that have a budget may spend together in each window, in micro-units of the market's currency; 0 sets no limit. It needs the section market."`
	Window   time.Duration    `yaml:"budget_window" default:"24h" min:"1m" max:"8760h" doc:"How long spending counts against the budget."`
	Spaces   []PrimitiveSpace `yaml:"spaces" key:"space" doc:"Spaces of locks, semaphores, barriers, latches, elections and counters."`
}

// PrimitiveSpace is one space.
type PrimitiveSpace struct {
	Space    string        `yaml:"space" required:"true" check:"name" doc:"Name of the space, unique in the node."`
	MaxWait  time.Duration `yaml:"max_wait" default:"1m" min:"1ms" max:"24h" doc:"How long a request waits that says nothing of its own. Deadlocks with what the space cannot see end by it."`
	MaxQueue int           `yaml:"max_queue" default:"16384" min:"1" max:"1000000" doc:"How many requests may wait for one name."`
	Ageing   time.Duration `yaml:"ageing" default:"1s" min:"1ms" max:"1h" doc:"What one class is worth: a request waits as if it had come that much earlier."`
	Durable  bool          `yaml:"durable" default:"true" doc:"Keeps every step in the journal, so that tokens and counters go on after a restart of the node. Without it they begin anew then: what is guarded must not outlive the node."`
}

// coordination checks what takes more than one key of the section to see.
func (d *decoder) coordination(c *Coordination, market bool) {
	if c == nil {
		return
	}
	if c.Budget > 0 && !market && !d.bad("coordination.budget") {
		d.fail(d.near("coordination.budget"), "coordination.budget", fault{code: CodeConflict, reason: "money is kept by the section market, and there is none", want: "a section market, or no budget"})
	}
	names := map[string]string{}
	for i, s := range c.Spaces {
		path := item("coordination.spaces", i) + ".space"
		d.shared(names, Plain(s.Space), path, CodeDuplicateID, "a space named "+quote(s.Space)+" is there already")
		if s.Space == c.Name && !d.bad(path, "coordination.name") {
			d.fail(d.near(path), path, fault{code: CodeConflict, reason: "the engine has that name", got: s.Space, want: "another name"})
		}
	}
}
