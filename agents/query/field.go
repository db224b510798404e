// SPDX-License-Identifier: Apache-2.0

package query

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Column is the place of a field's values in a row: all labels share one.
type Column uint8

// The columns. What each holds is said at the field of the same name.
const (
	ColumnID Column = iota
	ColumnKind
	ColumnTeam
	ColumnRole
	ColumnNode
	ColumnState
	ColumnHealth
	ColumnCapability
	ColumnLabel
	ColumnVersion
	ColumnIncarnation
	ColumnMemoryFree
	ColumnCPUFree
	ColumnQueue
	ColumnInflight
	ColumnP50
	ColumnP99
	ColumnSuccessRate
	ColumnThroughput
	ColumnDone
	ColumnFailed
	ColumnRegisteredAt
)

// Columns is how many there are: the size of a table that is indexed by them.
const Columns = int(ColumnRegisteredAt) + 1

// unit says how numbers of a field may be written besides plainly.
type unit uint8

const (
	plain unit = iota
	bytes      // 512MiB
	share      // 95%, and never beyond 0 to 1
)

// columns says what each column is; about is for people.
var columns = [Columns]struct {
	name  string
	typ   Type
	unit  unit
	about string
}{
	ColumnID:           {"id", TypeText, plain, "name of the agent, unique in its namespace"},
	ColumnKind:         {"kind", TypeText, plain, "kind of the agent"},
	ColumnTeam:         {"team", TypeText, plain, "team it belongs to"},
	ColumnRole:         {"role", TypeText, plain, "role it plays"},
	ColumnNode:         {"node", TypeText, plain, "node it lives on"},
	ColumnState:        {"state", TypeLifecycle, plain, "where it is in its life"},
	ColumnHealth:       {"health", TypeStatus, plain, "how it is"},
	ColumnCapability:   {"capability", TypeText, plain, "what it can do; an agent has any number of them"},
	ColumnLabel:        {"label", TypeText, plain, "value of a label, as in label.zone"},
	ColumnVersion:      {"version", TypeInt, plain, "version of the row, raised by every change"},
	ColumnIncarnation:  {"incarnation", TypeInt, plain, "how often it was started"},
	ColumnMemoryFree:   {"memory.free", TypeInt, bytes, "bytes below its limit"},
	ColumnCPUFree:      {"cpu.free", TypeFloat, plain, "CPUs below its limit"},
	ColumnQueue:        {"queue", TypeInt, plain, "messages waiting"},
	ColumnInflight:     {"inflight", TypeInt, plain, "tasks in hand"},
	ColumnP50:          {"p50", TypeDuration, plain, "median response time"},
	ColumnP99:          {"p99", TypeDuration, plain, "99th percentile of the response time"},
	ColumnSuccessRate:  {"success_rate", TypeFloat, share, "share of tasks that succeeded"},
	ColumnThroughput:   {"throughput", TypeFloat, plain, "tasks a second"},
	ColumnDone:         {"done", TypeInt, plain, "tasks done"},
	ColumnFailed:       {"failed", TypeInt, plain, "tasks failed"},
	ColumnRegisteredAt: {"registered_at", TypeTime, plain, "when it was registered"},
}

// aliases are other words that text may use for a field; printing uses the field's own.
var aliases = map[string]Column{"type": ColumnKind, "latency": ColumnP99}

// Field is one thing that can be asked for: a column, and for ColumnLabel the name of the label.
type Field struct {
	Column Column
	Label  string
}

// Type returns what the field's values are.
func (f Field) Type() Type { return columns[f.Column].typ }

// Many reports whether one agent may have several values.
func (f Field) Many() bool { return f.Column == ColumnCapability }

// String returns the field as text writes it.
func (f Field) String() string {
	if f.Column != ColumnLabel {
		return columns[f.Column].name
	}
	if f.Label != "" && strings.IndexFunc(f.Label, notInWord) < 0 {
		return "label." + f.Label
	}
	return "label." + strconv.Quote(f.Label)
}

// FieldInfo describes a field for people and for generated documents.
type FieldInfo struct {
	Name, Type, About string
}

