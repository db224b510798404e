// SPDX-License-Identifier: Apache-2.0

package market

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"

	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/predict"
	"mabeam.dev/telemetry"
)

// predictionBatch is the type of the events of a prediction market.
const predictionBatch = "market.prediction.batch"

// predictionAct is what a command asks for.
type predictionAct uint8

const (
	actFund predictionAct = iota + 1
	actTrade
	actShut
	actPropose
	actDispute
	actResolve
	actVoid
	actConfirm // by the clock
	actPause   // without a key: no trade from now on, or with 0 shares trade again
)

// predictionCommand is what a market is told.
type predictionCommand struct {
	Act     predictionAct `json:"act"`
	Key     string        `json:"key,omitempty"` // none of what the clock did
	Owner   string        `json:"owner,omitempty"`
	Outcome int           `json:"outcome,omitempty"`
	Shares  money.Amount  `json:"shares,omitempty"`
	Limit   money.Amount  `json:"limit,omitempty"`
	Hold    string        `json:"hold,omitempty"`
	Held    money.Amount  `json:"held,omitempty"`

	asks func(*predict.Market) (predictionAnswer, error) // a question instead; pure
}

func (c *predictionCommand) digest() (d [16]byte) {
	b := make([]byte, 0, 64)
	for _, v := range [...]uint64{uint64(c.Act), uint64(c.Outcome), uint64(c.Shares), uint64(c.Limit)} {
		b = binary.AppendUvarint(b, v)
	}
	sum := sha256.Sum256(append(b, c.Owner...))
	copy(d[:], sum[:])
	return d
}

type predictionAnswer struct {
	done    Predicted
	holding []money.Amount
	quote   money.Amount
}

// predictionRules are what a market is begun with.
type predictionRules struct {
	Spec     predict.Spec `json:"spec"`
	Currency money.Asset  `json:"currency"`
	Maker    string       `json:"maker"`
	Oracle   string       `json:"oracle"`
	Judge    string       `json:"judge"`
	Keys     int          `json:"keys"`
}

// predictionStep is a command with what it did. Charges and payouts are written down, since logarithms differ in their last digit between
// machines.
type predictionStep struct {
	Command predictionCommand `json:"command"`
	Event   *predict.Event    `json:"event,omitempty"` // none of the funding
	Pays    []predict.Payout  `json:"pays,omitempty"`  // of the last one
	Rest    money.Amount      `json:"rest,omitempty"`
}

// predictionEvent is what one append holds.
type predictionEvent struct {
	Begin *predictionRules `json:"begin,omitempty"` // of the first one
	Steps []predictionStep `json:"steps"`
}

// predictionKeeper is the state of a market's process: the fold of its steps.
type predictionKeeper struct {
	name, ref string
	begun     predictionRules // of the options; the first event has those that count
	seen      *atomic.Pointer[PredictionView]

	rules   predictionRules
	market  *predict.Market
	funded  bool
	braked  bool
	at      int64
	batches uint64
	trades  uint64
	keys    keyring[Predicted]
	next    []predictionStep
	moved   []ledger.Transaction
	hasTook bool
	was     predict.State // when it was published
	told    bool          // that it was funded then
	taken   int           // steps since the last snapshot
}

func (k *predictionKeeper) reset() {
	if err := k.begin(k.begun); err != nil {
		panic(err) // the rules were validated with the options
	}
}

func (k *predictionKeeper) begin(rules predictionRules) error {
	m, err := predict.New(rules.Spec)
	if err != nil {
		return err
	}
	*k = predictionKeeper{name: k.name, ref: k.ref, begun: k.begun, seen: k.seen, rules: rules, market: m, keys: newKeyring[Predicted](rules.Keys)}
	return nil
}

