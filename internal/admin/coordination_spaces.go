// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"mabeam.dev/protocols"
	"mabeam.dev/protocols/lock"
)

// SpaceView is what is in a space of locks, each kind in the order of the names.
type SpaceView struct {
	Space     string         `json:"space"`
	Epoch     uint32         `json:"epoch"`          // of the tokens given now
	Down      string         `json:"down,omitempty"` // why nothing is known of it
	Locks     []LockView     `json:"locks,omitempty"`
	Barriers  []BarrierView  `json:"barriers,omitempty"`
	Latches   []LatchView    `json:"latches,omitempty"`
	Elections []ElectionView `json:"elections,omitempty"`
	Counters  []CounterView  `json:"counters,omitempty"`
}

// LockView is a lock or, with a size, a semaphore.
type LockView struct {
	Name    string      `json:"name"`
	Size    int         `json:"size,omitempty"` // permits
	Used    int         `json:"used,omitempty"` // of them
	Holders []ClaimView `json:"holders,omitempty"`
	Waiters []ClaimView `json:"waiters,omitempty"` // the next one first
}

// ClaimView is who has a lock or waits for it.
type ClaimView struct {
	Owner   string `json:"owner"`
	Mode    string `json:"mode"`
	Permits int    `json:"permits,omitempty"`
	Token   string `json:"token,omitempty"` // of who holds
	Since   string `json:"since"`           // RFC 3339
	Until   string `json:"until,omitempty"` // end of the lease, or of the wait; RFC 3339
}

// BarrierView is a barrier.
type BarrierView struct {
	Name       string   `json:"name"`
	Generation uint64   `json:"generation"`
	Need       int      `json:"need"`
	Arrived    []string `json:"arrived,omitempty"`
	Broken     string   `json:"broken,omitempty"` // how
}

// LatchView is a latch.
type LatchView struct {
	Name    string   `json:"name"`
	Left    int      `json:"left"` // 0 is open
	Waiting []string `json:"waiting,omitempty"`
}

// ElectionView is an election.
type ElectionView struct {
	Name       string   `json:"name"`
	Leader     string   `json:"leader,omitempty"`
	Term       string   `json:"term"`
	Candidates []string `json:"candidates,omitempty"` // besides the leader, the next one first
}

// CounterView is a counter.
type CounterView struct {
	Name  string `json:"name"`
	Value int64  `json:"value"`
}

// spaceView asks a space.
func spaceView(ctx context.Context, s *protocols.Space) (SpaceView, error) {
	in, err := s.Inventory(ctx)
	if err != nil {
		return SpaceView{}, err
	}
	v := SpaceView{Space: s.Name(), Epoch: in.Epoch}
	for _, l := range in.Locks {
		v.Locks = append(v.Locks, LockView{l.Name, l.Size, l.Used, claimViews(l.Holders), claimViews(l.Waiters)})
	}
	for _, b := range in.Barriers {
		one := BarrierView{Name: b.Name, Generation: b.Generation, Need: b.Need, Arrived: b.Arrived}
		if b.Broken != nil {
			one.Broken = b.Broken.Error()
		}
		v.Barriers = append(v.Barriers, one)
	}
	for _, l := range in.Latches {
		v.Latches = append(v.Latches, LatchView(l))
	}
	for _, e := range in.Elections {
		v.Elections = append(v.Elections, ElectionView{e.Name, e.Leader, e.Term.String(), e.Candidates})
	}
	for _, c := range in.Counters {
		v.Counters = append(v.Counters, CounterView(c))
	}
	return v, nil
}

func claimViews(all []lock.Claim) []ClaimView {
	var out []ClaimView
	for _, c := range all {
		v := ClaimView{Owner: c.Owner, Mode: c.Mode.String(), Since: stamp(c.Since), Until: stamp(c.Until)}
		if c.Mode == lock.Permits {
			v.Permits = c.Permits
		}
		if !c.Token.IsZero() {
			v.Token = c.Token.String()
		}
		out = append(out, v)
	}
	return out
}
