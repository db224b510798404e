// SPDX-License-Identifier: Apache-2.0

package kernel

import "github.com/puzpuzpuz/xsync/v4"

// Lookup returns the process that holds a name, or nil. It asks no process.
func (s *System) Lookup(name string) *Proc {
	p, _ := s.names.Load(name)
	return p
}

// Named returns the address of whoever holds the name at the time of each send. Equal names give the same address.
func (s *System) Named(name string) *Address {
	a, _ := s.addresses.LoadOrCompute(name, func() (*Address, bool) {
		return &Address{name: name, sys: s, resolve: func() *Proc { return s.Lookup(name) }}, false
	})
	return a
}

// NewAddress returns an address that asks resolve at each send; s counts what reaches nobody, and may be nil.
func NewAddress(s *System, name string, resolve func() *Proc) *Address {
	return &Address{sys: s, name: name, resolve: resolve}
}

// Register gives p another name; the holder is returned when it is taken. A fenced process registers nothing.
func (p *Proc) Register(name string) (holder *Proc, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase >= fenced {
		return nil, ErrFenced
	}
	if holder, taken := p.sys.names.LoadOrStore(name, p); taken {
		return holder, nil
	}
	x := p.extraLocked()
	x.names = append(x.names, name)
	return nil, nil
}

// releaseNames frees the names of a fenced process.
func (p *Proc) releaseNames(more []string) {
	if p.named {
		p.releaseName(p.name)
	}
	for _, n := range more {
		p.releaseName(n)
	}
}

func (p *Proc) releaseName(name string) {
	p.sys.names.Compute(name, func(holder *Proc, _ bool) (*Proc, xsync.ComputeOp) {
		if holder == p {
			return nil, xsync.DeleteOp
		}
		return holder, xsync.CancelOp
	})
}
