// SPDX-License-Identifier: Apache-2.0

package work

import (
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/work/plan"
)

const (
	// outletItems and outletBytes bound the outcomes held for a sink that is busy. Beyond them they are dropped: the sink reads them from the journal.
	outletItems = 4096
	outletBytes = 4 << 20
	// outletPause is the wait before a sink that has died is offered the rest again.
	outletPause = 100 * time.Millisecond
)

// outlet is the queue's side of a sink. One delivery is under way at a time.
//
// A delivery covers a range of versions without a gap: all outcomes behind from, up to upto. A sink that has not seen what comes before
// the range, because it or the queue was restarted or because outcomes were dropped here, reads the journal instead.
type outlet struct {
	sink    *Sink
	items   []plan.Emit // all outcomes behind sent, unless lost
	bytes   int
	sent    uint64 // end of the last range sent
	acked   uint64 // version up to which the sink has answered
	lost    bool   // items were dropped, or a delivery was not answered
	busy    bool
	pausing bool
}

// newOutlet begins with an empty delivery: the sink may lack what ended before.
func newOutlet(s *Sink, told uint64) *outlet { return &outlet{sink: s, sent: told, lost: true} }

func (o *outlet) behind() bool { return o.busy || o.lost || len(o.items) > 0 }

// add takes an outcome that is durable.
func (o *outlet) add(e plan.Emit) {
	o.bytes += 256 + len(e.Outcome.Output) + 256*len(e.Outcome.Attempts)
	if o.lost || len(o.items) >= outletItems || o.bytes > outletBytes {
		o.drop()
		return
	}
	o.items = append(o.items, e)
}

func (o *outlet) drop() { o.items, o.bytes, o.lost = nil, 0, true }

// serveOutlets sends to each sink what waits for it.
func (a *queue) serveOutlets(ctx *actors.Context[Message]) {
	for _, o := range a.outlets {
		if !o.busy && !o.pausing && o.behind() {
			a.deliver(ctx, o)
		}
	}
}

func (a *queue) deliver(ctx *actors.Context[Message], o *outlet) {
	d := delivery{from: o.sent, items: o.items, upto: a.told}
	if o.lost {
		d = delivery{from: a.told, upto: a.told}
	}
	o.items, o.bytes, o.lost, o.busy, o.sent = nil, 0, false, true, a.told
	actors.Request(ctx, o.sink.ref, -1, func(r actors.Reply[uint64]) sinkMessage {
		d.reply = r
		return d
	}, func(upto uint64, err error) Message { return written{o, upto, err} })
}

// outletAnswered takes a sink's answer, or the news that it has died with the delivery.
func (a *queue) outletAnswered(ctx *actors.Context[Message], m written) {
	o := m.outlet
	o.busy = false
	if m.err != nil {
		o.drop()
		o.pausing = true
		ctx.After(outletPause, offerAgain{o})
		return
	}
	o.acked = max(o.acked, m.upto)
	a.serveOutlets(ctx)
}
