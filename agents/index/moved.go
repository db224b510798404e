// SPDX-License-Identifier: Apache-2.0

package index

import (
	"math"

	"mabeam.dev/agents/query"
)

// measured are the columns whose values come from measuring, and so change a little all the time.
var measured = [...]query.Column{
	query.ColumnMemoryFree, query.ColumnCPUFree, query.ColumnQueue, query.ColumnInflight,
	query.ColumnP50, query.ColumnP99, query.ColumnSuccessRate, query.ColumnThroughput,
}

// Moved reports whether the measures of two rows differ so much that it is worth a write: one is known in one of them alone, is in
// another band, or is another by more than the share tolerance.
func Moved(a, b *Row, tolerance float64) bool {
	for _, c := range measured {
		f := query.Field{Column: c}
		x, y := a.value(f), b.value(f)
		if x.Present() != y.Present() {
			return true
		}
		if !x.Present() || x == y {
			continue
		}
		if bandsOf[c] >= 0 && bandNo(c, x) != bandNo(c, y) {
			return true
		}
		m, n := x.Number(), y.Number()
		if math.Abs(m-n) > tolerance*max(math.Abs(m), math.Abs(n)) {
			return true
		}
	}
	return false
}
