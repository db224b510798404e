// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"

	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/actors"
)

// Registry maps keys to the processes that have registered under them. It belongs to a process, whose end is its end; a Registry that is
// started anew is another one. It is safe for concurrent use.
type Registry[K comparable, V any] struct {
	spec  Spec
	owner actors.Ref[Msg]
	over  atomic.Pointer[EndedError] // set first when the owner ends

	index   *xsync.Map[K, *bag[K, V]]             // for readers; no empty bags; written under the key's partition
	holders *xsync.Map[actors.PID, *holder[K, V]] // the processes that have entries
	parts   []partition                           // locks
	seed    maphash.Seed                          // spreads keys over them; nothing that can be seen depends on it
	numbers atomic.Uint64                         // of entries so far
	size    atomic.Int64                          // entries now
	heard   audience[K, V]                        // who listens
	locks   lockTable[K]                          // of Lock
	meta    *xsync.Map[string, any]               // of Meta
}

// partition is the right to change what is registered under some of the keys. It is taken after the lock of a holder, and nothing but the
// locks of feeds is taken after it.
type partition struct {
	sync.Mutex
	over bool     // the registry has ended
	_    [48]byte // so that two of them share no cache line
}

func newRegistry[K comparable, V any](spec Spec, owner actors.Ref[Msg]) *Registry[K, V] {
	r := &Registry[K, V]{
		spec: spec, owner: owner, seed: maphash.MakeSeed(),
		index:   xsync.NewMap[K, *bag[K, V]](),
		holders: xsync.NewMap[actors.PID, *holder[K, V]](),
		parts:   make([]partition, max(spec.Partitions, 1)),
		meta:    xsync.NewMap[string, any](),
	}
	r.locks.mu.queues = map[K][]*claim[K]{}
	return r
}

// Open returns the registry that a process has made under the name. ErrNoRegistry says that there is none, actors.ErrWrongType that it has keys
// or values of other types, or that the process is no registry. A registry that was restarted must be opened again.
func Open[K comparable, V any](in actors.Spawner, name string) (*Registry[K, V], error) {
	pid := actors.SystemOf(in).WhereIs(name)
	found := pid.Published()
	if r, ok := found.(*Registry[K, V]); ok {
		return r, nil
	}
	if !pid.Alive() {
		return nil, &refusal{"open", name, ErrNoRegistry}
	}
	return nil, &refusal{"open", name, actors.ErrWrongType}
}

// Name returns the registry's name.
func (r *Registry[K, V]) Name() string { return r.spec.Name }

// KeyKind returns whether keys are unique.
func (r *Registry[K, V]) KeyKind() Keys { return r.spec.Keys }

// Partitions returns how many parts the keys are spread over.
func (r *Registry[K, V]) Partitions() int { return len(r.parts) }

// PID returns the process that the registry belongs to.
func (r *Registry[K, V]) PID() actors.PID { return r.owner.PID() }

// String returns the name and the kind of keys.
func (r *Registry[K, V]) String() string {
	return fmt.Sprintf("%s (%s keys)", r.spec.Name, r.spec.Keys)
}

// ended returns the error of a registry that has ended, nil if it has not.
func (r *Registry[K, V]) ended() error {
	if e := r.over.Load(); e != nil {
		return e
	}
	return nil
}

// part returns the partition of a key.
func (r *Registry[K, V]) part(key K) *partition {
	if len(r.parts) == 1 {
		return &r.parts[0]
	}
	return &r.parts[maphash.Comparable(r.seed, key)%uint64(len(r.parts))]
}

// end empties the registry when its process has ended.
func (r *Registry[K, V]) end(why actors.Reason) {
	r.over.Store(&EndedError{Name: r.spec.Name, Reason: why})
	for i := range r.parts { // whoever is changing something is done after this
		p := &r.parts[i]
		p.Lock()
		p.over = true
		p.Unlock()
	}
	r.holders.Range(func(_ actors.PID, h *holder[K, V]) bool {
		h.dismiss()
		return true
	})
	r.holders.Clear()
	r.index.Clear()
	r.meta.Clear()
	r.size.Store(0)
	r.heard.dismiss()
}
