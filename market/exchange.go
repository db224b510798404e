// SPDX-License-Identifier: Apache-2.0

package market

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/integrity"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// Errors of exchanges.
var (
	// ErrUnknownAuction is returned for an id that no auction of the exchange has.
	ErrUnknownAuction = fault.New(4620, "market: unknown auction")
)

// ExchangeOptions set up an exchange. Name, Stream, Journal and Ledger must be set.
type ExchangeOptions struct {
	// Name is that of the supervisor of the exchange, and begins the names of its processes.
	Name string
	// Stream is where it keeps what auctions there are.
	Stream  string
	Journal Journal
	// Snapshots, if it is set, shortens recoveries. One is taken after SnapshotEvery changes; 0 means 10,000.
	Snapshots     Snapshots
	SnapshotEvery int
	// Ledger holds and pays; it is started by somebody else.
	Ledger *Ledger
	// Solver decides combinatorial auctions. Without one none can be created.
	Solver auction.Solver
	// Auctions begins the names of the auctions' processes and streams; empty means "auction/". What holds are for in the ledger always
	// begins with that, so two exchanges on one ledger must not use the same ids.
	Auctions string
	// Restarts is how often an auctioneer may crash before its auction is halted; zero means 5 in 10 s.
	Restarts supervision.Intensity
	// Parties are groups of owners that belong together: none of them may bid in an auction of another one.
	Parties [][]string
	// BidLimit, if it is set, is how fast a bidder may bid in all auctions of the exchange together; those of one party count as one owner. Zero
	// fields are the defaults of integrity.Rate. A bid that comes faster is refused with an *integrity.LimitedError, and holds nothing.
	BidLimit *integrity.Rate
	// Keep is how many auctions that are over are remembered in memory; 0 means 10,000. Older ones are read from the journal.
	Keep int
}

// Exchange is the handle of the processes that hold auctions: one that knows them all, one that keeps those up that are not over, and an auctioneer
// for each. It outlives their restarts and may be used from any goroutine.
type Exchange struct {
	o        ExchangeOptions
	book     *desk[exchangeCommand, exchangeAnswer]
	index    index
	party    map[string]int // of an owner, from 1
	subs     subscribers
	limit    *turnstile                    // nil is no limit
	reviewed reviewed                      // who is paid nothing for now
	sys      atomic.Pointer[actors.System] // that it runs in; set by the first process
	floor    struct {
		pid atomic.Pointer[actors.PID]
		ref actors.Ref[floorMessage]
	}
	crier struct {
		pid atomic.Pointer[actors.PID]
		ref actors.Ref[crierMessage]
	}
	house atomic.Pointer[dynamic.Supervisor]
}

// NewExchange makes the handle, or returns everything that is missing. A supervisor starts the processes from Child; until then everything is
// ErrUnavailable.
func NewExchange(o ExchangeOptions) (*Exchange, error) {
	o.SnapshotEvery = snapshotEvery(o.SnapshotEvery)
	if o.Auctions == "" {
		o.Auctions = "auction/"
	}
	if o.Restarts == (supervision.Intensity{}) {
		o.Restarts = supervision.Intensity{Max: 5, Within: 10 * time.Second}
	}
	if o.Keep <= 0 {
		o.Keep = 10_000
	}
	d := deskOptions{name: o.Name, stream: o.Stream, family: "market.exchange", journal: o.Journal, snapshots: o.Snapshots, every: o.SnapshotEvery}
	problems := []error{d.validate()}
	if o.Ledger == nil {
		problems = append(problems, fmt.Errorf("market: exchange %q: no ledger", o.Name))
	}
	if o.Restarts.Max < 0 || o.Restarts.Within <= 0 {
		problems = append(problems, fmt.Errorf("market: exchange %q: %d restarts in %v", o.Name, o.Restarts.Max, o.Restarts.Within))
	}
	x := &Exchange{o: o, party: map[string]int{}}
	for i, group := range o.Parties {
		for _, who := range group {
			x.party[who] = i + 1
		}
	}
	if o.BidLimit != nil {
		limit, err := newTurnstile(*o.BidLimit, x.party)
		if err != nil {
			problems = append(problems, fmt.Errorf("market: exchange %q: %w", o.Name, err))
		}
		x.limit = limit
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	d.name = o.Name + "/book"
	x.book = newDesk(d, func() keeper[exchangeCommand, exchangeAnswer] { return &exchangeKeeper{x: x} })
	x.floor.ref = actors.Resolved[floorMessage](actors.PID{}, o.Name+"/floor", living(&x.floor.pid))
	x.crier.ref = actors.Resolved[crierMessage](actors.PID{}, o.Name+"/crier", living(&x.crier.pid))
	return x, nil
}

// living resolves to who was published last.
func living(p *atomic.Pointer[actors.PID]) func() actors.PID {
	return func() actors.PID {
		if pid := p.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	}
}

// Name gives the name of the supervisor.
func (x *Exchange) Name() string { return x.o.Name }

// Ledger returns the ledger that holds and pays.
func (x *Exchange) Ledger() *Ledger { return x.o.Ledger }

// Child describes the supervisor of the exchange, for the tree it is to be part of: behind the ledger. A crash of an auctioneer never ends it.
func (x *Exchange) Child() supervision.Child {
	const house = "auctions"
	return supervision.Sub(x.o.Name, supervision.Spec{
		Strategy:  supervision.OneForOne,
		Intensity: supervision.Intensity{Max: 5, Within: 10 * time.Second},
		Children: []supervision.Child{
			supervision.Worker("book", x.book.Behavior, x.book.ProcessOptions()...),
			{ID: house, Kind: supervision.KindSupervisor, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
				// each auctioneer has a limit of its own
				s, err := dynamic.StartLink(in, house, dynamic.Spec{Intensity: supervision.Intensity{Max: 1 << 30, Within: time.Second}}, actors.Local())
				if err != nil {
					return actors.PID{}, err
				}
				x.system(actors.SystemOf(in))
				x.house.Store(s)
				if pid := x.floor.pid.Load(); pid != nil && !pid.Fenced() {
					x.floor.ref.Tell(floorBegin{})
				}
				return s.PID(), nil
			}},
			supervision.Worker("crier", func() actors.Behavior[crierMessage] { return &crier{x: x, known: map[string]*noticer{}} }, actors.Kind("market.crier")),
			supervision.Worker("floor", func() actors.Behavior[floorMessage] { return newFloor(x) }, actors.Kind("market.floor")),
		},
	})
}

// auctioneer makes the handle of an auction's process, and of the log that tells what becomes durable.
func (x *Exchange) auctioneer(spec auction.Spec) (*Auctioneer, *auctionLog, error) {
	about := AuctionOf{Exchange: x.o.Name, Auction: spec.ID, Kind: spec.Kind}
	if about.Kind == "" {
		about.Kind = auction.English
	}
	log := &auctionLog{Journal: x.o.Journal, x: x, about: about}
	a, err := NewAuctioneer(AuctioneerOptions{
		Name: x.o.Auctions + spec.ID, Stream: x.o.Auctions + spec.ID, Journal: log, Ledger: x.o.Ledger, Spec: spec, Solver: x.solver(about),
		limit: x.limit, reviewed: &x.reviewed,
	})
	return a, log, err
}
