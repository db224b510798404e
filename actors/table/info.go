// SPDX-License-Identifier: Apache-2.0

package table

import "mabeam.dev/actors"

// Info is a view of a table, for people and tools. It is put together while others write, so its numbers need not be of one moment.
type Info struct {
	// ID is the number of the table: unique in the system, rising with the order in which tables were made.
	ID uint64
	// Name is the name that it was made with; empty for none.
	Name string
	// Kind is set, bag or ordered_set.
	Kind Kind
	// Access says who reads and writes.
	Access Access
	// Key and Value are the Go types; empty for an interface type.
	Key, Value string
	// Owner is the process that owns it; nobody once the table is gone.
	Owner actors.PID
	// Heir is the process that gets it next; nobody if there is none.
	Heir actors.PID
	// Len is the number of pairs.
	Len int
	// Limit is how many it takes; 0 for no limit.
	Limit int
	// Writes is the number of changes since it was made.
	Writes int64
	// Reads is the number of look-ups by key since it was made, if Options.CountReads asked for it: estimated from a sample of one in 256, and
	// exact in a simulated system. Scans and steps in order do not count.
	Reads int64
	// Bytes is about how much memory the table takes: keys and values with the strings and slices in them, and what the table itself needs.
	// It is estimated from a few pairs. What pointers and maps refer to does not count: it may be shared.
	Bytes int64
	// PairBytes is Bytes for each pair; 0 for an empty table.
	PairBytes int64
}

func (c *core) info() Info {
	i := Info{
		ID: c.id, Name: c.name, Kind: c.kind, Access: c.access, Owner: c.ownerPID(), Len: c.stored.length(), Limit: int(c.limit),
		Writes: c.writes.load(), Reads: c.reads.Load(),
	}
	i.Key, i.Value = c.stored.pairType()
	if h := c.heir.Load(); h != nil {
		i.Heir = h.author.pid
	}
	i.Bytes = int64(c.stored.weight())
	if i.Len > 0 {
		i.PairBytes = i.Bytes / int64(i.Len)
	}
	return i
}

// Tables returns a view of each of a system's tables, in the order in which they were made.
func Tables(sys *actors.System) []Info {
	all := registryOf(sys).sorted()
	out := make([]Info, 0, len(all))
	for _, c := range all {
		out = append(out, c.info())
	}
	return out
}
