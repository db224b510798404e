// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strconv"
	"time"
)

// Kinds that every node knows without registration.
const (
	KindSupervisor = "supervisor" // a nested supervisor
	KindExec       = "exec"       // any program that reads and writes JSON lines
)

// Tree is the root supervisor.
type Tree struct {
	ID    string `yaml:"id" default:"app" check:"name" doc:"Name of the root supervisor, the first part of every process path."`
	Group `yaml:",inline"`
}

// Group is what every supervisor has, the root and the nested ones.
type Group struct {
	Strategy     Strategy      `yaml:"strategy" default:"one_for_one" only:"supervisor" doc:"Which children a crash restarts."`
	Intensity    int           `yaml:"intensity" default:"1" min:"0" max:"1000000" only:"supervisor" doc:"Restarts allowed within period before the supervisor gives up; 0 allows none."`
	Period       time.Duration `yaml:"period" default:"5s" min:"1ms" only:"supervisor" doc:"Length of the sliding window in which restarts are counted."`
	AutoShutdown AutoShutdown  `yaml:"auto_shutdown" default:"never" only:"supervisor" doc:"Whether the supervisor stops when its significant children have ended."`
	Children     []Child       `yaml:"children" key:"id" only:"supervisor" doc:"Children in start order; they stop in reverse order."`
}

// Child is one child specification: an agent, or a nested supervisor if Kind is KindSupervisor. Group is filled in for
// supervisors only; Count to Settings for agents only; Command to Limits for kind exec only.
type Child struct {
	ID                 string          `yaml:"id" required:"true" check:"name" doc:"Name of the child, unique among its siblings."`
	Kind               string          `yaml:"kind" required:"true" check:"name" doc:"What the child is: supervisor, exec, or a kind registered with the program."`
	DependsOn          []string        `yaml:"depends_on" check:"child" doc:"Children that are up before this one starts and end after it, wherever in the file they are written: ids of siblings or of siblings of a supervisor above, or what is below one of them, as in storage/cache."`
	Restart            Restart         `yaml:"restart" default:"permanent" doc:"When the child is restarted: always, after crashes, never."`
	Shutdown           Shutdown        `yaml:"shutdown" default:"5s" supervisor:"infinity" doc:"Time the child has to stop before it is killed, or brutal_kill, or infinity; supervisors have infinity as the default."`
	Significant        bool            `yaml:"significant" default:"false" doc:"Counts for auto_shutdown; needs restart transient or temporary and an auto_shutdown other than never."`
	Backoff            *Backoff        `yaml:"backoff" doc:"Restarts that wait, each longer than the one before; without this section they are tried at once, as in OTP."`
	RestartLimit       *RestartLimit   `yaml:"restart_limit" doc:"Bound on the restarts of this child alone, looked at before the intensity of its supervisor; without this section there is none, as in OTP."`
	Schedule           *Schedule       `yaml:"schedule" doc:"Planned restarts, which count nowhere; without this section there are none, as in OTP."`
	Count              int             `yaml:"count" default:"1" min:"1" max:"100000" not:"supervisor" doc:"How many of this child run; more than one are named id-1, id-2 and so on."`
	Capabilities       []string        `yaml:"capabilities" check:"offer" not:"supervisor" doc:"What the agent can do, with a version or without: nlp/summarise or nlp/summarise@1.2; tasks ask for the names."`
	CapabilitySettings map[string]any  `yaml:"capability_settings" check:"capability" not:"supervisor" doc:"Settings of single capabilities, by their names; they are kept and shown with the agent."`
	Concurrency        int             `yaml:"concurrency" default:"1" min:"1" max:"100000" not:"supervisor" doc:"Tasks the agent works on at the same time."`
	Team               string          `yaml:"team" check:"name" not:"supervisor" doc:"Team the agent belongs to."`
	Role               string          `yaml:"role" check:"name" not:"supervisor" doc:"Role the agent plays."`
	Labels             map[string]Text `yaml:"labels" check:"name" not:"supervisor" doc:"Marks of the agent that queries can ask for, at most 32."`
	Weight             float64         `yaml:"weight" default:"1" min:"0.001" max:"1000" not:"supervisor" doc:"Share of the agent when work is given out."`
	Resources          *Resources      `yaml:"resources" not:"supervisor" doc:"What the agent may use; without this section there is no limit."`
	Bidding            *Bidding        `yaml:"bidding" not:"supervisor" doc:"What the agent asks for tasks that are bid for; without this section it does not bid."`
	Votes              *Votes          `yaml:"votes" not:"supervisor" doc:"How the agent answers in sessions of coordination; without this section its own code does, or it declines."`
	Health             *Health         `yaml:"health" not:"supervisor" doc:"From where on the agent is not healthy."`
	Settings           any             `yaml:"settings" not:"supervisor" doc:"Settings of the kind; which keys there are is up to the kind."`
	Command            []Text          `yaml:"command" only:"exec" required:"true" doc:"Program and arguments; no shell is involved."`
	Env                map[string]Text `yaml:"env" only:"exec" check:"variable" doc:"Environment variables added to the few the program inherits."`
	Dir                Text            `yaml:"dir" only:"exec" doc:"Folder the program runs in; without it the folder of the node."`
	Limits             Limits          `yaml:"limits" only:"exec" doc:"Bounds on what the program may do before it counts as crashed."`
	Variables          []string        `yaml:"variables" only:"exec" doc:"Shared variables that the program sees, may suggest values for and reports of: SPACE/NAME, SPACE/* for all of a space, or * for all; without it none."`
	Group              `yaml:",inline"`
}

