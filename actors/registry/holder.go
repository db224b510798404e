// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"sync"

	"mabeam.dev/actors"
)

// holder is a process that has entries in the registry. Its lock is taken before that of any partition.
type holder[K comparable, V any] struct {
	pid    actors.PID
	cancel func() bool // takes back what happens at the process's end

	mu struct {
		sync.Mutex
		entries *bag[K, V]
		gone    bool // the record is out of use
	}
}

// enter returns the record of a process that is about to register, locked. The process may be ending: what it then registers is taken away as
// soon as the lock is free.
func (r *Registry[K, V]) enter(self actors.Sender) (*holder[K, V], error) {
	pid := actors.OwnerOf(self)
	for {
		if err := r.ended(); err != nil {
			return nil, err
		}
		h, known := r.holders.Load(pid)
		if known {
			h.mu.Lock()
			if !h.mu.gone {
				return h, nil
			}
			h.mu.Unlock()
			continue // whoever took it out of use has deleted it before letting go of it, or the registry has ended
		}
		h = &holder[K, V]{pid: pid}
		h.mu.Lock()
		cancel, err := actors.AtEnd(self, func(actors.Reason) { r.release(h) })
		if err != nil {
			return nil, &refusal{"register", pid.String(), err}
		}
		h.cancel = cancel
		if _, known = r.holders.LoadOrStore(pid, h); !known {
			return h, nil
		}
		h.mu.gone = true
		h.mu.Unlock()
		cancel()
	}
}

// leave lets go of a record, and of the process if it has no entries.
func (r *Registry[K, V]) leave(h *holder[K, V]) {
	if h.mu.entries != nil || h.mu.gone {
		h.mu.Unlock()
		return
	}
	h.mu.gone = true
	r.holders.Delete(h.pid)
	h.mu.Unlock()
	h.cancel()
}

// release takes away all that a process has registered when it ends.
func (r *Registry[K, V]) release(h *holder[K, V]) {
	h.mu.Lock()
	if h.mu.gone {
		h.mu.Unlock()
		return
	}
	h.mu.gone = true
	r.holders.Delete(h.pid)
	var told []*Listener[K, V]
	h.mu.entries.each(func(e *entry[K, V]) bool {
		told, _ = r.remove(e, told)
		return true
	})
	h.mu.entries = nil
	h.mu.Unlock()
	flush(told)
}

// dismiss takes the record out of use when the registry has ended.
func (h *holder[K, V]) dismiss() {
	h.mu.Lock()
	h.mu.gone = true
	h.mu.entries = nil
	h.mu.Unlock()
	h.cancel()
}

// remove takes an entry out of the index, unless somebody has, and adds those who hear of it to told. It is taken out of the holder's own list
// by the caller.
func (r *Registry[K, V]) remove(e *entry[K, V], told []*Listener[K, V]) (toldNow []*Listener[K, V], removed bool) {
	p := r.part(e.key)
	p.Lock()
	defer p.Unlock()
	if p.over || e.gone {
		return told, false
	}
	return r.removeLocked(e, told), true
}

func (r *Registry[K, V]) removeLocked(e *entry[K, V], told []*Listener[K, V]) []*Listener[K, V] {
	e.gone = true
	r.size.Add(-1)
	b, _ := r.index.Load(e.key)
	if b = b.without(e); b == nil {
		r.index.Delete(e.key)
	} else {
		r.index.Store(e.key, b)
	}
	return r.heard.add(Event[K, V]{Change: Unregistered, Entry: e.view()}, told)
}
