// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"iter"
	"sync"
)

// liveShards is how many lists the living processes are spread over, so that starts on many cores do not queue on one lock.
const liveShards = 32

// liveShard is an intrusive list of living processes, newest first.
type liveShard struct {
	mu struct {
		sync.Mutex
		head *Proc
		n    int
	}
	_ [40]byte // keeps neighbours off each other's cache line
}

func (s *System) shard(p *Proc) *liveShard { return &s.live[p.id%liveShards] }

func (s *System) enlist(p *Proc) {
	l := s.shard(p)
	l.mu.Lock()
	defer l.mu.Unlock()
	p.older = l.mu.head
	if p.older != nil {
		p.older.younger = p
	}
	l.mu.head = p
	l.mu.n++
}

func (s *System) delist(p *Proc) {
	l := s.shard(p)
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.younger != nil {
		p.younger.older = p.older
	} else {
		l.mu.head = p.older
	}
	if p.older != nil {
		p.older.younger = p.younger
	}
	p.older, p.younger = nil, nil
	l.mu.n--
}

// Processes yields the living processes, in no order. Those that start or end meanwhile may or may not appear.
func (s *System) Processes() iter.Seq[*Proc] {
	return func(yield func(*Proc) bool) {
		for i := range s.live {
			for _, p := range s.live[i].list() {
				if !yield(p) {
					return
				}
			}
		}
	}
}

func (l *liveShard) list() []*Proc {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]*Proc, 0, l.mu.n)
	for p := l.mu.head; p != nil; p = p.older {
		out = append(out, p)
	}
	return out
}

// Len returns the number of living processes.
func (s *System) Len() int {
	n := 0
	for i := range s.live {
		l := &s.live[i]
		l.mu.Lock()
		n += l.mu.n
		l.mu.Unlock()
	}
	return n
}
