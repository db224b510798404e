// SPDX-License-Identifier: Apache-2.0

package byzantine

import (
	"context"
	"fmt"
	"sync"

	"mabeam.dev/protocols/pbft/wire"
)

// VoteStore keeps the vote logs of groups: what replicas have promised, written before they say it. It is used from many goroutines.
type VoteStore interface {
	// Config keeps the configuration of a group that begins and returns it, or the one that an earlier program has kept for the same group.
	Config(ctx context.Context, group string, c *wire.Config) (*wire.Config, error)
	// Log returns the log of a member; of the clerk, who keeps there what clients have asked for, if member is Clerk. group is that of the configuration.
	Log(group string, member int) VoteLog
	// Drop forgets a group that has ended. It does not wait.
	Drop(group string)
}

// Clerk stands for the clerk among the members of a group.
const Clerk = -1

// VoteLog is the log of one member.
type VoteLog interface {
	// Open begins a life of the replica: records are what earlier lives have promised, and none of those can write any more. lost says that there was
	// a log and is none: the replica must not vote.
	Open(ctx context.Context) (records [][]byte, lost bool, pen Pen, err error)
}

// Pen writes to a log in the name of one life.
type Pen interface {
	// Write returns when the records are durable. replace says that they are all that is needed, so that earlier ones may be deleted.
	Write(ctx context.Context, replace bool, records [][]byte) error
}

// memory keeps logs as long as the program runs: they belong to the host's handle, and so outlive every process.
type memory struct {
	mu   sync.Mutex
	logs map[string]map[int]*memoryLog
}

func newMemory() *memory { return &memory{logs: map[string]map[int]*memoryLog{}} }

func (*memory) Config(_ context.Context, _ string, c *wire.Config) (*wire.Config, error) {
	return c, nil
}

func (m *memory) Log(group string, member int) VoteLog {
	if member == Clerk {
		return nothing{} // the group's handle lives as long
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.logs[group] == nil {
		m.logs[group] = map[int]*memoryLog{}
	}
	if m.logs[group][member] == nil {
		m.logs[group][member] = &memoryLog{}
	}
	return m.logs[group][member]
}

func (m *memory) Drop(group string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.logs, group)
}

// nothing is a log of which nothing is needed.
type nothing struct{}

func (nothing) Open(context.Context) (records [][]byte, lost bool, pen Pen, err error) {
	return nil, false, nothing{}, nil
}

func (nothing) Write(context.Context, bool, [][]byte) error { return nil }

// memoryLog is one member's log.
type memoryLog struct {
	mu      sync.Mutex
	life    uint64
	records [][]byte
}

// memoryPen is the right of one life to write.
type memoryPen struct {
	log  *memoryLog
	life uint64
}

func (l *memoryLog) Open(context.Context) (records [][]byte, lost bool, pen Pen, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.life++
	return append([][]byte(nil), l.records...), false, memoryPen{l, l.life}, nil
}

func (p memoryPen) Write(_ context.Context, replace bool, records [][]byte) error {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	if p.log.life != p.life {
		return fmt.Errorf("byzantine: write in the name of life %d, and it is %d: %w", p.life, p.log.life, ErrStale)
	}
	if replace {
		p.log.records = nil
	}
	p.log.records = append(p.log.records, records...)
	return nil
}
