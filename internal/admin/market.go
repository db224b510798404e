// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/money"
)

// The codes of a Problem about markets.
const (
	CodeNoMarket  = "no_market"       // the node runs no market
	CodeNoAuction = "unknown_auction" // no such auction
	CodeRules     = "bad_rules"       // no auction can be held by such rules
	CodeBid       = "bad_bid"         // not a bid
	CodeTooFast   = "too_fast"        // the bidder, or its party, bids faster than it may: the header Retry-After says when
	CodeRefused   = "refused"         // the auction or the ledger does not take it now
)

// MarketOptions are what the handlers of markets are made of.
type MarketOptions struct {
	// Exchange holds the auctions; nil if the node runs no market.
	Exchange *market.Exchange
	// Costs has what tasks have cost; nil if nobody keeps that.
	Costs *market.Costs
	// Currencies are those besides the ones that auctions are paid in: every other asset is counted in pieces.
	Currencies []money.Asset
	// Token and Body are those of [TaskOptions].
	Token string
	Body  int64
}

// AuctionView is what everybody may know of an auction.
type AuctionView struct {
	ID       string           `json:"id"`
	Kind     string           `json:"kind"`
	State    string           `json:"state"`
	Owner    string           `json:"owner"`
	Reverse  bool             `json:"reverse,omitempty"` // a procurement
	Currency string           `json:"currency"`
	Goods    []string         `json:"goods"`
	Units    int64            `json:"units"`
	Reserve  string           `json:"reserve,omitempty"`  // while it is not hidden
	Price    string           `json:"price,omitempty"`    // that stands, or of the clock
	Minimum  string           `json:"minimum,omitempty"`  // what the next bid has to reach
	Standing string           `json:"standing,omitempty"` // who has the best bid
	Bidders  int              `json:"bidders"`            // that ever bid
	Created  string           `json:"created,omitempty"`  // RFC 3339
	Closes   string           `json:"closes,omitempty"`   // RFC 3339
	Halted   string           `json:"halted,omitempty"`   // why the exchange has stopped it
	Outcome  *auction.Outcome `json:"outcome,omitempty"`
}

// AuctionAnswer is the answer about one auction.
type AuctionAnswer struct {
	Version int         `json:"version"` // of this format: 1
	Auction AuctionView `json:"auction"`
}

// AuctionsAnswer is a page of auctions.
type AuctionsAnswer struct {
	Version  int           `json:"version"` // of this format: 1
	Auctions []AuctionView `json:"auctions"`
	Total    int           `json:"total"`          // that were meant
	Next     string        `json:"next,omitempty"` // for ?after=
}

// NoticesAnswer is what bidders hear of an auction.
type NoticesAnswer struct {
	Version int             `json:"version"` // of this format: 1
	Notices []market.Notice `json:"notices"`
}

// marketViews serves them.
type marketViews struct{ o MarketOptions }

