// SPDX-License-Identifier: Apache-2.0

package market

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"mabeam.dev/market/cost"
	"mabeam.dev/telemetry"
)

// costsBatch is the type of the events of a process of costs.
const costsBatch = "market.costs.batch"

// BudgetAlerted is the event: a budget has crossed a level, or soon will. It is told once for each crossing, and again if the process ends right
// after it.
type BudgetAlerted struct {
	Process string // that keeps the budget
	cost.Alert
}

// EventName returns "market.budget_alerted".
func (BudgetAlerted) EventName() string { return "market.budget_alerted" }

// LogLevel is Warn.
func (BudgetAlerted) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the budget, the level and the money.
func (e BudgetAlerted) LogAttrs() []slog.Attr {
	return []slog.Attr{
		slog.String("budget", e.Path), slog.String("alert", e.Alert.Kind.String()), slog.Int("percent", e.Percent), slog.String("spent", e.Spent.String()), slog.String("limit", e.Limit.String()),
	}
}

// BudgetOverrun is the event: facts, or a lower limit, have pushed a budget over its limit.
type BudgetOverrun struct {
	Process string // that keeps the budget
	Path    string // of the budget
}

// EventName returns "market.budget_overrun".
func (BudgetOverrun) EventName() string { return "market.budget_overrun" }

// LogLevel is Warn.
func (BudgetOverrun) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the budget.
func (e BudgetOverrun) LogAttrs() []slog.Attr { return []slog.Attr{slog.String("budget", e.Path)} }

// costsEvent is what one append holds: commands in their order, and perhaps a look at the alerts behind them.
type costsEvent struct {
	At       time.Time      `json:"at"`
	Commands []cost.Command `json:"commands,omitempty"`
	Looked   bool           `json:"looked,omitempty"`
}

// costsKeeper is the state of a process of costs. The alerts that were told are part of it: they are the fold of the same events.
type costsKeeper struct {
	name    string
	rules   cost.AlertRules
	book    *cost.Book
	alerts  *cost.Alerts
	next    []cost.Command // of the next batch
	bytes   int
	ticked  bool // the alerts are to be looked at
	told    []cost.Alert
	overrun []string
}

func (k *costsKeeper) reset() {
	*k = costsKeeper{name: k.name, rules: k.rules, book: cost.New(), alerts: cost.NewAlerts(k.rules)}
}

func (k *costsKeeper) replay(ev Event) error {
	if ev.Type != costsBatch {
		return fmt.Errorf("market: event %q is none of costs", ev.Type)
	}
	var e costsEvent
	if err := json.Unmarshal(ev.Data, &e); err != nil {
		return fmt.Errorf("market: decode costs: %w", err)
	}
	k.told, k.overrun = nil, nil // of the last event alone they are told again
	for _, c := range e.Commands {
		r, err := k.book.Apply(c)
		if err != nil || r.Already {
			return fmt.Errorf("market: replay costs: already %v: %w", r.Already, err)
		}
		k.overrun = append(k.overrun, r.Overrun...)
	}
	if e.Looked {
		k.told = k.alerts.Step(k.book, e.At)
	}
	return nil
}

// now is a time that never goes back.
func (k *costsKeeper) now(now time.Time) time.Time {
	if now = now.UTC().Truncate(time.Microsecond); now.Before(k.book.Now()) {
		return k.book.Now()
	}
	return now
}

func (k *costsKeeper) do(now time.Time, c costsCommand) (costsAnswer, error) {
	if c.ask != nil {
		return c.ask(k.book, k.now(now)), nil
	}
	do := *c.do
	do.At = k.now(now)
	r, err := k.book.Apply(do)
	if err == nil && !r.Already {
		k.next = append(k.next, do)
		k.bytes += 512 // about
		k.overrun = append(k.overrun, r.Overrun...)
	}
	return costsAnswer{result: r}, err
}

// tick ends reservations whose time has come. The alerts are looked at behind the commands of the batch, as replay does.
func (k *costsKeeper) tick(now time.Time) {
	k.ticked = true
	if at, ok := k.book.NextExpiry(); ok && !at.After(k.now(now)) {
		if _, err := k.do(now, costsCommand{do: &cost.Command{}}); err != nil {
			panic(err) // a command without parts is always right
		}
	}
}

func (k *costsKeeper) size() int { return k.bytes }

func (k *costsKeeper) batch(now time.Time) (Event, bool) {
	if len(k.next) == 0 && !k.ticked {
		return Event{}, false
	}
	now = k.now(now)
	looked, before := k.ticked, k.alerts.Changes()
	if looked {
		k.told = append(k.told, k.alerts.Step(k.book, now)...)
	}
	k.ticked = false
	if len(k.next) == 0 && k.alerts.Changes() == before {
		return Event{}, false
	}
	data, err := json.Marshal(costsEvent{now, k.next, looked})
	if err != nil {
		panic(err) // values only
	}
	clear(k.next)
	k.next, k.bytes = k.next[:0], 0
	return Event{costsBatch, data}, true
}

func (k *costsKeeper) publish(bus *telemetry.Bus) {
	for _, path := range k.overrun {
		telemetry.Emit(bus, BudgetOverrun{Process: k.name, Path: path})
	}
	for _, a := range k.told {
		telemetry.Emit(bus, BudgetAlerted{Process: k.name, Alert: a})
	}
	k.overrun, k.told = nil, nil
}

func (k *costsKeeper) encode() []byte      { return nil }
func (k *costsKeeper) decode([]byte) error { return nil }
func (k *costsKeeper) since() int          { return 0 }
