// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// execute runs committed batches in the order of their numbers, as far as they reach without a hole.
func (r *Replica) execute() {
	for r.mode == Normal || (r.opt.skip.oldVotes && r.mode == Changing) {
		if r.retire > 0 && r.executed >= r.retire {
			return
		}
		s := r.slots[r.executed+1]
		if s == nil || !s.committed || r.executed < r.low {
			break
		}
		r.run(s)
	}
	r.settleDebts()
	r.propose()
}

// run executes one batch. What was executed before, and what is older than anybody remembers, is passed over, by every replica alike.
func (r *Replica) run(s *slot) {
	s.executed, s.done = true, s.pp.Digest
	r.executed = s.seq
	d := Decide{Seq: s.seq, View: r.view, Digest: s.done, Batch: s.batch, Results: make([][][]byte, len(s.batch))}
	var answers []Effect
	for i, m := range s.batch {
		if since, ok := r.pool.remove(keyOf(m)); ok {
			r.latencies.add(r.now.Sub(since))
		}
		if _, ok := r.clients.find(m.Client, m.Seq); ok && !r.opt.skip.onceOnly {
			continue
		}
		if r.clients.tooOld(m.Client, m.Seq) && !r.opt.skip.tooOld {
			continue
		}
		results := make([][]byte, len(m.Ops))
		for j, op := range m.Ops {
			results[j] = r.app.Apply(Place{r.cfg.Epoch, s.seq, m.Client, m.Seq, j}, op)
		}
		a := answer{m.Seq, s.seq, m.Digest(), results}
		r.clients.add(m.Client, a)
		d.Results[i] = results
		answers = append(answers, Answer{r.reply(m.Client, a)})
	}
	r.emit(d)
	r.out = append(r.out, answers...)
	if s.seq%r.rules.Interval == 0 {
		r.checkpoint()
	}
}

func (r *Replica) reply(c wire.Client, a answer) *wire.Reply {
	m := &wire.Reply{
		Epoch: r.cfg.Epoch, View: r.view, Seq: a.seq, Client: c, Number: a.number,
		Request: a.request, Result: wire.ResultDigest(a.results), Member: r.me, Results: a.results,
	}
	m.Sig = auth.Sign(r.keys, r.cfg, m)
	return m
}

func (r *Replica) answer(c wire.Client, a answer) {
	if r.mode != Amnesiac {
		r.emit(Answer{r.reply(c, a)})
	}
}

// settleDebts ends the doubling of timeouts once everything is executed that waited when the last view change began.
func (r *Replica) settleDebts() {
	if r.failed == 0 || r.mode != Normal {
		return
	}
	for _, k := range r.owed {
		if r.pool.known[k] != nil {
			return
		}
	}
	r.failed, r.owed = 0, nil
}
