// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"slices"
	"strings"
)

// Counted returns what a node knows of a counter after it has added something to it, or taken away: for [Counter]. The parts of the other nodes stay, and are shared.
func (w Write) Counted(node string, by int64, at Clock) Write {
	i, there := slices.BinarySearchFunc(w.Counts, node, func(c Count, n string) int { return strings.Compare(c.Node, n) })
	w.Counts = slices.Clone(w.Counts)
	if !there {
		w.Counts = slices.Insert(w.Counts, i, Count{Node: node})
	}
	if c := &w.Counts[i]; by >= 0 {
		c.Up = saturated(c.Up, uint64(by))
	} else {
		c.Down = saturated(c.Down, -uint64(by))
	}
	w.Value, w.Clock, w.Node = OfInteger(total(w.Counts)), at, node
	return w
}