// Fields describes every field, in the order of the columns.
func Fields() []FieldInfo {
	all := make([]FieldInfo, 0, Columns)
	for _, c := range columns {
		name := c.name
		if name == "label" {
			name = "label.NAME"
		}
		all = append(all, FieldInfo{name, c.typ.String(), c.about})
	}
	return all
}

// Typed is a field whose values are T in Go.
type Typed[T Scalar] struct{ field Field }

// Names is a field with any number of hierarchical names per agent, parted by slashes.
type Names struct{ Typed[string] }

// The fields. Measures that nobody has taken have no value.
var (
	// ID is the name of the agent, unique in its namespace.
	ID = Typed[string]{Field{Column: ColumnID}}
	// Kind is the kind of the agent.
	Kind = Typed[string]{Field{Column: ColumnKind}}
	// Team is the team it belongs to.
	Team = Typed[string]{Field{Column: ColumnTeam}}
	// Role is the role it plays.
	Role = Typed[string]{Field{Column: ColumnRole}}
	// Node is the node it lives on.
	Node = Typed[string]{Field{Column: ColumnNode}}
	// State is where it is in its life.
	State = Typed[Lifecycle]{Field{Column: ColumnState}}
	// Health is how it is. Every agent has a status, Unknown at first.
	Health = Typed[Status]{Field{Column: ColumnHealth}}
	// Capability is what it can do.
	Capability = Names{Typed[string]{Field{Column: ColumnCapability}}}
	// Version is the version of the row, raised by every change.
	Version = Typed[int64]{Field{Column: ColumnVersion}}
	// Incarnation is how often it was started.
	Incarnation = Typed[int64]{Field{Column: ColumnIncarnation}}
	// MemoryFree is how many bytes it is below its limit.
	MemoryFree = Typed[int64]{Field{Column: ColumnMemoryFree}}
	// CPUFree is how many CPUs it is below its limit.
	CPUFree = Typed[float64]{Field{Column: ColumnCPUFree}}
	// Queue is how many messages wait.
	Queue = Typed[int64]{Field{Column: ColumnQueue}}
	// Inflight is how many tasks it has in hand.
	Inflight = Typed[int64]{Field{Column: ColumnInflight}}
	// P50 is the median of its response times.
	P50 = Typed[time.Duration]{Field{Column: ColumnP50}}
	// P99 is the 99th percentile of its response times.
	P99 = Typed[time.Duration]{Field{Column: ColumnP99}}
	// SuccessRate is the share of its tasks that succeeded, from 0 to 1.
	SuccessRate = Typed[float64]{Field{Column: ColumnSuccessRate}}
	// Throughput is how many tasks it does in a second.
	Throughput = Typed[float64]{Field{Column: ColumnThroughput}}
	// Done is how many tasks it has done.
	Done = Typed[int64]{Field{Column: ColumnDone}}
	// FailedTasks is how many tasks it has failed; text calls the field failed.
	FailedTasks = Typed[int64]{Field{Column: ColumnFailed}}
	// RegisteredAt is when it was registered.
	RegisteredAt = Typed[time.Time]{Field{Column: ColumnRegisteredAt}}
)

// Label is the value of the label with a name.
func Label(name string) Typed[string] { return Typed[string]{Field{Column: ColumnLabel, Label: name}} }

// fieldNamed finds the field that text calls by a name. A label's name may be quoted apart and is then given already joined.
func fieldNamed(name string) (Field, bool) {
	if label, ok := strings.CutPrefix(name, "label."); ok && label != "" {
		return Field{ColumnLabel, label}, true
	}
	if c, ok := aliases[name]; ok {
		return Field{Column: c}, true
	}
	for c := range columns {
		if columns[c].name == name && Column(c) != ColumnLabel {
			return Field{Column: Column(c)}, true
		}
	}
	return Field{}, false
}

// fieldNames are all words for fields, for hints.
func fieldNames() []string {
	var all []string
	for c := range columns {
		if Column(c) != ColumnLabel {
			all = append(all, columns[c].name)
		}
	}
	return slices.Concat(all, []string{"label.", "type", "latency"})
}
