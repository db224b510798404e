// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"encoding/json"
	"fmt"
	"time"

	"mabeam.dev/actors/fault"
)

// ErrMalformed is returned for an encoded event that Encode has not written.
var ErrMalformed = fault.New(1942, "machine: not an encoded event")

// wire is an event in a log.
type wire struct {
	V        int             `json:"v"`
	Event    string          `json:"event"`
	At       time.Time       `json:"at"`
	Seed     uint64          `json:"seed,omitempty"`
	Deadline *time.Time      `json:"deadline,omitempty"`
	Name     string          `json:"name,omitempty"` // participant, service, timer or command
	Number   uint64          `json:"number,omitempty"`
	Text     string          `json:"text,omitempty"`
	Kind     string          `json:"kind,omitempty"` // of the message
	Data     json.RawMessage `json:"data,omitempty"`
}

// Encode writes an event for a log. Messages of kinds that are not of this package cannot be written.
func Encode(e Event) ([]byte, error) {
	w := wire{V: 1, Event: e.event(), At: e.When()}
	switch e := e.(type) {
	case Opened:
		w.Seed = e.Seed
		if !e.Deadline.IsZero() {
			w.Deadline = &e.Deadline
		}
	case Received:
		w.Name = e.From
		switch e.Msg.(type) {
		case Invite, Answer, Told:
		default:
			return nil, fmt.Errorf("machine: encode a message of %q: %w", e.From, ErrMalformed)
		}
		data, err := json.Marshal(e.Msg)
		if err != nil {
			return nil, fmt.Errorf("machine: encode a message of %q: %w", e.From, err)
		}
		w.Kind, w.Data = e.Msg.Kind(), data
	case TimerFired:
		w.Name, w.Number = e.ID, e.Gen
	case Down:
		w.Name, w.Text = e.Agent, e.Reason
	case Up:
		w.Name, w.Number = e.Agent, e.Incarnation
	case Cancel:
		w.Text = e.Why
	case Command:
		w.Name, w.Data = e.Name, e.Args
	case Restored:
		w.Number = uint64(e.Epoch)
	case Tick:
	}
	return json.Marshal(w)
}

// Decode reads an event that Encode wrote.
func Decode(data []byte) (Event, error) {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if w.V != 1 {
		return nil, fmt.Errorf("%w: version %d", ErrMalformed, w.V)
	}
	switch w.Event {
	case "opened":
		e := Opened{At: w.At, Seed: w.Seed}
		if w.Deadline != nil {
			e.Deadline = *w.Deadline
		}
		return e, nil
	case "received":
		msg, err := message(w.Kind, w.Data)
		return Received{At: w.At, From: w.Name, Msg: msg}, err
	case "tick":
		return Tick{At: w.At}, nil
	case "timer":
		return TimerFired{At: w.At, ID: w.Name, Gen: w.Number}, nil
	case "down":
		return Down{At: w.At, Agent: w.Name, Reason: w.Text}, nil
	case "up":
		return Up{At: w.At, Agent: w.Name, Incarnation: w.Number}, nil
	case "cancel":
		return Cancel{At: w.At, Why: w.Text}, nil
	case "command":
		return Command{At: w.At, Name: w.Name, Args: w.Data}, nil
	case "restored":
		return Restored{At: w.At, Epoch: uint32(w.Number)}, nil
	}
	return nil, fmt.Errorf("%w: event %q", ErrMalformed, w.Event)
}

func message(kind string, data []byte) (msg Message, err error) {
	switch kind {
	case "invite":
		var m Invite
		err = json.Unmarshal(data, &m)
		msg = m
	case "answer":
		var m Answer
		err = json.Unmarshal(data, &m)
		msg = m
	case "told":
		var m Told
		err = json.Unmarshal(data, &m)
		msg = m
	default:
		err = fmt.Errorf("message %q", kind)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return msg, nil
}
