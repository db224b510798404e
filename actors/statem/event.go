// SPDX-License-Identifier: Apache-2.0

package statem

import "fmt"

// Kind is where an event comes from.
type Kind uint8

const (
	// Message is an event from the mailbox. OTP's call, cast and info are one kind here: a message that wants an answer carries its
	// typed reply address.
	Message Kind = iota
	// Internal is an event that the machine inserted itself with NextEvent.
	Internal
	// TimedOut is a timeout; Event.Timeout tells which.
	TimedOut
)

// String returns the kind in words.
func (k Kind) String() string {
	switch k {
	case Message:
		return "message"
	case Internal:
		return "internal"
	case TimedOut:
		return "timeout"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Timeout names one of a machine's timeouts. At most one of each name runs; to start it again is to start it anew. Any name but the two
// below is a named timeout, which nothing but Cancel, a new start and its own end stops.
type Timeout string

const (
	// StateTimeout is cancelled by a change of the state.
	StateTimeout Timeout = "state timeout"
	// EventTimeout is cancelled by any event.
	EventTimeout Timeout = "event timeout"
)

// Event is what a state's callback is called with.
type Event[M any] struct {
	// Kind is where it comes from.
	Kind Kind
	// Timeout is the timeout that ended; empty unless Kind is TimedOut.
	Timeout Timeout
	// Message is the content: what was sent, inserted, or given to the timeout.
	Message M
}

// String names the kind and the type of the content, for errors and logs; it does not show the content.
func (e Event[M]) String() string {
	if e.Kind == TimedOut {
		return fmt.Sprintf("%q %T", string(e.Timeout), e.Message)
	}
	return fmt.Sprintf("%s %T", e.Kind, e.Message)
}
