// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Record is an event as it is journaled.
type Record struct {
	Type    string // Type of the event in the journal's catalogue.
	Version int    // Version of the payload's schema.
	Data    []byte // Data is JSON.
}

// schema is the version of every payload written by this release. A change of meaning raises it and adds the older decoder to Decode.
const schema = 1

// Types of the journaled events.
const (
	TypeAccepted  = "work.accepted"
	TypeStarted   = "work.started"
	TypeFailed    = "work.failed"
	TypeReturned  = "work.returned"
	TypeOffered   = "work.offered"
	TypeDone      = "work.done"
	TypeDied      = "work.died"
	TypeCancelled = "work.cancelled"
	TypeRevived   = "work.revived"
	TypeForgotten = "work.forgotten"
	TypePurged    = "work.purged"
	TypePaused    = "work.paused"
	TypeUnpaused  = "work.unpaused"
	TypeCalled    = "work.called"
	TypeUnsold    = "work.unsold"
	TypeVoided    = "work.voided"
	TypeSettled   = "work.settled"
)

// Types lists every event type, for the journal to register.
func Types() []string {
	return []string{
		TypeAccepted, TypeStarted, TypeFailed, TypeReturned, TypeOffered,
		TypeDone, TypeDied, TypeCancelled, TypeRevived, TypeForgotten, TypePurged, TypePaused, TypeUnpaused,
		TypeCalled, TypeUnsold, TypeVoided, TypeSettled,
	}
}

// Encode makes the journal's form of an event. Inputs and outputs keep their bytes.
func Encode(event Event) (Record, error) {
	kind := typeOf(event)
	if kind == "" {
		return Record{}, fmt.Errorf("work: encode %T: %w", event, ErrUnknownType)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // escaping would change the bytes of an input and with them its digest
	if err := enc.Encode(event); err != nil {
		return Record{}, fmt.Errorf("work: encode %s: %w", kind, err)
	}
	return Record{Type: kind, Version: schema, Data: bytes.TrimSuffix(buf.Bytes(), []byte("\n"))}, nil
}

func typeOf(event Event) string {
	switch event.(type) {
	case Accepted:
		return TypeAccepted
	case Started:
		return TypeStarted
	case Failed:
		return TypeFailed
	case Returned:
		return TypeReturned
	case Offered:
		return TypeOffered
	case Done:
		return TypeDone
	case Died:
		return TypeDied
	case Cancelled:
		return TypeCancelled
	case Revived:
		return TypeRevived
	case Forgotten:
		return TypeForgotten
	case Purged:
		return TypePurged
	case Paused:
		return TypePaused
	case Unpaused:
		return TypeUnpaused
	case Called:
		return TypeCalled
	case Unsold:
		return TypeUnsold
	case Voided:
		return TypeVoided
	case Settled:
		return TypeSettled
	}
	return ""
}

// Decode reads the journal's form of an event. An unknown type or version is ErrUnknownType; keys of a newer release are ignored.
func Decode(r Record) (Event, error) {
	if r.Version != schema {
		return nil, fmt.Errorf("work: decode %q version %d: %w", r.Type, r.Version, ErrUnknownType)
	}
	switch r.Type {
	case TypeAccepted:
		return decodeAs[Accepted](r)
	case TypeStarted:
		return decodeAs[Started](r)
	case TypeFailed:
		return decodeAs[Failed](r)
	case TypeReturned:
		return decodeAs[Returned](r)
	case TypeOffered:
		return decodeAs[Offered](r)
	case TypeDone:
		return decodeAs[Done](r)
	case TypeDied:
		return decodeAs[Died](r)
	case TypeCancelled:
		return decodeAs[Cancelled](r)
	case TypeRevived:
		return decodeAs[Revived](r)
	case TypeForgotten:
		return decodeAs[Forgotten](r)
	case TypePurged:
		return decodeAs[Purged](r)
	case TypePaused:
		return decodeAs[Paused](r)
	case TypeUnpaused:
		return decodeAs[Unpaused](r)
	case TypeCalled:
		return decodeAs[Called](r)
	case TypeUnsold:
		return decodeAs[Unsold](r)
	case TypeVoided:
		return decodeAs[Voided](r)
	case TypeSettled:
		return decodeAs[Settled](r)
	}
	return nil, fmt.Errorf("work: decode %q version %d: %w", r.Type, r.Version, ErrUnknownType)
}

func decodeAs[E Event](r Record) (Event, error) {
	var e E
	if err := json.Unmarshal(r.Data, &e); err != nil {
		return nil, fmt.Errorf("work: decode %s: %w", r.Type, err)
	}
	return e, nil
}
