// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"bytes"
	"errors"
	"fmt"

	"mabeam.dev/actors/fault"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
	"mabeam.dev/protocols/selector"
)

// KeyError is returned for a participant of Byzantine consensus that cannot be told from others by its key. It is a selector.ErrInvalidSpec.
type KeyError struct {
	Agent string // that was to take part
	Err   error  // byzantine.ErrNoKeys if there is no key, auth.ErrKeys if it signs with another one than the roster says
}

// Error names the agent.
func (e *KeyError) Error() string {
	return fmt.Sprintf("protocols: session: the public key of %q: %v", e.Agent, e.Err)
}

// Unwrap returns the cause.
func (e *KeyError) Unwrap() error { return e.Err }

// Is matches selector.ErrInvalidSpec.
func (e *KeyError) Is(target error) bool { return target == selector.ErrInvalidSpec }

// FaultCode is E4718.
func (*KeyError) FaultCode() fault.Code { return 4718 }

// PublicKey returns the ed25519 key by which everybody knows what an agent signs in Byzantine consensus: the roster's, and where that has none the keyring's;
// false for an agent without one. Certificates are verified with it, also those of agents that the roster knows no longer.
func (e *Engine) PublicKey(agent string) (key []byte, ok bool) {
	m, known := e.o.Roster.Member(agent)
	switch {
	case len(m.PublicKey) > 0:
		return m.PublicKey, true
	case known && e.o.RegisteredKeys:
		return nil, false
	}
	id, err := e.groups.Keys().Public(agent)
	return id.Sign, err == nil
}

// identity is who a participant is to its group. What the roster says of its keys and what is signed with must agree: a group in which somebody cannot sign
// would count it among the liars.
func (e *Engine) identity(agent string) (wire.Identity, error) {
	own, err := e.groups.Keys().Public(agent)
	if err != nil {
		return wire.Identity{}, &KeyError{agent, err}
	}
	m, _ := e.o.Roster.Member(agent)
	switch {
	case len(m.PublicKey) == 0 && e.o.RegisteredKeys:
		return wire.Identity{}, &KeyError{agent, fmt.Errorf("the registry has none: %w", byzantine.ErrNoKeys)}
	case len(m.PublicKey) > 0 && !bytes.Equal(m.PublicKey, own.Sign), len(m.ExchangeKey) > 0 && !bytes.Equal(m.ExchangeKey, own.Exchange):
		return wire.Identity{}, &KeyError{agent, fmt.Errorf("it signs with another than the registry says: %w", auth.ErrKeys)}
	case len(m.PublicKey) > 0:
		own.Sign = m.PublicKey
	}
	if len(m.ExchangeKey) > 0 {
		own.Exchange = m.ExchangeKey
	}
	return own, nil
}

// identities are those of an electorate, by agent, or everything that is wrong with them.
func (e *Engine) identities(all consensus.Electorate) (map[string]wire.Identity, error) {
	known := make(map[string]wire.Identity, all.Len())
	var problems []error
	for i := range all.Len() {
		id, err := e.identity(all.At(i).Agent)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		known[id.Name] = id
	}
	return known, errors.Join(problems...)
}
