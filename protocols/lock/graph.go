// SPDX-License-Identifier: Apache-2.0

package lock

// The wait-for graph is not stored: who stands in a request's way follows from the name that it waits for. Nodes are owners. An owner that waits
// is taken to give nothing back until all that it waits for is granted. Permits are not in this
// graph, as it is open whose return would help; see Waits.

// blockers calls yield for claims whose owners must go on before c, which waits: not all of them, but all of them are met on the way through.
// It ends when yield says so.
func (s *Space) blockers(c *claim, yield func(*claim) bool) {
	o := s.names[c.Name]
	each := func(list []*claim) bool {
		for _, b := range list {
			if !yield(b) {
				return false
			}
		}
		return true
	}
	switch {
	case c.Mode == Permits:
	case c.Mode == Shared && o.written():
		each(o.holders)
	case c.Mode == Shared: // readers are in, and it waits for the writer that comes after them
		yield(o.queue[0])
	default:
		at := 0
		for at < len(o.queue) && o.queue[at] != c {
			at++
		}
		switch {
		case at == 0 && o.written(): // all readers that wait come first
			_ = each(o.holders) && each(o.readers)
		case at == 0:
			each(o.holders)
		case at == 1 && !o.written(): // readers that wait come after the first writer
			_ = yield(o.queue[0]) && each(o.readers)
		default:
			yield(o.queue[at-1])
		}
	}
}

// cycle looks for a cycle through an owner: requests that wait, the first of them the owner's, each for the owner of the next one, and the last for the first.
func (s *Space) cycle(start string) []*claim {
	var path []*claim
	seen := map[string]bool{}
	var visit func(owner string) bool
	visit = func(owner string) (found bool) {
		seen[owner] = true
		for _, c := range s.owners[owner] {
			if c.held() {
				continue
			}
			path = append(path, c)
			s.blockers(c, func(b *claim) bool {
				found = b.Owner == start || !seen[b.Owner] && visit(b.Owner)
				return !found
			})
			if found {
				return true
			}
			path = path[:len(path)-1]
		}
		return false
	}
	if visit(start) {
		return path
	}
	return nil
}

// youngest is the request of a cycle that came last.
func youngest(cycle []*claim) *claim {
	y := cycle[0]
	for _, c := range cycle[1:] {
		if c.Seq > y.Seq {
			y = c
		}
	}
	return y
}

// edges shows a cycle, from the victim's owner on where that is in it.
func edges(cycle []*claim, victim *claim) []Edge {
	from := 0
	for i, c := range cycle {
		if c.Owner == victim.Owner {
			from = i
			break
		}
	}
	all := make([]Edge, len(cycle))
	for i := range cycle {
		c := cycle[(from+i)%len(cycle)]
		all[i] = Edge{Owner: c.Owner, Name: c.Name}
	}
	return all
}
