// SPDX-License-Identifier: Apache-2.0

package hierarchy

// MaxDepth is how long a chain of delegations may be.
const MaxDepth = 8

// Delegations says who votes for whom. The youngest edge of a cycle never gets in.
type Delegations struct {
	to map[int]int
}

// Delegate has one elector vote for another; false if that closes a cycle or makes a chain too long: ask the elector directly.
func (d *Delegations) Delegate(from, to int) bool {
	if d.to == nil {
		d.to = map[int]int{}
	}
	if from == to {
		return false
	}
	depth, at := 1, to
	for {
		next, ok := d.to[at]
		if !ok {
			break
		}
		if at = next; at == from {
			return false
		}
		depth++
	}
	if depth+d.height(from) > MaxDepth {
		return false
	}
	d.to[from] = to
	return true
}

// height is the longest chain that ends at an elector.
func (d *Delegations) height(at int) int {
	most := 0
	for from := range d.to { // the greatest of all, in whatever order
		n := 0
		for x, ok := from, true; ok; x, ok = d.to[x] {
			if x == at {
				most = max(most, n)
				break
			}
			n++
		}
	}
	return most
}

// Withdraw takes a delegation back: the elector votes itself.
func (d *Delegations) Withdraw(from int) { delete(d.to, from) }

// Has reports whether an elector has delegated.
func (d *Delegations) Has(from int) bool {
	_, ok := d.to[from]
	return ok
}

// End is who votes in the end for an elector: itself if it has not delegated.
func (d *Delegations) End(from int) int {
	for {
		to, ok := d.to[from]
		if !ok {
			return from
		}
		from = to
	}
}
