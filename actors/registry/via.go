// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"fmt"

	"mabeam.dev/actors"
)

// Via returns a Ref that reaches, at each send, whoever holds a unique key then. When nobody does, or the registry has ended, what is told to it is
// a dead letter under the registry's name and the key, and what is asked of it fails with actors.ErrNoProc; a holder that takes other messages is
// actors.ErrWrongType. ErrNotUnique says that the registry has duplicate keys. A process starts under a key by registering in its Init.
func Via[M any, K comparable, V any](r *Registry[K, V], key K) (actors.Ref[M], error) {
	if r.spec.Keys != Unique {
		return actors.Ref[M]{}, &refusal{"address", fmt.Sprint(key), ErrNotUnique}
	}
	return actors.Resolved[M](r.PID(), fmt.Sprintf("%s/%v", r.spec.Name, key), func() actors.PID {
		e, _ := r.Find(key) // the zero PID is nobody
		return e.PID
	}), nil
}
