// SPDX-License-Identifier: Apache-2.0

package index

import (
	"math"
	"time"

	"mabeam.dev/agents/query"
)

// value returns what a row has in a field of one value; the absence of one if it has none. Of capabilities it returns none: they are
// many.
func (r *Row) value(f query.Field) query.Value {
	switch f.Column {
	case query.ColumnID:
		return query.ValueOf(r.ID)
	case query.ColumnKind, query.ColumnTeam, query.ColumnRole, query.ColumnNode:
		if s := r.text(f.Column); s != "" {
			return query.ValueOf(s)
		}
	case query.ColumnLabel:
		if s, ok := r.Label(f.Label); ok {
			return query.ValueOf(s)
		}
	case query.ColumnState:
		if r.state() != query.Stateless {
			return query.ValueOf(r.state())
		}
	case query.ColumnHealth:
		return query.ValueOf(r.status())
	case query.ColumnVersion:
		return query.ValueOf(int64(r.Version))
	case query.ColumnIncarnation:
		return query.ValueOf(int64(r.Incarnation))
	case query.ColumnDone:
		return query.ValueOf(int64(r.Performance.Done))
	case query.ColumnFailed:
		return query.ValueOf(int64(r.Performance.Failed))
	case query.ColumnRegisteredAt:
		if v := query.ValueOf(r.RegisteredAt); v.Text() == "" { // the zero time, as others no value can hold, is none
			return v
		}
	case query.ColumnMemoryFree:
		return valueOf(r.Usage.MemoryFree)
	case query.ColumnQueue:
		return valueOf(r.Usage.Queue)
	case query.ColumnInflight:
		return valueOf(r.Usage.Inflight)
	case query.ColumnP50:
		return valueOf(r.Performance.P50)
	case query.ColumnP99:
		return valueOf(r.Performance.P99)
	case query.ColumnCPUFree, query.ColumnSuccessRate, query.ColumnThroughput:
		if m := r.float(f.Column); m.known && !math.IsNaN(m.value) && !math.IsInf(m.value, 0) {
			return query.ValueOf(m.value)
		}
	}
	return query.Value{}
}

func valueOf[T int64 | time.Duration](m Maybe[T]) query.Value {
	if !m.known {
		return query.Value{}
	}
	return query.ValueOf(m.value)
}

// text returns what a row has in a column of plain text; "" is missing.
func (r *Row) text(c query.Column) string {
	switch c {
	case query.ColumnKind:
		return r.Kind
	case query.ColumnTeam:
		return r.Team
	case query.ColumnRole:
		return r.Role
	default:
		return r.Node
	}
}

// float returns what a row has in a column of floats.
func (r *Row) float(c query.Column) Maybe[float64] {
	switch c {
	case query.ColumnCPUFree:
		return r.Usage.CPUFree
	case query.ColumnSuccessRate:
		return r.Performance.SuccessRate
	default:
		return r.Performance.Throughput
	}
}
