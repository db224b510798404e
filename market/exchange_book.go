// SPDX-License-Identifier: Apache-2.0

package market

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/telemetry"
)

// exchangeBatch is the type of the events of an exchange.
const exchangeBatch = "market.exchange.batch"

// exchangeCommand is one of its fields.
type exchangeCommand struct {
	step *exchangeStep
	open bool // which auctions are not over?
}

type exchangeAnswer struct {
	row     *listed
	already bool
	open    []*listed
}

// exchangeStep is one change of what an exchange knows: its kind, the auction, and what the kind needs.
type exchangeStep struct {
	Kind   string        `json:"kind"`
	ID     string        `json:"id,omitempty"`
	Spec   *auction.Spec `json:"spec,omitempty"`
	View   *auction.View `json:"view,omitempty"`
	Reason string        `json:"reason,omitempty"`
	Owner  string        `json:"owner,omitempty"` // of a review
}

// The kinds of steps.
const (
	stepCreate = "create" // an auction by a spec
	stepEnd    = "end"    // an auction is over, and how
	stepHalt   = "halt"   // its auctioneer is not to be started any more
	stepResume = "resume" // it is to be
	stepRefund = "refund" // a halted one is going to be called off
	stepBrake  = "brake"  // no new auctions from now on; of no auction
	stepGo     = "go"     // there may be new ones
	stepReview = "review" // an owner is paid nothing from now on; of no auction
	stepClear  = "clear"  // it is paid again
)

// exchangeEvent is what one append holds.
type exchangeEvent struct {
	At    time.Time      `json:"at"`
	Steps []exchangeStep `json:"steps"`
}

// exchangeKeeper is the state of the process that knows all auctions.
type exchangeKeeper struct {
	x       *Exchange
	rows    map[string]*listed
	last    uint64   // number
	ended   []string // in the order of their ends, as many as are kept
	next    []exchangeStep
	bytes   int
	touched []string               // since the last publication
	told    []func(*telemetry.Bus) // events of the next publication
	whole   bool                   // everything is to be published
	taken   int                    // steps since the last snapshot
	braked  bool                   // there are no new auctions
	review  map[string]bool        // owners that are paid nothing
	asked   bool                   // that has changed since the last publication
}

func (k *exchangeKeeper) reset() {
	*k = exchangeKeeper{x: k.x, rows: map[string]*listed{}, review: map[string]bool{}, whole: true}
}

func (k *exchangeKeeper) replay(ev Event) error {
	if ev.Type != exchangeBatch {
		return fmt.Errorf("market: event %q is none of an exchange", ev.Type)
	}
	var e exchangeEvent
	if err := json.Unmarshal(ev.Data, &e); err != nil {
		return fmt.Errorf("market: decode exchange: %w", err)
	}
	for _, s := range e.Steps {
		if k.common(s) {
			continue
		}
		if s.Kind != stepCreate && k.rows[s.ID] == nil || s.Kind == stepCreate && s.Spec == nil || s.Kind == stepEnd && s.View == nil {
			return fmt.Errorf("market: replay exchange: %s of %.100q", s.Kind, s.ID)
		}
		k.apply(s, e.At)
	}
	k.taken += len(e.Steps)
	return nil
}

func (k *exchangeKeeper) do(now time.Time, c exchangeCommand) (exchangeAnswer, error) {
	if c.open {
		var open []*listed
		for _, r := range k.rows { // sorted below
			if r.end == nil && r.halted == "" && r.runs != nil {
				open = append(open, r)
			}
		}
		slices.SortFunc(open, byNumber)
		return exchangeAnswer{open: open}, nil
	}
	s := *c.step
	already, err := k.judge(&s)
	if err != nil {
		return exchangeAnswer{}, err
	}
	if !already {
		k.apply(s, now.UTC())
		k.tell(s, now)
		k.next = append(k.next, s)
		k.bytes += 512 // about
		k.taken++
	}
	return exchangeAnswer{row: k.rows[s.ID], already: already}, nil
}

