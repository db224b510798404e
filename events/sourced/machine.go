// SPDX-License-Identifier: Apache-2.0

package sourced

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"

	"mabeam.dev/actors/exit"
	"mabeam.dev/events"
)

// Sourced is a pure machine. Both methods must give the same result for the same arguments, and must not change them.
type Sourced[S, C, E any] interface {
	// Decide gives the events that a command leads to in a state; none if nothing is to change. An error refuses the command, and is its caller's answer.
	Decide(state S, command C) ([]E, error)
	// Apply gives the state after an event. It cannot fail.
	Apply(state S, event E) S
}

// Codec turns a machine's events into stored ones and back. A [events.Kind] for each type does most of the work.
type Codec[E any] interface {
	// Encode gives type, schema and data, and whatever else is to be stored. The id and the causation are set by the entity.
	Encode(event E) (events.New, error)
	// Decode is for all events of the stream that were ever stored.
	Decode(stored events.Event) (E, error)
}

// JSON is a codec for machines with one Go type of events: all are stored under one type name, which it is.
type JSON[E any] string

// Encode stores the event as JSON.
func (t JSON[E]) Encode(event E) (events.New, error) {
	data, err := json.Marshal(event)
	return events.New{Type: string(t), Data: data}, err
}

// Decode reads it.
func (t JSON[E]) Decode(stored events.Event) (event E, err error) {
	if stored.Type != string(t) {
		return event, &events.TypeError{Type: stored.Type, Version: stored.Schema}
	}
	err = json.Unmarshal(stored.Data, &event)
	return event, err
}

// eventID is a UUID of version 8 for the event number n of a command: a repeated command has the same ones.
func eventID(stream events.Stream, command events.ID, n int) events.ID {
	b := binary.BigEndian.AppendUint32(command[:], uint32(n))
	sum := sha256.Sum256(append(b, stream...))
	id := events.ID(sum[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// decide is Decide with a panic as an error: a machine's mistake about one command is not one about the others.
func decide[S, C, E any](m Sourced[S, C, E], state S, command C) (out []E, err error) {
	defer caught(&err)
	return m.Decide(state, command)
}

// apply is Apply with a panic as an error.
func apply[S, C, E any](m Sourced[S, C, E], state S, list []E) (out S, err error) {
	defer caught(&err)
	for _, e := range list {
		state = m.Apply(state, e)
	}
	return state, nil
}

// caught makes a panic the error of the function that defers it.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = &exit.PanicError{Value: r}
	}
}