// Market serves the auctions and accounts of a node. Who may ask is said with the tasks: callers on this machine, and those with the token. A
// node without a market answers 404. What bids offer is in no answer before the decision, and nor is what is held for them.
//
//   - GET /v1/market: [MarketAnswer], the auctions that are not over, and who has how much.
//   - GET /v1/market/auctions: [AuctionsAnswer]; ?state=open,suspended, ?kind=K, ?owner=O, ?good=G, ?live=1, ?order=number|close|price, ?desc=1, ?limit=N
//     (default 100, at most 1000) and ?after=CURSOR choose among them.
//   - POST /v1/market/auctions: creates the auction of an auction.Spec, whose names are those of its fields, and answers [AuctionAnswer]; 409 if the id
//     is that of another one. It opens with ?open=1.
//   - GET /v1/market/auctions/{id}: [AuctionAnswer]; 404 if there is none.
//   - GET /v1/market/auctions/{id}/notices: [NoticesAnswer], what bidders hear; ?after=SEQ those behind one.
//   - POST /v1/market/auctions/{id}/bids: places the bid of a [BidOrder] and answers [BidAnswer]. The header Idempotency-Key, or the key of the
//     body, makes the repetition of a request a success. 429 where the bidder bids faster than it may.
//   - POST /v1/market/auctions/{id}/open, /suspend, /resume and /cancel: what an operator does, with the reason of an [AuctionOrder]; [AuctionAnswer].
func Market(o MarketOptions) http.Handler {
	if o.Body <= 0 {
		o.Body = 1 << 20
	}
	v := &marketViews{o}
	guard := &tasks{o: TaskOptions{Token: o.Token, Wait: 10 * time.Second}}
	mux := http.NewServeMux()
	for pattern, serve := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /v1/market":                        v.all,
		"GET /v1/market/auctions":               v.list,
		"POST /v1/market/auctions":              v.create,
		"GET /v1/market/auctions/{id}":          v.show,
		"GET /v1/market/auctions/{id}/notices":  v.notices,
		"POST /v1/market/auctions/{id}/bids":    v.bid,
		"POST /v1/market/auctions/{id}/open":    v.open,
		"POST /v1/market/auctions/{id}/suspend": v.suspend,
		"POST /v1/market/auctions/{id}/resume":  v.resume,
		"POST /v1/market/auctions/{id}/cancel":  v.cancel,
	} {
		mux.HandleFunc(pattern, guard.guarded(guard.bounded(func(w http.ResponseWriter, r *http.Request) error {
			if v.o.Exchange == nil {
				return refuse(http.StatusNotFound, CodeNoMarket, "the node runs no market: its config has no section market")
			}
			err := serve(w, r)
			var fast *integrity.LimitedError
			if errors.As(err, &fast) {
				w.Header().Set("Retry-After", strconv.FormatInt(int64(math.Ceil(fast.After.Seconds())), 10))
			}
			return marketProblem(err)
		})))
	}
	return mux
}

// WithMarket serves markets besides everything else.
func WithMarket(all, market http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", all)
	mux.Handle("/v1/market", market)
	mux.Handle("/v1/market/", market)
	return mux
}

// marketProblem gives the errors of markets their status.
func marketProblem(err error) error {
	if err == nil {
		return nil
	}
	var known *Problem
	if errors.As(err, &known) {
		return err
	}
	status, code := 0, CodeRefused
	switch c := fault.CodeOf(err); {
	case errors.Is(err, market.ErrUnknownAuction):
		status, code = http.StatusNotFound, CodeNoAuction
	case errors.Is(err, market.ErrUnavailable):
		status, code = http.StatusServiceUnavailable, CodeUnavailable
	case errors.Is(err, auction.ErrInvalidSpec):
		status, code = http.StatusBadRequest, CodeRules
	case errors.Is(err, market.ErrCursor):
		status, code = http.StatusBadRequest, CodeBody
	case errors.Is(err, auction.ErrIdempotencyConflict):
		status, code = http.StatusConflict, CodeConflict
	case errors.Is(err, auction.ErrUnauthorized), errors.Is(err, auction.ErrSellerBid), errors.Is(err, auction.ErrRelatedParty):
		status, code = http.StatusForbidden, CodeForbidden
	case errors.Is(err, integrity.ErrRateLimited):
		status, code = http.StatusTooManyRequests, CodeTooFast
	case c >= 1000 && c < 2000:
		status, code = http.StatusBadRequest, CodeBid
	case c >= 4000 && c < 5000:
		status = http.StatusConflict
	case c >= 6000 && c < 7000:
		status, code = http.StatusTooManyRequests, CodeFull
	default:
		return err
	}
	p := refuse(status, code, "%v", err)
	p.cause = err
	return p
}

// stamp writes a time, if there is one.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func some(a money.Amount) string {
	if a == 0 {
		return ""
	}
	return money.Format(a)
}

func auctionView(a market.Auction) AuctionView {
	v := AuctionView{
		ID: a.Spec.ID, Kind: string(a.View.Kind), State: a.View.State.String(), Owner: a.Spec.Owner, Reverse: a.Spec.Reverse, Currency: string(a.Spec.Currency),
		Units: max(a.Spec.Units, 1), Reserve: some(a.View.Reserve), Price: some(a.View.Price), Minimum: some(a.View.Minimum), Standing: market.AgentOf(a.View.Standing),
		Bidders: a.View.Bidders, Created: stamp(a.Created), Closes: stamp(a.View.CloseAt), Halted: a.Halted, Outcome: byAgents(a.View.Outcome),
	}
	if v.Kind == "" {
		v.Kind = string(auction.English)
	}
	for _, g := range a.Spec.Goods {
		v.Goods = append(v.Goods, string(g))
	}
	return v
}