// judge refuses a step that cannot be; already says that there is nothing to be done.
func (k *exchangeKeeper) judge(s *exchangeStep) (already bool, err error) {
	switch s.Kind {
	case stepCreate:
		return k.creates(s)
	case stepBrake, stepGo:
		return k.braked == (s.Kind == stepBrake), nil
	case stepReview, stepClear:
		return k.review[s.Owner] == (s.Kind == stepReview), nil
	}
	r := k.rows[s.ID]
	misfit := func(want ...auction.State) error {
		return fmt.Errorf("market: %s auction %.100q: %w", s.Kind, s.ID, &auction.StateError{Have: r.view().State, Want: want, Event: s.Kind})
	}
	switch {
	case r == nil:
		return false, fmt.Errorf("market: %s auction %.100q: %w", s.Kind, s.ID, ErrUnknownAuction)
	case s.Kind == stepEnd:
		return r.end != nil, nil
	case r.end != nil:
		return false, misfit()
	case s.Kind == stepHalt:
		return r.halted != "", nil
	case r.halted == "" || s.Kind == stepResume && r.refund != "":
		return false, misfit(auction.Suspended)
	case s.Kind == stepRefund:
		return r.refund != "", nil
	}
	return false, nil
}

// handed begins the ids that are handed out: nobody may choose such a one.
const handed = "auction-"

// creates gives an auction its id, and tells a repetition from another spec under the same id.
func (k *exchangeKeeper) creates(s *exchangeStep) (already bool, err error) {
	spec := *s.Spec
	if spec.ID == "" {
		spec.ID = handed + strconv.FormatUint(k.last+1, 10)
	}
	chosen := s.Spec.ID != ""
	s.Spec, s.ID = &spec, spec.ID
	if was := k.rows[spec.ID]; was != nil {
		if !sameSpec(was.spec, spec) {
			return false, fmt.Errorf("market: create auction %.100q: %w", spec.ID, auction.ErrIdempotencyConflict)
		}
		return true, nil
	}
	switch {
	case k.braked:
		err = ErrHalted
	case !ledger.Held("x", "auction/"+spec.ID).Valid():
		err = &auction.SpecError{Field: "id", Why: "not a name that the ledger takes"}
	case chosen && strings.HasPrefix(spec.ID, handed):
		err = &auction.SpecError{Field: "id", Why: "begins like those that are handed out"}
	default:
		_, _, err = k.x.auctioneer(spec)
	}
	if err != nil {
		return false, fmt.Errorf("market: create auction %.100q: %w", spec.ID, err)
	}
	return false, nil
}

// sameSpec reports whether two specs are the same rules, with what zero means filled in.
func sameSpec(a, b auction.Spec) bool {
	var text [2][]byte
	for i, s := range []auction.Spec{a, b} {
		m, err := auction.New(s)
		if err != nil {
			return false
		}
		s = m.Spec()
		s.StartAt = s.StartAt.UTC()
		if text[i], err = json.Marshal(s); err != nil {
			return false
		}
	}
	return bytes.Equal(text[0], text[1])
}

// common carries out a step that is about no auction, and reports whether it is one.
func (k *exchangeKeeper) common(s exchangeStep) bool {
	switch s.Kind {
	case stepBrake, stepGo:
		k.braked = s.Kind == stepBrake
	case stepReview:
		k.review[s.Owner], k.asked = true, true
	case stepClear:
		delete(k.review, s.Owner)
		k.asked = true
	default:
		return false
	}
	return true
}

// apply carries out a step that fits.
func (k *exchangeKeeper) apply(s exchangeStep, at time.Time) {
	if k.common(s) {
		return
	}
	k.touched = append(k.touched, s.ID)
	var r listed
	if was := k.rows[s.ID]; was != nil {
		r = *was
	}
	switch s.Kind {
	case stepCreate:
		k.last++
		r = listed{number: k.last, spec: *s.Spec, created: at}
		k.run(&r)
	case stepHalt:
		r.halted = s.Reason
	case stepResume:
		r.halted = ""
		k.run(&r)
	case stepRefund:
		r.refund = s.Reason
	case stepEnd:
		end := *s.View
		r.end, r.runs, r.halted, r.refund = &end, nil, "", ""
		k.ended = append(k.ended, s.ID)
	}
	k.rows[s.ID] = &r
	for len(k.ended) > k.x.o.Keep {
		delete(k.rows, k.ended[0])
		k.touched = append(k.touched, k.ended[0])
		k.ended = k.ended[1:]
	}
}

