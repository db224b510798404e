// SPDX-License-Identifier: Apache-2.0

package pbft

import "mabeam.dev/protocols/pbft/wire"

// retired ends the epoch: the checkpoint that holds the next configuration is stable.
func (r *Replica) retired() {
	rc, ok := r.app.(Reconfigurer)
	st := r.states[r.low]
	if !ok || st == nil || rc.Next() == nil {
		return
	}
	next := *rc.Next()
	next.Epoch = r.cfg.Epoch + 1
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
