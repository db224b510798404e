// SPDX-License-Identifier: Apache-2.0

package wdp

import "mabeam.dev/market/wdp/simplex"

// frame is a branch on a bid whose second side may still be open.
type frame struct {
	bid    int32
	trail  int
	chosen int
	bound  int64
	losing bool
	from   total
	value  float64
	saved  *simplex.State // of the program at the branch; nil once it has been gone back to
}

// keep is how much memory the states of a path may take together.
const keep = 64 << 20

// lose gives bids a reason more not to be looked at.
func (r *relaxation) lose(bids []int32) {
	r.flips = r.flips[:0]
	for _, j := range bids {
		r.trail = append(r.trail, j)
		if r.off[j]++; r.off[j] == 1 {
			r.flips = append(r.flips, j)
		}
	}
	r.t.Set(r.flips, true)
}

// win makes a bid a winner of the path.
func (r *relaxation) win(j int32) {
	var out []int32
	for _, row := range r.m.rows[j] {
		for _, k := range r.m.members[row] {
			if k != j {
				out = append(out, k)
			}
		}
	}
	r.lose(out)
	r.off[j]++ // without switching it off in the program
	r.trail = append(r.trail, j)
	r.chosen = append(r.chosen, j)
	r.taken += r.m.price[j]
}

// undo takes back the reasons beyond a mark; the program goes back by a saved state.
func (r *relaxation) undo(trail, chosen int) {
	for len(r.trail) > trail {
		j := r.trail[len(r.trail)-1]
		r.trail = r.trail[:len(r.trail)-1]
		r.off[j]--
	}
	for len(r.chosen) > chosen {
		r.taken -= r.m.price[r.chosen[len(r.chosen)-1]]
		r.chosen = r.chosen[:len(r.chosen)-1]
	}
}

// save returns the state of the program for a frame: a thin one when the others take up too much.
func (r *relaxation) save() *simplex.State {
	var s *simplex.State
	if n := len(r.states); n > 0 {
		s, r.states = r.states[n-1], r.states[:n-1]
		r.t.Save(s, false)
		return s
	}
	s = &simplex.State{}
	r.kept++
	r.t.Save(s, r.kept*r.t.Size() > keep)
	return s
}

// release puts a frame's state back for others.
func (r *relaxation) release(f *frame) {
	if f.saved.Thin() {
		r.kept--
	} else {
		r.states = append(r.states, f.saved)
	}
	f.saved = nil
}

// step looks at one node and goes to the next; it reports whether there is none.
func (r *relaxation) step() bool {
	s := r.part.solve
	s.nodes++
	if !r.relax() {
		return false
	}
	r.learn()
	if !r.closed() {
		r.round(false)
	}
	if r.closed() {
		r.proof.leaf(r.proof.vector(r.m, r.y))
		return r.back()
	}
	r.fix()
	j, value := r.pick()
	if j < 0 {
		// Nothing is open, and what is chosen has been offered: the bound can be no more than that.
		r.proof.leaf(r.proof.vector(r.m, r.y))
		return r.back()
	}
	r.path = append(r.path, frame{bid: j, trail: len(r.trail), chosen: len(r.chosen), bound: r.above, from: r.last, value: value, saved: r.save()})
	r.proof.branch(r.m, j)
	r.win(j)
	return false
}

// back goes to the nearest branch whose losing side has not been looked at.
func (r *relaxation) back() bool {
	for len(r.path) > 0 {
		f := &r.path[len(r.path)-1]
		r.undo(f.trail, f.chosen)
		if !f.losing {
			f.losing = true
			r.t.Load(f.saved)
			r.release(f)
			r.above = f.bound
			r.lose([]int32{f.bid})
			return false
		}
		r.path = r.path[:len(r.path)-1]
	}
	return true
}

// open returns the bound of all that has not been looked at.
func (r *relaxation) open() int64 {
	bound := r.above
	for _, f := range r.path {
		if !f.losing {
			bound = max(bound, f.bound)
		}
	}
	return bound
}
