// SPDX-License-Identifier: Apache-2.0

package pbft

import "mabeam.dev/protocols/pbft/wire"

// successor returns the configuration that the state has decided on, nil for none.
func (r *Replica) successor() *wire.Config {
	rc, ok := r.app.(Reconfigurer)
	if !ok {
		return nil
	}
	next := rc.Next()
	if next == nil || next.Epoch != r.cfg.Epoch+1 || next.Group != r.cfg.Group || next.Validate() != nil {
		return nil
	}
	return next
}

// retired ends the epoch: the checkpoint that holds the next configuration is stable.
func (r *Replica) retired() {
	st, found := r.states[r.low], r.successor()
	if st == nil || found == nil {
		return
	}
	next := *found
	next.Base = wire.Base{Seq: r.low, State: st.digest}
	for t := range timers {
		r.disarm(t)
	}
	r.mode = Retired
	r.emit(Note{Kind: NoteRetired, View: r.view, Seq: r.low})
	r.emit(NextEpoch{&next, st.bytes})
}

// afterlife serves those who still have to reach the last checkpoint of the epoch.
func (r *Replica) afterlife(d Deliver) {
	r.clock(d.Now)
	v, _ := d.Msg.Value()
	switch m := v.(type) {
	case *wire.FetchState:
		r.onFetchState(m)
	case *wire.Status:
		if m.Member != r.me && m.Low < r.low && r.allow(m.Member) {
			r.send(m.Member, r.manifest(r.low, r.states[r.low]))
		}
	}
}