// need is the subsidy, or the limit of what is bought.
func (k *predictionKeeper) need(c predictionCommand) (ledger.Hold, error) {
	switch {
	case c.asks != nil || c.Act == actPause:
	case c.Key == "" || len(c.Key) > 200:
		return ledger.Hold{}, &PredictionError{k.name, "Key", "is not of 1 to 200 bytes"}
	case k.keys.has(c.Key):
	case c.Act == actFund && !k.funded:
		return ledger.Hold{Owner: k.rules.Maker, Asset: k.rules.Currency, Amount: k.rules.Spec.Subsidy()}, nil
	case c.Act == actTrade && c.Shares > 0 && k.funded && !k.braked && k.market.State() == predict.Open:
		cost, err := k.market.Quote(c.Outcome, c.Shares)
		if err != nil {
			return ledger.Hold{}, err
		}
		if c.Limit <= 0 {
			return ledger.Hold{}, fmt.Errorf("market: prediction %q: cost %v, limit %v: %w", k.name, cost, c.Limit, predict.ErrPrice)
		}
		return ledger.Hold{Owner: c.Owner, Asset: k.rules.Currency, Amount: c.Limit}, nil
	}
	return ledger.Hold{}, nil
}

func (k *predictionKeeper) with(c predictionCommand, h ledger.Hold) predictionCommand {
	c.Hold, c.Held = h.ID, h.Amount
	return c
}

func (k *predictionKeeper) took() bool { return k.hasTook }

func (k *predictionKeeper) do(now time.Time, c predictionCommand) (predictionAnswer, error) {
	k.hasTook = false
	if c.asks != nil {
		return c.asks(k.market)
	}
	if c.Act == actPause {
		if k.braked == (c.Shares != 0) {
			return predictionAnswer{done: Predicted{State: k.market.State(), Duplicate: true}}, nil
		}
		return predictionAnswer{done: k.take(predictionStep{Command: c})}, nil
	}
	if was, ok, err := k.keys.find(c.Key, c.digest()); ok || err != nil {
		was.Duplicate = true
		if err != nil {
			return predictionAnswer{}, fmt.Errorf("market: prediction %q: key %.64q: %w", k.name, c.Key, err)
		}
		return predictionAnswer{done: was}, nil
	}
	if k.braked && c.Act == actTrade {
		return predictionAnswer{}, fmt.Errorf("market: prediction %q: %w", k.name, ErrHalted)
	}
	if !k.funded && c.Act != actFund {
		return predictionAnswer{}, fmt.Errorf("market: prediction %q: %w", k.name, ErrNotFunded)
	}
	if err := k.allowed(&c); err != nil {
		return predictionAnswer{}, err
	}
	if c.Hold == "" && (c.Act == actFund && !k.funded || c.Act == actTrade && c.Shares > 0 && k.market.State() == predict.Open) {
		return predictionAnswer{}, errAgain // it was funded or opened in this batch
	}
	s, err := k.step(now, c)
	if err != nil {
		return predictionAnswer{}, err
	}
	k.hasTook = c.Hold != ""
	return predictionAnswer{done: k.take(s)}, nil
}

// allowed refuses a step that somebody else has to take.
func (k *predictionKeeper) allowed(c *predictionCommand) error {
	ok := true
	switch c.Act {
	case actShut:
		ok = c.Owner == k.rules.Maker
	case actPropose:
		ok = c.Owner == k.rules.Oracle
	case actResolve, actVoid:
		ok = c.Owner == k.rules.Judge
	case actDispute:
		ok = false
		for _, shares := range k.market.Holding(c.Owner) {
			ok = ok || shares > 0
		}
	}
	if !ok {
		return fmt.Errorf("market: prediction %q: by %q: %w", k.name, c.Owner, ErrNotAllowed)
	}
	return nil
}

// step lets a command happen. An error changes nothing.
func (k *predictionKeeper) step(now time.Time, c predictionCommand) (predictionStep, error) {
	at := max(k.at, now.UnixNano())
	s := predictionStep{Command: c}
	var e predict.Event
	var err error
	switch c.Act {
	case actFund:
		if k.funded {
			return s, &predict.StateError{Have: k.market.State(), Command: "fund"}
		}
		return s, nil
	case actTrade:
		e, err = k.market.Trade(at, c.Owner, c.Outcome, c.Shares, c.Limit)
	case actShut:
		e, err = k.market.Shut(at)
	case actPropose:
		e, err = k.market.Propose(at, c.Outcome)
	case actDispute:
		e, err = k.market.Dispute(at)
	case actConfirm:
		e, err = k.market.Confirm(at)
	case actResolve:
		e, err = k.market.Resolve(at, c.Outcome)
	case actVoid:
		e, err = k.market.Cancel(at)
	default:
		err = &PredictionError{k.name, "Act", "is none"}
	}
	if err != nil {
		return s, err
	}
	s.Event, k.at = &e, at // what is refused leaves no trace
	if e.State == predict.Resolved || e.State == predict.Void {
		if s.Pays, s.Rest, err = k.market.Settle(); err != nil {
			panic(err) // the market is at its end, and all of its money is an amount
		}
	}
	return s, nil
}

