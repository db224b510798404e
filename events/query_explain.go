// SPDX-License-Identifier: Apache-2.0

package events

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Index names the order in which a query walks the events.
type Index string

// The indexes that every back end keeps. Within each of them the events stand in the order of their positions.
const (
	ByCorrelation Index = "correlation"
	ByStream      Index = "stream"
	ByAgent       Index = "agent"
	ByType        Index = "type"
	// ByPosition is the log itself.
	ByPosition Index = "position"
)

// Explanation tells how a query is answered.
type Explanation struct {
	// Index is what is walked.
	Index Index
	// Filters are the conditions that are checked on each event the index gives, by name, because the index does not serve them.
	Filters []string
	// Bounded tells that both ends of the walk are given, by positions or times.
	Bounded bool
	// Scan tells that the walk has no bound and no index: it would look at the whole log. Such a query needs AllowScan.
	Scan bool
}

// String gives the explanation in one line, for people.
func (x Explanation) String() string {
	var b strings.Builder
	if x.Scan {
		b.WriteString("scan of the log")
	} else {
		fmt.Fprintf(&b, "index %s", x.Index)
	}
	if x.Bounded {
		b.WriteString(", bounded range")
	}
	if len(x.Filters) > 0 {
		b.WriteString(", filter " + strings.Join(x.Filters, ", "))
	}
	return b.String()
}

// Explain tells how the query is answered, and refuses it with [ErrScan] or [*QueryError] where the back ends do. All of them follow the explanation:
// the index is chosen by the conditions alone, narrowest kind first, so the same query walks the same way everywhere.
func (q Query) Explain() (Explanation, error) {
	if err := q.Validate(); err != nil {
		return Explanation{}, err
	}
	conditions := []struct {
		index Index
		name  string
		set   bool
	}{
		{ByCorrelation, "correlation", !q.Correlation.IsZero()},
		{ByStream, "stream", q.Stream != ""},
		{ByAgent, "agent", q.Agent != ""},
		{ByType, "types", len(q.Types) > 0},
		{"", "causation", !q.Causation.IsZero()},
	}
	x := Explanation{
		Index:   ByPosition,
		Bounded: (q.From != 0 || !q.Since.IsZero()) && (q.To != 0 || !q.Until.IsZero()),
	}
	for _, c := range conditions {
		switch {
		case !c.set:
		case x.Index == ByPosition && c.index != "":
			x.Index = c.index
		default:
			x.Filters = append(x.Filters, c.name)
		}
	}
	x.Scan = x.Index == ByPosition && len(x.Filters) > 0 && !x.Bounded
	if x.Scan && !q.AllowScan {
		return x, ErrScan
	}
	return x, nil
}

// Micros gives the times as microseconds since 1970, rounded up, so that they compare with stamps as the times themselves do; the open sides are the
// smallest and the largest number. Back ends call it.
func (q Query) Micros() (since, until int64) {
	up := func(t time.Time) int64 {
		us := t.UnixMicro()
		if t.After(time.UnixMicro(us)) {
			us++
		}
		return us
	}
	since, until = math.MinInt64, math.MaxInt64
	if !q.Since.IsZero() {
		since = up(q.Since)
	}
	if !q.Until.IsZero() {
		until = up(q.Until)
	}
	return since, until
}
