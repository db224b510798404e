// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"errors"
	"slices"
	"sync"

	"mabeam.dev/market"
)

// memory is a journal and a keeper of snapshots without a process: it has what was appended, and can be told to fail.
type memory struct {
	mu struct {
		sync.Mutex
		streams map[string][]market.Event
		states  map[string]state
		read    map[string]int // events that were read
		fail    func(stream string, ev []market.Event) (store bool, err error)
	}
}

type state struct {
	version uint64
	data    []byte
}

func newMemory() *memory {
	m := &memory{}
	m.mu.streams, m.mu.states, m.mu.read = map[string][]market.Event{}, map[string]state{}, map[string]int{}
	return m
}

// failing makes appends ask f: whether they are stored, and with which error they end. Nil ends that.
func (m *memory) failing(f func(stream string, ev []market.Event) (bool, error)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.fail = f
}

func (m *memory) Append(_ context.Context, stream string, expect uint64, ev ...market.Event) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	have := uint64(len(m.mu.streams[stream]))
	if have != expect {
		return 0, market.ErrVersion
	}
	store, err := true, error(nil)
	if m.mu.fail != nil {
		store, err = m.mu.fail(stream, ev)
	}
	if store {
		m.mu.streams[stream] = append(m.mu.streams[stream], ev...)
	}
	return have + uint64(len(ev)), err
}

func (m *memory) Read(_ context.Context, stream string, from uint64, yield func(uint64, market.Event) error) error {
	m.mu.Lock()
	all := slices.Clone(m.mu.streams[stream])
	m.mu.Unlock()
	for i := int(min(from, uint64(len(all)))); i < len(all); i++ {
		m.mu.Lock()
		m.mu.read[stream]++
		m.mu.Unlock()
		if err := yield(uint64(i)+1, all[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Save(_ context.Context, stream string, version uint64, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.states[stream] = state{version, slices.Clone(data)}
	return nil
}

func (m *memory) Load(_ context.Context, stream string) (uint64, []byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.mu.states[stream]
	return s.version, s.data, ok, nil
}

// reads is how many events of a stream were read, and how many there are.
func (m *memory) reads(stream string) (read, length int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mu.read[stream], len(m.mu.streams[stream])
}

// types returns the types of the events of a stream.
func (m *memory) types(stream string) (all []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, ev := range m.mu.streams[stream] {
		all = append(all, ev.Type)
	}
	return all
}

// alter changes a stored event.
func (m *memory) alter(stream string, i int, f func(*market.Event)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.mu.streams[stream][i])
}

var errDisk = errors.New("the disk does not answer")
