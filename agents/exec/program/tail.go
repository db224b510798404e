// SPDX-License-Identifier: Apache-2.0

package program

import "sync"

// tail keeps the last bytes of a stream. The stderr reader writes, anyone reads; what a quiet program never
// wrote is never allocated.
type tail struct {
	keep int // set once
	mu   struct {
		sync.Mutex
		ring []byte
		next int // where the oldest byte is, once the ring is full
	}
}

func (t *tail) write(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(p) > t.keep {
		p = p[len(p)-t.keep:]
	}
	room := min(len(p), t.keep-len(t.mu.ring))
	t.mu.ring = append(t.mu.ring, p[:room]...)
	for p = p[room:]; len(p) > 0; {
		n := copy(t.mu.ring[t.mu.next:], p)
		t.mu.next = (t.mu.next + n) % t.keep
		p = p[n:]
	}
}

func (t *tail) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]byte, 0, len(t.mu.ring))
	out = append(out, t.mu.ring[t.mu.next:]...)
	return append(out, t.mu.ring[:t.mu.next]...)
}
