// SPDX-License-Identifier: Apache-2.0

package events

import (
	"encoding/json"
	"fmt"
)

// AgentContext is what was known about an event's agent when the event was made. Every field is optional, and the zero value means that nothing was told.
type AgentContext struct {
	// Incarnation tells lives of one agent apart.
	Incarnation uint64 `json:"incarnation,omitempty"`
	// Kind is the agent's kind, Node where it lived.
	Kind string `json:"kind,omitempty"`
	Node string `json:"node,omitempty"`
	// Capability is the one that the agent was using.
	Capability string `json:"capability,omitempty"`
	// Health is its health at the time.
	Health string `json:"health,omitempty"`
}

// IsZero reports whether nothing was told.
func (c AgentContext) IsZero() bool { return c == AgentContext{} }

func (c AgentContext) size() int {
	if c.IsZero() {
		return 0
	}
	return 64 + len(c.Kind) + len(c.Node) + len(c.Capability) + len(c.Health)
}

// EncodeContext gives the context as JSON, equal contexts with equal bytes; nil for the zero context. The strings must be UTF-8, which [Append.Validate] checks.
func EncodeContext(c AgentContext) []byte {
	if c.IsZero() {
		return nil
	}
	b, err := json.Marshal(c)
	if err != nil {
		panic(fmt.Sprintf("events: encode agent context: %v", err)) // numbers and strings always encode
	}
	return b
}

// DecodeContext reads what [EncodeContext] wrote; an empty input gives the zero context, and fields of a later release are passed over.
func DecodeContext(b []byte) (c AgentContext, err error) {
	if len(b) == 0 {
		return c, nil
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("events: decode agent context: %w", err)
	}
	return c, nil
}

// context checks the fields of an agent context.
func (v *validation) context(at string, c AgentContext) {
	for _, f := range [...]struct{ name, value string }{{"kind", c.Kind}, {"node", c.Node}, {"capability", c.Capability}, {"health", c.Health}} {
		if f.value != "" {
			v.name(at+"."+f.name, f.value)
		}
	}
}