// take notes a step that has happened, for the next batch and for who repeats it.
func (k *predictionKeeper) take(s predictionStep) Predicted {
	p := k.note(&s)
	k.next = append(k.next, s)
	return p
}

func (k *predictionKeeper) note(s *predictionStep) Predicted {
	p := Predicted{State: k.market.State()}
	switch s.Command.Act {
	case actFund:
		k.funded = true
	case actPause:
		k.braked = s.Command.Shares != 0
	case actTrade:
		k.trades++
		p.Shares, p.Paid = s.Event.Shares, s.Event.Paid
	}
	if s.Command.Key != "" {
		k.keys.remember(s.Command.Key, s.Command.digest(), p)
	}
	return p
}

// tick closes the market, and lets a proposal stand, when it is time.
func (k *predictionKeeper) tick(now time.Time) {
	spec := k.rules.Spec
	if !k.funded {
		return
	}
	at := max(k.at, now.UnixNano())
	act := predictionAct(0)
	switch until, proposed := k.market.Until(); {
	case k.market.State() == predict.Open && spec.Close != 0 && at >= spec.Close:
		act = actShut
	case proposed && at >= until:
		act = actConfirm
	default:
		return
	}
	if s, err := k.step(now, predictionCommand{Act: act}); err == nil {
		k.take(s)
	}
}

func (k *predictionKeeper) replay(ev Event) error {
	if ev.Type != predictionBatch {
		return fmt.Errorf("market: event %q is none of a prediction market", ev.Type)
	}
	var e predictionEvent
	if err := json.Unmarshal(ev.Data, &e); err != nil {
		return fmt.Errorf("market: decode prediction: %w", err)
	}
	if e.Begin != nil {
		if err := k.begin(*e.Begin); err != nil {
			return err
		}
	}
	for i := range e.Steps {
		if s := &e.Steps[i]; s.Event != nil {
			if s.Event.Outcome < 0 || s.Event.Outcome >= len(k.rules.Spec.Outcomes) {
				return fmt.Errorf("market: replay prediction: outcome %d", s.Event.Outcome)
			}
			k.market.Apply(*s.Event)
			k.at = max(k.at, s.Event.At)
		}
		k.note(&e.Steps[i])
	}
	k.taken += len(e.Steps)
	k.settle(e.Steps)
	return nil
}

func (k *predictionKeeper) size() int { return 0 } // a batch of commands is never too large for one append

func (k *predictionKeeper) batch(time.Time) (Event, bool) {
	if len(k.next) == 0 {
		return Event{}, false
	}
	e := predictionEvent{Steps: k.next}
	if k.batches == 0 {
		e.Begin = &k.rules
	}
	data, err := json.Marshal(e)
	if err != nil {
		panic(err) // texts and numbers only
	}
	k.taken += len(k.next)
	k.settle(k.next)
	k.next = nil
	return Event{predictionBatch, data}, true
}

func (k *predictionKeeper) publish(bus *telemetry.Bus) {
	v := &PredictionView{
		Name: k.name, State: k.market.State(), Funded: k.funded, Halted: k.braked, Outcomes: k.rules.Spec.Outcomes,
		Taken: k.market.Taken(), Trades: k.trades, Outcome: -1,
	}
	for i := range v.Outcomes {
		v.Prices, v.Sold = append(v.Prices, k.market.Price(i)), append(v.Sold, k.market.Sold(i))
	}
	if o, ok := k.market.Outcome(); ok {
		v.Outcome = o
	}
	if until, ok := k.market.Until(); ok {
		v.Until = time.Unix(0, until).UTC()
	}
	k.seen.Store(v)
	if v.State != k.was || v.Funded != k.told {
		telemetry.Emit(bus, PredictionMoved{Market: k.name, State: v.State, Outcome: v.Outcome})
	}
	k.was, k.told = v.State, v.Funded
}

func (k *predictionKeeper) settlement() []ledger.Transaction { return k.moved }

// holds are none: what is set aside is paid or given back with its batch.
func (k *predictionKeeper) holds() map[string]ledger.Hold { return nil }
