// SPDX-License-Identifier: Apache-2.0

package config

// Strategy says which children a crash restarts. The words are OTP's; its simple_one_for_one starts children at run time, which a file
// cannot.
type Strategy string

// The strategies.
const (
	OneForOne  Strategy = "one_for_one"  // the crashed child alone
	OneForAll  Strategy = "one_for_all"  // all children
	RestForOne Strategy = "rest_for_one" // the crashed child and those after it
)

// Values lists the words a file may use.
func (Strategy) Values() []string {
	return []string{"one_for_one", "one_for_all", "rest_for_one"}
}

// Restart says when a child is restarted. The words are OTP's.
type Restart string

// The three restart types.
const (
	Permanent Restart = "permanent" // after every exit
	Transient Restart = "transient" // after a crash
	Temporary Restart = "temporary" // never
)

// Values lists the words a file may use.
func (Restart) Values() []string { return []string{"permanent", "transient", "temporary"} }

// Then says what a restart limit does.
type Then string

// What a restart limit may do.
const (
	StopChild Then = "stop_child" // the child stays down
	GiveUp    Then = "give_up"    // the supervisor ends
)

// Values lists the words a file may use.
func (Then) Values() []string { return []string{"stop_child", "give_up"} }

// AutoShutdown says when a supervisor stops by itself. The words are OTP's.
type AutoShutdown string

// The three ways of auto shutdown.
const (
	Never          AutoShutdown = "never"           // it does not
	AnySignificant AutoShutdown = "any_significant" // when one significant child has ended
	AllSignificant AutoShutdown = "all_significant" // when all significant children have ended
)

// Values lists the words a file may use.
func (AutoShutdown) Values() []string { return []string{"never", "any_significant", "all_significant"} }

// Level is the severity from which on lines are logged.
type Level string

// The four levels, least severe first.
const (
	LevelDebug Level = "debug" // life of single processes
	LevelInfo  Level = "info"  // life of the node
	LevelWarn  Level = "warn"  // restarts and dead letters
	LevelError Level = "error" // a supervisor gave up
)

// Values lists the words a file may use.
func (Level) Values() []string { return []string{"debug", "info", "warn", "error"} }

// Format is the form of a log line.
type Format string

// The three formats.
const (
	AutoFormat Format = "auto" // text on a terminal, JSON elsewhere
	TextFormat Format = "text" // for people
	JSONFormat Format = "json" // one object a line
)

// Values lists the words a file may use.
func (Format) Values() []string { return []string{"auto", "text", "json"} }

// Policy says which of the agents that can do a task gets it.
type Policy string

// The policies.
const (
	RoundRobin   Policy = "round_robin"  // the next in turn
	LeastLoaded  Policy = "least_loaded" // the one with the fewest tasks
	ByCapability Policy = "capability"   // only agents that name the task's capability, the least loaded of them
	PowerOfTwo   Policy = "power_of_two" // the less loaded of two that are drawn
	Performance  Policy = "performance"  // the one whose load, latency and failures promise the earliest result
	ByAuction    Policy = "auction"      // the one that asks least for it, and is paid; see the section auction of the queue
)

// Values lists the words a file may use.
func (Policy) Values() []string {
	return []string{"round_robin", "least_loaded", "capability", "power_of_two", "performance", "auction"}
}

// OnDuplicate says what happens to a task whose id is known.
type OnDuplicate string

// The two answers to a duplicate.
const (
	Refuse OnDuplicate = "refuse" // reported as an error
	Merge  OnDuplicate = "merge"  // answered with the outcome of the first
)

// Values lists the words a file may use.
func (OnDuplicate) Values() []string { return []string{"refuse", "merge"} }
