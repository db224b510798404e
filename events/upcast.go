// SPDX-License-Identifier: Apache-2.0

package events

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// upcast brings data from a version to the present one, step by step. Data of the present version is returned as it is.
func (e *entry) upcast(from uint32, data []byte) ([]byte, error) {
	for v := from; v < e.Version; v++ {
		step := e.Upcasts[v]
		if step == nil {
			return nil, &UpcastError{Type: e.Name, From: v}
		}
		next, err := step(data)
		if err != nil {
			return nil, &UpcastError{Type: e.Name, From: v, Err: err}
		}
		data = next
	}
	return data, nil
}

// Upcast gives the event with its data in the present version of its type; what is stored stays as it is. An event of a type or a version that this release does not
// know is returned unchanged. A step that is missing or fails gives [*UpcastError].
func (c *Catalog) Upcast(e Event) (Event, error) {
	t := c.types[e.Type]
	if t == nil || e.schema() >= t.Version {
		return e, nil
	}
	data, err := t.upcast(e.schema(), e.Data)
	if err != nil {
		return e, err
	}
	e.Data, e.Schema = data, t.Version
	return e, nil
}

// Decoded is an event with its data decoded; see [As].
type Decoded struct {
	// Event is the event as [Catalog.Upcast] gives it.
	Event Event
	// Unknown tells that this release does not know the type, or not this version of it: the raw data in Event is all there is. A reader passes it over or hands
	// it on; it is no error, because during an upgrade a later release may write into the same store.
	Unknown bool
	value   any
}

// Decode brings an event to the present version of its type and decodes it. The errors are [*UpcastError] and [*FieldError].
func (c *Catalog) Decode(e Event) (Decoded, error) {
	t := c.types[e.Type]
	if t == nil || e.schema() > t.Version {
		return Decoded{Event: e, Unknown: true}, nil
	}
	e, err := c.Upcast(e)
	if err != nil {
		return Decoded{Event: e}, err
	}
	v, err := t.decode(e.Data)
	if err != nil {
		return Decoded{Event: e}, &FieldError{Stream: e.Stream, Field: "data", Reason: err.Error()}
	}
	return Decoded{Event: e, value: v}, nil
}

// As gives the data of a decoded event if it is a T.
func As[T any](d Decoded) (T, bool) {
	v, ok := d.value.(T)
	return v, ok
}

// Answering gives the event as a consequence of another one: with its correlation, or its id if it has none, and with its id as causation.
func (n New) Answering(cause Event) New {
	n.Correlation, n.Causation = cause.Correlation, cause.ID
	if n.Correlation.IsZero() {
		n.Correlation = cause.ID
	}
	return n
}

// TypeError tells that a type of events is not registered, or not in this version. Nothing was stored.
type TypeError struct {
	Type    string // of the event
	Version uint32 // of its data
	// Known is the version that this release writes, 0 if it does not know the type.
	Known uint32
}

// Error names type and versions.
func (e *TypeError) Error() string {
	if e.Known == 0 {
		return fmt.Sprintf("events: type %q: unknown", e.Type)
	}
	return fmt.Sprintf("events: type %q: version %d, this release writes %d", e.Type, e.Version, e.Known)
}

// FaultCode is E1406.
func (*TypeError) FaultCode() fault.Code { return 1406 }

// Is matches [ErrUnknownType].
func (e *TypeError) Is(target error) bool { return target == ErrUnknownType }

// UpcastError tells that an old event cannot be brought to the present version of its type. It is never passed over in silence.
type UpcastError struct {
	Type string // of the event
	From uint32 // the version whose step is missing or failed
	Err  error  // what the step gave, nil if there is none
}

// Error names type and step.
func (e *UpcastError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("events: upcast %q from version %d: %v", e.Type, e.From, e.Err)
	}
	return fmt.Sprintf("events: upcast %q from version %d: there is no such step", e.Type, e.From)
}

// FaultCode is E2108.
func (*UpcastError) FaultCode() fault.Code { return 2108 }

// Is matches [ErrNoUpcast] if the step is missing.
func (e *UpcastError) Is(target error) bool { return target == ErrNoUpcast && e.Err == nil }

// Unwrap gives what the step gave.
func (e *UpcastError) Unwrap() error { return e.Err }

// SchemaError is one problem of a schema that was to be registered.
type SchemaError struct {
	Type string // its name
	// Reason says what is wrong with it.
	Reason string
}

// Error names type and reason.
func (e *SchemaError) Error() string { return fmt.Sprintf("events: register %q: %s", e.Type, e.Reason) }

// FaultCode is E1407.
func (*SchemaError) FaultCode() fault.Code { return 1407 }
