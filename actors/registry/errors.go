// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"fmt"
	"strings"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
)

var (
	// ErrNotRegistered is returned by Find when nobody holds the key, and by UpdateValue when the process does not.
	ErrNotRegistered = fault.New(7201, "registry: not registered")
	// ErrNotUnique is returned when a registry with duplicate keys is asked for the one holder of a key: by Find, UpdateValue and Via.
	ErrNotUnique = fault.New(1161, "registry: keys are not unique")
	// ErrNoRegistry is returned by Open when no process has the name.
	ErrNoRegistry = fault.New(7202, "registry: no such registry")
	// ErrEnded is returned by every operation on a registry whose process has ended; it comes as an *EndedError.
	ErrEnded = fault.New(7203, "registry: the registry has ended")
	// ErrNoMeta is returned by Meta when nothing is stored under the name.
	ErrNoMeta = fault.New(7204, "registry: no such metadata")
	// ErrLockHeld is returned by Lock to a process that holds the lock of the key, or waits for it, already.
	ErrLockHeld = fault.New(7205, "registry: the lock is the process's own")
)

// EndedError is returned by every operation on a registry whose process has ended. It matches ErrEnded.
type EndedError struct {
	// Name is the name of the registry.
	Name string
	// Reason is why its process ended.
	Reason actors.Reason
}

// Error names the registry and the reason.
func (e *EndedError) Error() string {
	return fmt.Sprintf("registry: %q: the registry has ended: %s", e.Name, e.Reason)
}

// FaultCode is E7203.
func (*EndedError) FaultCode() fault.Code { return 7203 }

// Unwrap returns ErrEnded.
func (e *EndedError) Unwrap() error { return ErrEnded }

// AlreadyRegisteredError is returned by Register when a living process holds the unique key, be it the one that asks; nothing has changed.
type AlreadyRegisteredError[K comparable, V any] struct {
	// Registry is the name of the registry.
	Registry string
	// Key is the key asked for.
	Key K
	// Holder is the process that has it.
	Holder actors.PID
	// Value is what the holder has registered with it.
	Value V
}

// Error names the key and its holder.
func (e *AlreadyRegisteredError[K, V]) Error() string {
	return fmt.Sprintf("registry: register %q in %q: registered by %s", fmt.Sprint(e.Key), e.Registry, e.Holder)
}

// FaultCode is E7206.
func (*AlreadyRegisteredError[K, V]) FaultCode() fault.Code { return 7206 }

// refusal is one of the sentinels, above or of package actors, with what was asked for.
type refusal struct {
	operation, subject string
	err                error
}

func (e *refusal) Error() string {
	why := e.err.Error()
	if _, rest, found := strings.Cut(why, ": "); found {
		why = rest
	}
	return fmt.Sprintf("registry: %s %q: %s", e.operation, e.subject, why)
}

func (e *refusal) Unwrap() error { return e.err }
