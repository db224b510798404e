// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"fmt"
	"strings"
)

// Difference is the first place where two traces of one script part.
type Difference struct {
	Block          int    // number of the operation, from 1; one past the last is the line end
	Expected, Got  string // the two blocks
	ExpectedBefore string // the block before, which is the same in both
}

// String shows the two blocks.
func (d *Difference) String() string {
	return fmt.Sprintf("block %d\n-- before\n%s-- expected\n%s-- got\n%s", d.Block, d.ExpectedBefore, d.Expected, d.Got)
}

// Compare returns the first difference of two traces, or nil.
func Compare(expected, got string) *Difference {
	if expected == got {
		return nil
	}
	a, b := blocks(expected), blocks(got)
	before := ""
	for i := range max(len(a), len(b)) {
		x, y := at(a, i), at(b, i)
		if x != y {
			return &Difference{Block: i + 1, Expected: x, Got: y, ExpectedBefore: before}
		}
		before = x
	}
	return nil
}

func at(blocks []string, i int) string {
	if i < len(blocks) {
		return blocks[i]
	}
	return ""
}

// blocks cuts a trace before each operation and before its last line.
func blocks(trace string) []string {
	var all []string
	for _, line := range strings.SplitAfter(trace, "\n") {
		if len(all) == 0 || strings.HasPrefix(line, "> ") || strings.HasPrefix(line, "end") {
			all = append(all, "")
		}
		all[len(all)-1] += line
	}
	return all
}

// Minimize drops operations from s as long as differs says that the rest still shows the difference. It asks at most a few times per operation. A script that
// does not differ comes back unchanged.
func Minimize(s Script, differs func(Script) bool) Script {
	if !differs(s) {
		return s
	}
	for size := (len(s.Ops) + 1) / 2; size > 0; size /= 2 {
		for from := 0; from < len(s.Ops); {
			shorter := s
			shorter.Ops = append(append([]Op{}, s.Ops[:from]...), s.Ops[min(from+size, len(s.Ops)):]...)
			if differs(shorter) {
				s = shorter
			} else {
				from += size
			}
		}
	}
	return s
}
