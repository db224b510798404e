// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/stake"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// StressChanged is the event: the market as a whole has come to another level, durably.
type StressChanged struct {
	Process string      // that measures
	From    stake.Level // the level it leaves
	To      stake.Level // the level it comes to
	// Failed is the share of deals that failed, Unsettled that of payments that do not move, Moved that of price moves against their limit; in
	// millionths.
	Failed, Unsettled, Moved int64
}

// EventName returns "market.stress_changed".
func (StressChanged) EventName() string { return "market.stress_changed" }

// LogLevel is Warn.
func (StressChanged) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the levels and what was measured.
func (e StressChanged) LogAttrs() []slog.Attr {
	return []slog.Attr{
		slog.String("from", e.From.String()), slog.String("to", e.To.String()), slog.Int64("failed", e.Failed), slog.Int64("unsettled", e.Unsettled), slog.Int64("moved", e.Moved),
	}
}

// SecurityAlerted is the event: a vital number of the market has left its limit, or is back within it.
type SecurityAlerted struct {
	Process string // that measures
	// Alert is the number, and whether it has left its limit or come back.
	Alert integrity.Alert
}

// EventName returns "market.security_alerted".
func (SecurityAlerted) EventName() string { return "market.security_alerted" }

// LogLevel is Warn.
func (SecurityAlerted) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the number, its value and its limit.
func (e SecurityAlerted) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("alert", e.Alert.Name), slog.Float64("value", e.Alert.Value), slog.Float64("limit", e.Alert.Limit), slog.Bool("raised", e.Alert.Raised)}
}

// SecurityOptions set up the brake of a market. Name, Stream, Journal and Deals must be set.
type SecurityOptions struct {
	// Name is the process's name, Stream where its measurements are.
	Name, Stream string
	Journal      Journal
	// Snapshots, if it is set, shortens recoveries; SnapshotEvery is how many measurements lie between two, 0 means 10,000.
	Snapshots     Snapshots
	SnapshotEvery int
	// Deals are measured, and refuse new business while the market is halted.
	Deals *Deals
	// Exchange, if it is set, takes no new auctions while the market is halted; see Exchange.Brake.
	Exchange *Exchange
	// Books are the books of orders that are halted; see Book.Brake.
	Books []*Book
	// Predictions are the prediction markets in which nothing is traded then; see Prediction.Brake.
	Predictions []*Prediction
	// Integrity, if it is set, says how much was found.
	Integrity *Integrity
	// Moves, if it is set, says how far prices have moved against their limit, in millionths.
	Moves func(now time.Time) int64
	// Levels are when the level changes; the zero value is below 5 % calm, caution at 10 %, halt at 30 %, and a calm of five minutes for each step down.
	Levels stake.StressSpec
	// Every is the time between two measurements; 0 means 10 s. A measurement needs Sample deals that have ended, 0 means 10, and otherwise goes on.
	Every  time.Duration
	Sample int
}

// Security is the handle of the process that measures a market and brakes it: Normal, Caution, Halt, Recovering. The level is in the journal: a
// restart does not release the brake. It outlives restarts and may be used from any goroutine.
type Security struct {
	*desk[securityCommand, stake.Level]
	o    SecurityOptions
	seen atomic.Uint32
}

// securityCommand is what was measured since the last one, as sums over everything that ever happened.
type securityCommand struct {
	At           time.Time
	Ended, Fails int
	Stuck, Open  int
	Moved        int64
	Findings     int
	Volumes      []float64 `json:",omitempty"`
}

