// SPDX-License-Identifier: Apache-2.0

package machine

import "time"

// Event is what happens to a machine. Its kinds are those of this file.
type Event interface {
	// When is when it happened, by the clock of who runs the machine.
	When() time.Time
	event() string // its name in an encoded log
}

// Opened is the first event.
type Opened struct {
	At time.Time
	// Seed is all the randomness that the machine has.
	Seed uint64
	// Deadline is when the session ends; zero means never.
	Deadline time.Time
}

// Received is a message from a participant, or from a service that a Call asked.
type Received struct {
	At   time.Time
	From string // the participant's or the service's name
	Msg  Message
}

// Tick lets time pass.
type Tick struct{ At time.Time }

// TimerFired is a timer whose time has come. One of an old generation is ignored.
type TimerFired struct {
	At  time.Time
	ID  string
	Gen uint64
}

// Down is a participant that has ended and was not back within the grace it is given: it will not answer.
type Down struct {
	At     time.Time
	Agent  string
	Reason string
}

// Up is a participant's new incarnation.
type Up struct {
	At          time.Time
	Agent       string
	Incarnation uint64
}

// Cancel ends the session.
type Cancel struct {
	At  time.Time
	Why string
}

// Command is an order to the session from outside, such as to pause; Name says which.
type Command struct {
	At   time.Time
	Name string
	Args []byte // JSON; may be nil
}

// Restored is the first event after the state was made again from a log: the machine asks again whoever has not answered, and sets its timers again.
type Restored struct {
	At time.Time
	// Epoch is the number of this life of the session, from 2.
	Epoch uint32
}

// When is At.
func (e Opened) When() time.Time { return e.At }

// When is At.
func (e Received) When() time.Time { return e.At }

// When is At.
func (e Tick) When() time.Time { return e.At }

// When is At.
func (e TimerFired) When() time.Time { return e.At }

// When is At.
func (e Down) When() time.Time { return e.At }

// When is At.
func (e Up) When() time.Time { return e.At }

// When is At.
func (e Cancel) When() time.Time { return e.At }

// When is At.
func (e Command) When() time.Time { return e.At }

// When is At.
func (e Restored) When() time.Time { return e.At }

func (Opened) event() string     { return "opened" }
func (Received) event() string   { return "received" }
func (Tick) event() string       { return "tick" }
func (TimerFired) event() string { return "timer" }
func (Down) event() string       { return "down" }
func (Up) event() string         { return "up" }
func (Cancel) event() string     { return "cancel" }
func (Command) event() string    { return "command" }
func (Restored) event() string   { return "restored" }