// byAgents is an outcome with the agents whose bids have won.
func byAgents(o *auction.Outcome) *auction.Outcome {
	if o == nil {
		return nil
	}
	shown := *o
	shown.Awards = slices.Clone(o.Awards)
	for i := range shown.Awards {
		shown.Awards[i].Bidder = market.AgentOf(shown.Awards[i].Bidder)
	}
	return &shown
}

func (v *marketViews) list(w http.ResponseWriter, r *http.Request) error {
	f, err := auctionFilter(r.URL.Query())
	if err != nil {
		return err
	}
	page, err := v.o.Exchange.List(f)
	if err != nil {
		return err
	}
	a := AuctionsAnswer{Version: 1, Total: page.Total, Next: page.Next, Auctions: []AuctionView{}}
	for _, one := range page.Auctions {
		a.Auctions = append(a.Auctions, auctionView(one))
	}
	answerWith(w, http.StatusOK, a)
	return nil
}

// auctionFilter reads the parameters of a list. Each that is unknown or cannot be read is refused.
func auctionFilter(q url.Values) (f market.Filter, err error) {
	bad := func(key string, want string) error {
		return refuse(http.StatusBadRequest, CodeBody, "%s=%.60q: want %s", key, q.Get(key), want)
	}
	for key := range q {
		if !slices.Contains([]string{"state", "kind", "owner", "good", "live", "order", "desc", "limit", "after"}, key) {
			return f, refuse(http.StatusBadRequest, CodeBody, "unknown parameter %.60q", key)
		}
	}
	for _, name := range strings.FieldsFunc(q.Get("state"), func(c rune) bool { return c == ',' }) {
		found := false
		for s := auction.Draft; s <= auction.Failed; s++ {
			if strings.ReplaceAll(s.String(), " ", "_") == strings.ReplaceAll(name, " ", "_") {
				f.States, found = append(f.States, s), true
			}
		}
		if !found {
			return f, bad("state", "states such as open,settled")
		}
	}
	if k := q.Get("kind"); k != "" {
		f.Kinds = []auction.Kind{auction.Kind(k)}
	}
	f.Owner, f.Good, f.After = q.Get("owner"), money.Asset(q.Get("good")), q.Get("after")
	f.Live, f.Descending = q.Get("live") == "1", q.Get("desc") == "1"
	orders := map[string]market.Order{"": market.ByNumber, "number": market.ByNumber, "close": market.ByClose, "price": market.ByPrice}
	order, ok := orders[q.Get("order")]
	if !ok {
		return f, bad("order", "number, close or price")
	}
	f.Order = order
	if text := q.Get("limit"); text != "" {
		if f.Limit, err = strconv.Atoi(text); err != nil || f.Limit < 1 || f.Limit > 1000 {
			return f, bad("limit", "1 to 1000")
		}
	}
	return f, nil
}

func (v *marketViews) answer(w http.ResponseWriter, r *http.Request, id string) error {
	a, err := v.o.Exchange.Get(r.Context(), id)
	if err != nil {
		return err
	}
	answerWith(w, http.StatusOK, AuctionAnswer{1, auctionView(a)})
	return nil
}

func (v *marketViews) show(w http.ResponseWriter, r *http.Request) error {
	return v.answer(w, r, r.PathValue("id"))
}

func (v *marketViews) notices(w http.ResponseWriter, r *http.Request) error {
	after := uint64(0)
	if text := r.URL.Query().Get("after"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return refuse(http.StatusBadRequest, CodeBody, "after=%.60q: want the number of a notice", text)
		}
		after = n
	}
	all, err := v.o.Exchange.Notices(r.Context(), r.PathValue("id"), after)
	if err != nil {
		return err
	}
	if all == nil {
		all = []market.Notice{}
	}
	for i := range all {
		all[i].Bidder = market.AgentOf(all[i].Bidder)
	}
	answerWith(w, http.StatusOK, NoticesAnswer{1, all})
	return nil
}

// strictly reads the body of a request: one JSON value, of known fields.
func (v *marketViews) strictly(w http.ResponseWriter, r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, v.o.Body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	if err == nil && d.More() {
		err = fmt.Errorf("more than one value")
	}
	if err != nil {
		return refuse(http.StatusBadRequest, CodeBody, "the body cannot be read: %v", err)
	}
	return nil
}
