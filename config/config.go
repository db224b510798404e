// SPDX-License-Identifier: Apache-2.0

package config

import "time"

// Version is the newest version of the file format that this package reads.
const Version = 1

// Config is one node, complete with defaults. In this type and those below it the doc tag of a field is its
// documentation: the reference and the schema are made from the same words.
type Config struct {
	Version      int           `yaml:"version" required:"true" doc:"Version of this file format; the only one so far is 1."`
	Node         Node          `yaml:"node" doc:"The node itself: its name, its data and how it stops."`
	Log          Log           `yaml:"log" doc:"What is logged and in which form."`
	Journal      Journal       `yaml:"journal" doc:"How the journal is kept: when it is flushed, and what is removed."`
	Surfaces     Surfaces      `yaml:"surfaces" doc:"Where the node can be watched."`
	Tree         *Tree         `yaml:"tree" doc:"The supervision tree; without it the node runs no agents."`
	Work         []Queue       `yaml:"work" key:"queue" doc:"Work queues, each fed by a source and emptied by the agents of the tree."`
	Market       *Market       `yaml:"market" doc:"Markets among agents: a ledger and auctions; without it the node runs none."`
	Coordination *Coordination `yaml:"coordination" doc:"How agents decide together: sessions, and spaces of locks; without it the node runs neither."`
	Variables    *Variables    `yaml:"variables" doc:"Values that agents share and live by; without it the node has none."`
	Alerts       Alerts        `yaml:"alerts" doc:"What is worth telling people, and whom."`
	Telemetry    Telemetry     `yaml:"telemetry" doc:"What the node remembers of itself, and where traces go."`
	Chaos        *Chaos        `yaml:"chaos" doc:"Deliberate faults in native agents, to watch supervision at work; off unless this section is written."`
}

// Node names the node and says where it keeps its data.
type Node struct {
	Name  string        `yaml:"name" default:"node" check:"name" doc:"Name of the node in logs, metrics and the name of its socket."`
	Data  Text          `yaml:"data" default:"./data" check:"path" doc:"Folder of the journal, made if it is missing; one running node at a time owns it."`
	Start time.Duration `yaml:"start" default:"30s" min:"1ms" doc:"Longest that one phase of the node may take to start; one that takes longer ends the start."`
	Drain time.Duration `yaml:"drain" default:"20s" doc:"How long a stop waits for running tasks before it hands them back."`
}

// Log chooses the lines that are written and their form.
type Log struct {
	Level  Level  `yaml:"level" default:"info" doc:"Least severe lines that are written."`
	Format Format `yaml:"format" default:"auto" doc:"Form of a line; auto is text on a terminal and JSON elsewhere."`
}

// Surfaces are the addresses at which the node answers.
type Surfaces struct {
	Listen   Address `yaml:"listen" default:"127.0.0.1:7070" doc:"Address of metrics and health, or off; port 0 takes any free one. It must be a loopback address unless insecure is true."`
	Insecure bool    `yaml:"insecure" default:"false" doc:"Allows a listen address that other machines can reach."`
	Socket   Text    `yaml:"socket" doc:"Path of the control socket; without it the node chooses one from its name in the user's runtime folder."`
	Token    Text    `yaml:"token" doc:"Bearer token that callers from other machines show to hand in tasks and to steer queues; without it only this machine may. Best a reference such as ${env:MABEAM_TOKEN}."`
	Body     Size    `yaml:"body" default:"1MiB" min:"1KiB" max:"64MiB" doc:"Largest body of a request."`
}

// Chaos says which faults are put into native agents and how often.
type Chaos struct {
	Seed  int64 `yaml:"seed" default:"1" doc:"Seed of the choices; the same seed makes the same ones."`
	Panic Rate  `yaml:"panic" default:"0" doc:"How often a task makes its agent panic."`
	Hang  Rate  `yaml:"hang" default:"0" doc:"How often a task makes its agent hang until the deadline."`
	Exit  Rate  `yaml:"exit" default:"0" doc:"How often a task makes its agent exit."`
}

// Queue is one work queue.
type Queue struct {
	Queue       string        `yaml:"queue" required:"true" check:"name" doc:"Name of the queue, unique in the node."`
	Tasks       Text          `yaml:"tasks" doc:"File of JSON lines the tasks come from, or - for standard input; without it the queue stays open for tasks from elsewhere."`
	Results     Text          `yaml:"results" default:"-" check:"path" doc:"File the result lines are added to, or - for standard output."`
	Policy      Policy        `yaml:"policy" default:"least_loaded" doc:"How the agent for a task is chosen among those that can do it."`
	Attempts    int           `yaml:"attempts" default:"3" min:"1" max:"100" doc:"Attempts a task has before it is a dead letter."`
	Deadline    time.Duration `yaml:"deadline" default:"30s" min:"1ms" doc:"Longest one attempt may take."`
	Backoff     time.Duration `yaml:"backoff" default:"100ms" doc:"Pause before the second attempt; it doubles with each further one."`
	Limit       int           `yaml:"limit" default:"1000" min:"1" max:"10000000" doc:"Most accepted tasks that wait; at the limit the source is read no further."`
	OnDuplicate OnDuplicate   `yaml:"on_duplicate" default:"refuse" doc:"What happens to a task whose id was accepted before: refused, or merged and answered with the outcome of the first."`
	Remember    int           `yaml:"remember" default:"100000" min:"1" max:"100000000" doc:"Most ended tasks that are kept in memory, about 160 bytes each; whether an older one is a duplicate is asked of the journal."`
	Who         string        `yaml:"who" check:"query" doc:"Query of the agents that get this queue's tasks, such as label.zone = \"eu\" and team = \"night\"; without it all agents of the node."`
	Agents      Quota         `yaml:"agents" doc:"Bounds on what each agent does of this queue's tasks, besides its own concurrency."`
	Auction     *WorkAuction  `yaml:"auction" doc:"How agents bid for this queue's tasks; the policy auction needs it, and a section market."`
	Kinds       []KindQuota   `yaml:"kinds" key:"kind" doc:"Bounds on what is done of a kind of tasks, by all agents together."`
}
