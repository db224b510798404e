// SPDX-License-Identifier: Apache-2.0

package events

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
)

// EncodeMetadata gives metadata as JSON with sorted keys, so that equal maps have equal bytes; nil for an empty map.
// The strings must be UTF-8, which [Append.Validate] checks.
func EncodeMetadata(m map[string]string) []byte {
	if len(m) == 0 {
		return nil
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("events: encode metadata: %v", err)) // a map of strings always encodes
	}
	return b
}

// DecodeMetadata reads what [EncodeMetadata] wrote; an empty input gives a nil map.
func DecodeMetadata(b []byte) (map[string]string, error) {
	if len(b) == 0 {
		return nil, nil
	}
	var m map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("events: decode metadata: %w", err)
	}
	return m, nil
}

// Same reports whether two events have the same id and content; a schema of 0 counts as 1, and nil as empty.
func (n New) Same(o New) bool {
	return n.ID == o.ID && n.Type == o.Type && n.schema() == o.schema() && n.Agent == o.Agent && n.Context == o.Context &&
		n.Correlation == o.Correlation && n.Causation == o.Causation &&
		maps.Equal(n.Metadata, o.Metadata) && bytes.Equal(n.Data, o.Data)
}

func (n New) schema() uint32 { return max(n.Schema, 1) }

// clone copies what a caller could still change.
func (n New) clone() New {
	n.Metadata = maps.Clone(n.Metadata)
	n.Data = bytes.Clone(n.Data)
	return n
}

// Clone gives a copy that shares no memory with the event.
func (e Event) Clone() Event {
	e.New = e.New.clone()
	return e
}
