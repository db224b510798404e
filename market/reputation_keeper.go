// SPDX-License-Identifier: Apache-2.0

package market

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/market/reputation"
	"mabeam.dev/telemetry"
)

// reputationBatch is the type of the events of a tracker.
const reputationBatch = "market.reputation.batch"

// ReputationChanged is the event: settled evidence has changed what is known of an agent.
type ReputationChanged struct {
	// Process is the tracker.
	Process string
	// Agent is whom it is about.
	Agent reputation.Agent
	// Cause is what the evidence cites.
	Cause string
	// Dimension is that of the evidence.
	Dimension reputation.Dimension
	// Outcome is that of the evidence, from 0 to 1.
	Outcome float64
	// Weight is what it counts for.
	Weight float64
}

// EventName returns "market.reputation_changed".
func (ReputationChanged) EventName() string { return "market.reputation_changed" }

// note is a rating beside what was measured, for the credibility of the rater.
type note struct {
	Rating  float64 `json:"rating"`
	Outcome float64 `json:"outcome"`
}

// reputationItem is evidence, with what its agent said of the other side.
type reputationItem struct {
	Evidence reputation.Evidence `json:"evidence"`
	Note     *note               `json:"note,omitempty"`
}

// reputationEvent is what one append holds, in order.
type reputationEvent struct {
	Items []reputationItem `json:"items"`
}

// reputationCommand records evidence, or asks something.
type reputationCommand struct {
	record []reputationItem
	ask    func(*reputation.Book) reputationAnswer // pure
}

type reputationAnswer struct {
	places  []reputation.Place
	entries []reputation.Entry
}

// reputationKeeper is the state of a tracker.
type reputationKeeper struct {
	name    string
	rules   reputation.Rules
	seen    *standings
	book    *reputation.Book
	raters  reputation.Raters
	next    []reputationItem // of the next batch
	changed []ReputationChanged
	fresh   bool // everything is to be published
}

func (k *reputationKeeper) reset() {
	book, err := reputation.New(k.rules)
	if err != nil {
		panic(err) // they were validated with the options
	}
	*k = reputationKeeper{name: k.name, rules: k.rules, seen: k.seen, book: book, fresh: true}
}

// take folds one item in.
func (k *reputationKeeper) take(i reputationItem) (reputation.Change, error) {
	c, err := k.book.Record(i.Evidence)
	if err == nil && c.Verdict == reputation.Counted && i.Note != nil {
		k.raters.Observe(i.Evidence.Agent, i.Note.Rating, i.Note.Outcome)
	}
	return c, err
}

func (k *reputationKeeper) replay(ev Event) error {
	if ev.Type != reputationBatch {
		return fmt.Errorf("market: event %q is none of reputation", ev.Type)
	}
	var e reputationEvent
	if err := json.Unmarshal(ev.Data, &e); err != nil {
		return fmt.Errorf("market: decode reputation: %w", err)
	}
	for _, i := range e.Items {
		// Other rules may remember less and pass old evidence over; nothing else can differ.
		if c, err := k.take(i); err != nil || c.Verdict == reputation.Known {
			return fmt.Errorf("market: replay reputation: %v: %w", c.Verdict, err)
		}
	}
	return nil
}

func (k *reputationKeeper) do(_ time.Time, c reputationCommand) (reputationAnswer, error) {
	if c.ask != nil {
		return c.ask(k.book), nil
	}
	var failed []error
	for _, i := range c.record {
		// The journal has times in UTC without a monotonic part; what is folded now and what is replayed must be the same.
		i.Evidence.At = i.Evidence.At.UTC().Round(0)
		change, err := k.take(i)
		failed = append(failed, err)
		if err == nil && change.Verdict == reputation.Counted {
			e := i.Evidence
			k.next = append(k.next, i)
			k.changed = append(k.changed, ReputationChanged{k.name, e.Agent, e.Cause, e.Dimension, e.Outcome, change.Weight})
		}
	}
	return reputationAnswer{}, errors.Join(failed...)
}

func (k *reputationKeeper) size() int { return 512 * len(k.next) } // about

func (k *reputationKeeper) batch(time.Time) (Event, bool) {
	if len(k.next) == 0 {
		return Event{}, false
	}
	data, err := json.Marshal(reputationEvent{k.next})
	if err != nil {
		panic(err) // values only, and all numbers were validated
	}
	k.next = nil
	return Event{reputationBatch, data}, true
}

func (k *reputationKeeper) publish(bus *telemetry.Bus) {
	if k.fresh {
		k.seen.replace(k.book, &k.raters)
	} else {
		k.seen.change(k.book, &k.raters, k.changed)
	}
	for _, e := range k.changed {
		telemetry.Emit(bus, e)
	}
	k.fresh, k.changed = false, nil
}

func (k *reputationKeeper) tick(time.Time)      {}
func (k *reputationKeeper) encode() []byte      { return nil }
func (k *reputationKeeper) decode([]byte) error { return nil }
func (k *reputationKeeper) since() int          { return 0 }