// NewSecurity makes the handle, or returns everything that is missing. A supervisor starts the processes from Child.
func NewSecurity(o SecurityOptions) (*Security, error) {
	if o.Levels == (stake.StressSpec{}) {
		o.Levels = stake.StressSpec{Calm: 50_000, Caution: 100_000, Halt: 300_000, Hold: int64(5 * time.Minute)}
	}
	if o.Every <= 0 {
		o.Every = 10 * time.Second
	}
	if o.Sample <= 0 {
		o.Sample = 10
	}
	d := deskOptions{name: o.Name, stream: o.Stream, family: "market.security", journal: o.Journal, snapshots: o.Snapshots, every: snapshotEvery(o.SnapshotEvery)}
	var missing error
	if o.Deals == nil {
		missing = fmt.Errorf("market: security %q: no deals", o.Name)
	}
	_, levels := stake.NewStress(o.Levels)
	if err := errors.Join(d.validate(), missing, levels); err != nil {
		return nil, err
	}
	s := &Security{o: o}
	s.desk = newDesk(d, func() keeper[securityCommand, stake.Level] { return &securityKeeper{s: s} })
	return s, nil
}

// Child describes the process and what measures for it, under a supervisor of their own.
func (s *Security) Child() supervision.Child {
	return supervision.Sub(s.o.Name, supervision.Spec{Children: []supervision.Child{
		supervision.Worker("level", s.Behavior, s.ProcessOptions()...),
		supervision.Worker("gauge", func() actors.Behavior[gaugeMessage] { return &gauge{s} }, actors.Kind("market.security.gauge")),
	}})
}

// Level is how the market is. It asks no process.
func (s *Security) Level() stake.Level { return stake.Level(s.seen.Load()) }

// securityKeeper is the state: the level, and up to where deals were counted.
type securityKeeper struct {
	s      *Security
	stress *stake.Stress
	alarm  integrity.Alarm
	last   securityCommand
	next   []securityCommand
	told   []any
	taken  int // measurements since the last snapshot
}

func (k *securityKeeper) reset() {
	stress, err := stake.NewStress(k.s.o.Levels)
	if err != nil {
		panic(err) // they were validated with the options
	}
	*k = securityKeeper{s: k.s, stress: stress}
}

func (k *securityKeeper) replay(ev Event) error {
	var c securityCommand
	if err := json.Unmarshal(ev.Data, &c); err != nil || ev.Type != "market.security.measured" {
		return fmt.Errorf("market: decode security %q: %w", ev.Type, err)
	}
	k.measure(c)
	k.told = nil
	k.taken++
	return nil
}

// measure takes a measurement in.
func (k *securityKeeper) measure(c securityCommand) {
	share := func(part, of int) int64 {
		if of == 0 {
			return 0
		}
		return int64(min(1, float64(part)/float64(of)) * 1e6)
	}
	failed, unsettled := share(c.Fails-k.last.Fails, c.Ended-k.last.Ended), share(c.Stuck, c.Open)
	was := k.stress.Level()
	if is, changed := k.stress.Measure(c.At.UnixNano(), failed, unsettled, c.Moved); changed {
		k.told = append(k.told, StressChanged{k.s.o.Name, was, is, failed, unsettled, c.Moved})
	}
	for _, a := range k.alarm.Observe(integrity.Vitals{Failed: float64(failed) / 1e6, Findings: c.Findings - k.last.Findings, Volumes: c.Volumes}, c.At) {
		k.told = append(k.told, SecurityAlerted{k.s.o.Name, a})
	}
	k.last = c
}

func (k *securityKeeper) do(_ time.Time, c securityCommand) (stake.Level, error) {
	enough := c.Ended-k.last.Ended >= k.s.o.Sample
	if !enough && c.Ended > k.last.Ended && c.Stuck == 0 && c.Moved == 0 && k.stress.Level() == stake.Normal {
		return k.stress.Level(), nil // too few to tell
	}
	if c.Ended == k.last.Ended && c.Stuck == 0 && c.Moved == 0 && c.Findings == k.last.Findings && k.stress.Level() == stake.Normal {
		return k.stress.Level(), nil // nothing happens
	}
	c.At = c.At.UTC().Truncate(time.Microsecond)
	k.measure(c)
	k.next = append(k.next, c)
	return k.stress.Level(), nil
}

