// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"mabeam.dev/events"
)

// DeadType is the type of the events in dead streams; their data is a [DeadLetter].
const DeadType = "follow.event_given_up"

const (
	maxDeadData  = 256 << 10 // of the original event, in bytes
	maxDeadError = 4 << 10
)

// DeadLetter is the record of an event that a consumer has given up.
type DeadLetter struct {
	Consumer string          `json:"consumer"`
	Position events.Position `json:"position"` // of the event
	Stream   events.Stream   `json:"stream"`   // of the event
	Version  events.Version  `json:"version"`  // of the event in its stream
	Event    string          `json:"event"`    // its id
	Type     string          `json:"type"`     // of the event
	Schema   uint32          `json:"schema"`   // of its data
	Attempts int             `json:"attempts"` // how often it was given to the handler
	Error    string          `json:"error"`    // of the last attempt, cut short after 4 KiB
	// Data is the event's data, left out if it is larger than 256 KiB; the event itself stays in the log as long as its own retention says.
	Data []byte `json:"data,omitempty"`
}

// Register makes a catalogue know the events that consumers write. A journal with a catalogue needs it.
func Register(c *events.Catalog) error {
	_, err := events.Register[DeadLetter](c, events.Schema{
		Name: DeadType, Severity: events.Warning, Required: []string{"consumer", "position", "stream", "event", "error"},
		Doc: "A durable consumer gave an event up after its last attempt.",
	})
	return err
}

// letter is the event that records a given up one. Its id follows from consumer and event alone, so that a repetition after a crash does not store it twice.
func letter(consumer string, e events.Event, attempts int, why error) events.New {
	text := why.Error()
	if len(text) > maxDeadError {
		text = text[:maxDeadError]
	}
	l := DeadLetter{
		Consumer: consumer, Position: e.Position, Stream: e.Stream, Version: e.Version, Event: e.ID.String(),
		Type: e.Type, Schema: e.Schema, Attempts: attempts, Error: strings.ToValidUTF8(text, "\uFFFD"),
	}
	if len(e.Data) <= maxDeadData {
		l.Data = e.Data
	}
	data, err := json.Marshal(l)
	if err != nil {
		panic(fmt.Sprintf("follow: encode dead letter: %v", err)) // numbers, text and bytes always encode
	}
	return events.New{
		ID: letterID(consumer, e.ID), Type: DeadType, Agent: e.Agent, Correlation: e.Correlation, Causation: e.ID, Data: data,
	}
}

// letterID is a UUID of version 8 from consumer and event.
func letterID(consumer string, e events.ID) events.ID {
	sum := sha256.Sum256(append(e[:], consumer...))
	id := events.ID(sum[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}
