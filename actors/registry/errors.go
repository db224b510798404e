// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"errors"
	"fmt"
	"strings"

	"mabeam.dev/actors"
)

var (
	// ErrNotRegistered is returned by Find when nobody holds the key, and by UpdateValue when the process does not.
	ErrNotRegistered = errors.New("registry: not registered")
	// ErrNotUnique is returned when a registry with duplicate keys is asked for the one holder of a key: by Find, UpdateValue and Via.
	ErrNotUnique = errors.New("registry: keys are not unique")
	// ErrNoRegistry is returned by Open when no process has the name.
	ErrNoRegistry = errors.New("registry: no such registry")
	// ErrEnded is returned by every operation on a registry whose process has ended; it comes as an *EndedError.
	ErrEnded = errors.New("registry: the registry has ended")
	// ErrNoMeta is returned by Meta when nothing is stored under the name.
	ErrNoMeta = errors.New("registry: no such metadata")
	// ErrLockHeld is returned by Lock to a process that holds the lock of the key, or waits for it, already.
	ErrLockHeld = errors.New("registry: the lock is the process's own")
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