// Backoff says how long restarts wait.
type Backoff struct {
	Initial    time.Duration `yaml:"initial" default:"100ms" min:"1ms" doc:"Wait before the first restart."`
	Max        time.Duration `yaml:"max" default:"30s" min:"1ms" doc:"Longest wait, before jitter."`
	Factor     float64       `yaml:"factor" default:"2" min:"1" max:"1000" doc:"How many times as long as the one before a wait is; 1 waits the same each time."`
	Jitter     float64       `yaml:"jitter" default:"0" min:"0" max:"1" doc:"Share of a wait by which it is made longer or shorter at random."`
	ResetAfter time.Duration `yaml:"reset_after" default:"1m" min:"1ms" doc:"A child that was up for so long begins with the first wait again."`
}

// RestartLimit bounds the restarts of one child.
type RestartLimit struct {
	Intensity int           `yaml:"intensity" default:"1" min:"0" max:"1000000" doc:"Restarts of the child allowed within period; 0 allows none."`
	Period    time.Duration `yaml:"period" default:"5s" min:"1ms" doc:"Length of the sliding window in which they are counted."`
	Then      Then          `yaml:"then" default:"stop_child" doc:"What one restart too many does: the child stays down, or the supervisor gives up."`
}

// Schedule says how often a child is restarted although nothing is wrong with it.
type Schedule struct {
	Every  time.Duration `yaml:"every" required:"true" min:"1ms" doc:"Time from the child's start to its planned restart."`
	Jitter float64       `yaml:"jitter" default:"0" min:"0" max:"1" doc:"Share of that time by which it is made longer or shorter at random."`
}

// Limits bound an exec agent.
type Limits struct {
	Line      Size          `yaml:"line" default:"1MiB" min:"1KiB" max:"1GiB" doc:"Longest line the program may write to standard output; a longer one is a crash."`
	JunkLines int           `yaml:"junk_lines" default:"100" min:"0" max:"1000000000" doc:"Lines that are no message of the protocol which are reported and skipped; one more is a crash."`
	Stderr    Size          `yaml:"stderr" default:"64KiB" min:"0B" max:"64MiB" doc:"How much of the end of standard error is kept for the crash report."`
	Hello     time.Duration `yaml:"hello" default:"5s" min:"1ms" doc:"Time the program has to say hello after its start."`
	Heartbeat time.Duration `yaml:"heartbeat" default:"10s" doc:"Pause between pings to a program that offers to answer them; 0s sends none."`
	Missed    int           `yaml:"missed" default:"3" min:"1" max:"1000" doc:"Unanswered pings after which the program counts as hung."`
	Write     time.Duration `yaml:"write" default:"10s" min:"1ms" doc:"Longest the program may leave its standard input unread while a line waits."`
	Term      time.Duration `yaml:"term" default:"2s" doc:"Time between the TERM and the KILL signal when the program does not stop by itself."`
}

// IDs returns the names under which the child runs: its id alone, or id-1 to id-n if Count is more than one.
func (c Child) IDs() []string {
	if c.Count <= 1 {
		return []string{c.ID}
	}
	ids := make([]string, c.Count)
	for i := range ids {
		ids[i] = c.ID + "-" + strconv.Itoa(i+1)
	}
	return ids
}

// SettingsOf returns the settings of a child as the type its kind was registered with. It reports false if the child
// has no settings of that type, which is a mistake of the program and not of the file.
func SettingsOf[T any](c Child) (T, bool) {
	s, ok := c.Settings.(T)
	return s, ok
}