// tell prepares the event of a step, for when it is durable.
func (k *exchangeKeeper) tell(s exchangeStep, now time.Time) {
	r := k.rows[s.ID]
	if r == nil {
		return // over, and forgotten at once
	}
	about := AuctionOf{Exchange: k.x.o.Name, Auction: s.ID, Kind: r.spec.Kind}
	if about.Kind == "" {
		about.Kind = auction.English
	}
	switch s.Kind {
	case stepCreate:
		k.told = append(k.told, func(bus *telemetry.Bus) { telemetry.Emit(bus, AuctionCreated{about}) })
	case stepHalt:
		k.told = append(k.told, func(bus *telemetry.Bus) { telemetry.Emit(bus, AuctionHalted{about, s.Reason}) })
	case stepResume:
		k.told = append(k.told, func(bus *telemetry.Bus) { telemetry.Emit(bus, AuctionResumed{about}) })
	case stepEnd:
		e := AuctionEnded{AuctionOf: about, State: s.View.State}
		if r.log != nil {
			e.Settling, r.log = r.log.settling(now), nil // the row is not published yet
		}
		k.told = append(k.told, func(bus *telemetry.Bus) { telemetry.Emit(bus, e) })
	}
}

// run gives an auction the handle of its process: the one that it has, if this is not the first incarnation. What cannot be run with the options
// of today is halted until they change.
func (k *exchangeKeeper) run(r *listed) {
	if was, err := k.x.index.find(r.spec.ID); err == nil && was.runs != nil {
		r.runs, r.log = was.runs, was.log
		return
	}
	a, log, err := k.x.auctioneer(r.spec)
	if err != nil {
		r.halted = err.Error()
		return
	}
	r.runs, r.log = a, log
}

func (k *exchangeKeeper) size() int { return k.bytes }

func (k *exchangeKeeper) batch(now time.Time) (Event, bool) {
	if len(k.next) == 0 {
		return Event{}, false
	}
	data, err := json.Marshal(exchangeEvent{now.UTC(), k.next})
	if err != nil {
		panic(err) // values only
	}
	k.next, k.bytes = nil, 0
	return Event{exchangeBatch, data}, true
}

func (k *exchangeKeeper) tick(time.Time) {}

func (k *exchangeKeeper) publish(bus *telemetry.Bus) {
	if k.whole {
		k.x.index.replace(k.rows)
	} else {
		k.x.index.change(k.touched, k.rows)
	}
	if k.whole || k.asked {
		k.let()
	}
	k.whole, k.asked, k.touched = false, false, nil
	for _, tell := range k.told {
		tell(bus)
	}
	k.told = nil
}

// exchangeState is a snapshot.
type exchangeState struct {
	Last   uint64        `json:"last"`
	Braked bool          `json:"braked,omitempty"`
	Review []string      `json:"review,omitempty"`
	Rows   []exchangeRow `json:"rows"`
	Ended  []string      `json:"ended"`
}

type exchangeRow struct {
	Number  uint64        `json:"number"`
	Spec    auction.Spec  `json:"spec"`
	Created time.Time     `json:"created"`
	Halted  string        `json:"halted,omitempty"`
	Refund  string        `json:"refund,omitempty"`
	End     *auction.View `json:"end,omitempty"`
}

func (k *exchangeKeeper) encode() []byte {
	s := exchangeState{Last: k.last, Braked: k.braked, Review: slices.Sorted(maps.Keys(k.review)), Ended: k.ended}
	for _, r := range k.rows { // sorted below
		s.Rows = append(s.Rows, exchangeRow{r.number, r.spec, r.created, r.halted, r.refund, r.end})
	}
	slices.SortFunc(s.Rows, func(a, b exchangeRow) int { return byNumber(&listed{number: a.Number}, &listed{number: b.Number}) })
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // values only
	}
	k.taken = 0
	return data
}

func (k *exchangeKeeper) decode(data []byte) error {
	var s exchangeState
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("market: decode exchange: %w", err)
	}
	k.reset()
	k.last, k.braked, k.ended = s.Last, s.Braked, s.Ended
	for _, who := range s.Review {
		k.review[who] = true
	}
	for _, row := range s.Rows {
		r := &listed{number: row.Number, spec: row.Spec, created: row.Created, halted: row.Halted, refund: row.Refund, end: row.End}
		if r.end == nil {
			k.run(r)
		}
		k.rows[r.spec.ID] = r
	}
	return nil
}

func (k *exchangeKeeper) since() int { return k.taken }
