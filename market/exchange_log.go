// SPDX-License-Identifier: Apache-2.0

package market

import (
	"bytes"
	"context"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/market/auction"
	"mabeam.dev/telemetry"
)

// auctionLog is the journal of one auction as its auctioneer sees it: what has become durable is told, in its order and never before.
type auctionLog struct {
	Journal
	x       *Exchange
	about   AuctionOf
	until   atomic.Int64 // the close that was told last
	decided atomic.Int64 // when the decision became durable
}

// Append appends, and tells what has become durable.
func (l *auctionLog) Append(ctx context.Context, stream string, expect uint64, ev ...Event) (uint64, error) {
	begin := l.x.now()
	next, err := l.Journal.Append(ctx, stream, expect, ev...)
	if err != nil {
		return next, err
	}
	bus := l.x.bus()
	now := l.x.now()
	telemetry.Emit(bus, LogAppended{l.about, len(ev), now.Sub(begin)})
	for _, e := range ev {
		if e.Type == auctionInput {
			for _, data := range lines(e.Data) {
				l.tell(bus, now, data)
			}
		}
	}
	l.x.wake(l.about.Auction)
	return next, nil
}

// tell makes the event of an input, of which it reads no more than the name and, where that tells how an auction ended, the reason.
func (l *auctionLog) tell(bus *telemetry.Bus, now time.Time, data []byte) {
	name, _, _ := bytes.Cut(data, []byte{' '})
	switch string(name) {
	case "start":
		telemetry.Emit(bus, AuctionOpened{l.about})
	case "bid", "accept", "reveal", "withdraw":
		telemetry.Emit(bus, BidAccepted{l.about, string(name)})
	case "tick":
		telemetry.Emit(bus, ClockTicked{l.about})
	case "close":
		telemetry.Emit(bus, AuctionClosed{l.about})
	case "decide":
		l.decided.Store(now.UnixNano())
		if in, err := auction.Decode(data); err == nil {
			if d, ok := in.(auction.Decide); ok && d.GiveUp {
				telemetry.Emit(bus, AuctionUndecided{l.about, d.Reason})
			}
		}
		telemetry.Emit(bus, AuctionDecided{l.about})
	case "suspend":
		telemetry.Emit(bus, AuctionSuspended{l.about})
	case "resume":
		telemetry.Emit(bus, AuctionResumed{l.about})
	}
}

// settling is how long ago the decision was.
func (l *auctionLog) settling(now time.Time) time.Duration {
	if at := l.decided.Load(); at != 0 {
		return now.Sub(time.Unix(0, at))
	}
	return 0
}

// moved tells of a close that is later than the one before.
func (l *auctionLog) moved(bus *telemetry.Bus, v auction.View) {
	if v.CloseAt.IsZero() || v.State != auction.Open {
		return
	}
	at := v.CloseAt.UnixNano()
	for was := l.until.Load(); at > was; was = l.until.Load() {
		if l.until.CompareAndSwap(was, at) {
			if was != 0 {
				telemetry.Emit(bus, AuctionExtended{l.about, v.CloseAt})
			}
			return
		}
	}
}

// bus is that of the system that the exchange runs in; nil before it does.
func (x *Exchange) bus() *telemetry.Bus {
	if sys := x.sys.Load(); sys != nil {
		return sys.Events()
	}
	return nil
}

// now is the time of that system.
func (x *Exchange) now() time.Time {
	if sys := x.sys.Load(); sys != nil {
		return sys.Now()
	}
	return time.Time{}
}

// solver is the exchange's, told of.
func (x *Exchange) solver(about AuctionOf) auction.Solver {
	if x.o.Solver == nil {
		return nil
	}
	return func(p auction.Problem) (auction.Answer, error) {
		begin := x.now()
		a, err := x.o.Solver(p)
		e := SolverAnswered{AuctionOf: about, Offers: len(p.Offers), Proven: a.Proven, Err: err, Took: x.now().Sub(begin)}
		if err == nil && !a.Proven {
			e.Gap = a.Bound - a.Revenue
		}
		telemetry.Emit(x.bus(), e)
		return a, err
	}
}

// system notes where the exchange runs.
func (x *Exchange) system(sys *actors.System) { x.sys.Store(sys) }