func (k *securityKeeper) size() int { return 0 }

func (k *securityKeeper) batch(time.Time) (Event, bool) {
	if len(k.next) == 0 {
		return Event{}, false
	}
	data, err := json.Marshal(k.next[0]) // one process asks, and waits for the answer
	if err != nil {
		panic(err) // values only
	}
	k.next = k.next[1:]
	k.taken++
	return Event{"market.security.measured", data}, true
}

func (k *securityKeeper) publish(bus *telemetry.Bus) {
	k.s.seen.Store(uint32(k.stress.Level()))
	for _, e := range k.told {
		switch e := e.(type) {
		case StressChanged:
			telemetry.Emit(bus, e)
		case SecurityAlerted:
			telemetry.Emit(bus, e)
		}
	}
	k.told = nil
}

func (k *securityKeeper) tick(time.Time) {}

// gaugeMessage says that it is time.
type gaugeMessage struct{}

// gauge measures, and pulls or releases the brake. Its process owns no state.
type gauge struct{ s *Security }

// Init measures at once, and then from time to time.
func (g *gauge) Init(ctx *actors.Context[gaugeMessage]) error {
	ctx.Every(g.s.o.Every, gaugeMessage{})
	ctx.Self().Tell(gaugeMessage{})
	return nil
}

// Receive measures. What fails is tried again the next time.
func (g *gauge) Receive(ctx *actors.Context[gaugeMessage], _ gaugeMessage) error {
	limit, stop := ctx.WithTimeout(g.s.o.Every)
	defer stop()
	c, err := g.s.o.Deals.vitals(limit, ctx.Now())
	if err != nil {
		return nil //nolint:nilerr // they are down: the level stays
	}
	if g.s.o.Moves != nil {
		c.Moved = g.s.o.Moves(ctx.Now())
	}
	if g.s.o.Integrity != nil {
		c.Findings = len(g.s.o.Integrity.Findings())
	}
	level, err := g.s.ask(limit, c)
	if err != nil {
		return nil //nolint:nilerr // as above
	}
	halt := level == stake.Halt
	_ = g.s.o.Deals.Halt(limit, halt) // it is asked again the next time, as are all of them
	if g.s.o.Exchange != nil {
		_ = g.s.o.Exchange.Brake(limit, halt)
	}
	for _, b := range g.s.o.Books {
		_ = b.Brake(limit, halt)
	}
	for _, p := range g.s.o.Predictions {
		_ = p.Brake(limit, halt)
	}
	return nil
}

// vitals counts how deals ended, and payments that have not moved for a minute.
func (d *Deals) vitals(ctx context.Context, now time.Time) (securityCommand, error) {
	c := securityCommand{At: now}
	a, err := d.ask(ctx, tillCommand[dealCommand, dealAnswer]{ask: func(state till[dealCommand, dealAnswer], _ time.Time) (dealAnswer, error) {
		core := state.(*dealCore)
		return dealAnswer{deals: core.deals(func(d *listing.Deal) bool { return d.State != listing.Cancelled })}, nil
	}})
	if err != nil {
		return c, err
	}
	volumes := map[string]int{}
	for i := range a.answer.deals {
		deal := &a.answer.deals[i]
		if !deal.Settled {
			c.Open++
			continue
		}
		c.Ended++
		if failed(deal) {
			c.Fails++
			continue
		}
		at, ok := volumes[deal.Provider]
		if !ok {
			at = len(c.Volumes)
			volumes[deal.Provider] = at
			c.Volumes = append(c.Volumes, 0)
		}
		c.Volumes[at] += float64(deal.Price)
	}
	old := now.Add(-time.Minute)
	open, err := d.ask(ctx, tillCommand[dealCommand, dealAnswer]{open: &old})
	for _, b := range open.bills {
		if b.Errand == "" {
			c.Stuck++
		}
	}
	return c, err
}
