// SPDX-License-Identifier: Apache-2.0

package lifecycle

import "fmt"

// Event is a fact of an agent's life.
type Event uint8

// The events.
const (
	// Register: the agent's spec was accepted; there is no process yet.
	Register Event = iota
	// Start: a process was started for the agent.
	Start
	// Up: its Init is over without an error.
	Up
	// NotUp: its Init returned an error or took longer than the start timeout.
	NotUp
	// Take: the agent took one piece of work.
	Take
	// Finish: it answered one piece of work.
	Finish
	// Pause: maintenance began.
	Pause
	// Resume: maintenance is over.
	Resume
	// Drain: it is to finish and stop.
	Drain
	// Drained: nothing is in hand any more while draining.
	Drained
	// Deadline: the time for draining is over.
	Deadline
	// Exit: the process ended in order, with Normal or Shutdown.
	Exit
	// Crash: the process crashed or was killed.
	Crash
	// NodeLost: the node of the process is gone.
	NodeLost
	// Unregister: the agent is to be forgotten.
	Unregister
	// Expire: the time for which ended agents are kept is over.
	Expire

	events = int(Expire) + 1
)

var eventNames = [events]string{
	"register", "start", "up", "not_up", "take", "finish", "pause", "resume", "drain", "drained", "deadline", "exit", "crash", "node_lost",
	"unregister", "expire",
}

// Events lists all events.
func Events() []Event {
	all := make([]Event, events)
	for i := range all {
		all[i] = Event(i)
	}
	return all
}

// String returns the event's word, such as node_lost.
func (e Event) String() string {
	if int(e) < events {
		return eventNames[e]
	}
	return fmt.Sprintf("Event(%d)", uint8(e))
}
