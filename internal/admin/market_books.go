// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
)

// The codes of a Problem about books of orders.
const (
	CodeNoBook   = "unknown_book" // the node has no such book
	CodeOrder    = "bad_order"    // not an order
	CodeNotTaken = "not_taken"    // the book, or the ledger, does not take the order now
)

// BookViews is what the handlers of books are made of.
type BookViews struct {
	// Books, Predictions and Prices are the node's; none if its config has none.
	Books       []*market.Book
	Predictions []*market.Prediction
	Prices      *market.Prices
	// Now is the node's clock.
	Now func() time.Time
	// Token and Body are those of [TaskOptions].
	Token string
	Body  int64
}

// BookLevel is all that rests at one price.
type BookLevel struct {
	Price    string `json:"price"`
	Quantity int64  `json:"quantity"`
	Orders   int    `json:"orders"`
}

// BookTrade is one line of a tape.
type BookTrade struct {
	ID       orderbook.ID `json:"id"`
	At       string       `json:"at"` // RFC 3339
	Price    string       `json:"price"`
	Quantity int64        `json:"quantity"`
	Buyer    string       `json:"buyer"`
	Seller   string       `json:"seller"`
	Taker    string       `json:"taker"` // the side that came: buy or sell
}

// BookPrice is the price of what a book trades.
type BookPrice struct {
	Index   string `json:"index"` // every two counterparties have one vote
	VWAP    string `json:"vwap"`
	TWAP    string `json:"twap"`
	Low     string `json:"low,omitempty"` // of the interval of confidence
	High    string `json:"high,omitempty"`
	AsOf    string `json:"as_of"` // of the latest trade, RFC 3339
	Sales   int    `json:"sales"`
	Pairs   int    `json:"pairs"`            // of counterparties
	Stale   bool   `json:"stale,omitempty"`  // the latest trade is too old
	Missing bool   `json:"missed,omitempty"` // there were more trades than are remembered
}

// BookView is what everybody may know of a book.
type BookView struct {
	Book   string      `json:"book"`
	Base   string      `json:"base"`
	Quote  string      `json:"quote"`
	Phase  string      `json:"phase"` // open, closed or calling
	Last   string      `json:"last,omitempty"`
	Mid    string      `json:"mid,omitempty"`
	Trades uint64      `json:"trades"` // that there were
	Buy    []BookLevel `json:"buy"`    // the best first
	Sell   []BookLevel `json:"sell"`
	Price  *BookPrice  `json:"price,omitempty"` // nothing where nothing was traded
	Tape   []BookTrade `json:"tape"`            // behind the trade that was asked for, the earliest first
	Missed bool        `json:"missed,omitempty"`
}

// BookAnswer is the answer about one book.
type BookAnswer struct {
	Version int      `json:"version"` // of this format: 1
	Book    BookView `json:"book"`
}

// PredictionView is what everybody may know of a prediction market.
type PredictionView struct {
	Prediction string            `json:"prediction"`
	State      string            `json:"state"`
	Funded     bool              `json:"funded"`
	Halted     bool              `json:"halted,omitempty"` // nothing is traded for now
	Prices     map[string]string `json:"prices"`           // by outcome: what a share costs at the margin
	Taken      string            `json:"taken"`
	Trades     uint64            `json:"trades"`
	Outcome    string            `json:"outcome,omitempty"` // proposed or resolved
}

// BooksAnswer is the answer about all books and prediction markets, without tapes.
type BooksAnswer struct {
	Version     int              `json:"version"` // of this format: 1
	Books       []BookView       `json:"books"`
	Predictions []PredictionView `json:"predictions"`
}

// PlaceOrder is an order to a book, with amounts in units.
type PlaceOrder struct {
	Key      string `json:"key"`
	Owner    string `json:"owner"`
	Side     string `json:"side"`            // buy or sell
	Kind     string `json:"kind,omitempty"`  // limit, market, ioc, fok or post-only
	Price    string `json:"price,omitempty"` // of a piece
	Quantity int64  `json:"quantity"`        // pieces
	Funds    string `json:"funds,omitempty"` // the most that a market order to buy spends
	Stop     string `json:"stop,omitempty"`
}

// PlacedAnswer says what became of an order at once.
type PlacedAnswer struct {
	Version   int          `json:"version"` // of this format: 1
	Order     orderbook.ID `json:"order"`
	Filled    int64        `json:"filled"`
	Cost      string       `json:"cost"` // of what was filled, without fees
	Left      int64        `json:"left"` // rests, or waits for its stop
	Duplicate bool         `json:"duplicate,omitempty"`
}

// Books serves the books of orders and the prediction markets of a node. Who may ask is said with the tasks.
//
//   - GET /v1/market/books: [BooksAnswer]; ?levels=N of each side (default 1).
//   - GET /v1/market/books/{book}: [BookAnswer]; ?levels=N (default 10), and the tape behind ?after=TRADE, at most its latest ?limit=N (default 20).
//   - POST /v1/market/books/{book}/orders: places the order of a [PlaceOrder] and answers [PlacedAnswer]; the header Idempotency-Key, or the key of the
//     body, makes the repetition of a request a success. 400, 404, 409 and 503 where it is refused.
//   - DELETE /v1/market/books/{book}/orders/{order}: cancels an order of ?owner=O; ?key=K or Idempotency-Key as above; [PlacedAnswer].
func Books(o BookViews) http.Handler {
	if o.Body <= 0 {
		o.Body = 1 << 20
	}
	guard := &tasks{o: TaskOptions{Token: o.Token, Wait: 10 * time.Second}}
	mux := http.NewServeMux()
	for pattern, serve := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /v1/market/books":                           o.all,
		"GET /v1/market/books/{book}":                    o.show,
		"POST /v1/market/books/{book}/orders":            o.place,
		"DELETE /v1/market/books/{book}/orders/{number}": o.cancel,
	} {
		mux.HandleFunc(pattern, guard.guarded(guard.bounded(func(w http.ResponseWriter, r *http.Request) error { return bookProblem(serve(w, r)) })))
	}
	return mux
}

// WithBooks serves books besides everything else.
func WithBooks(all, books http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", all)
	mux.Handle("/v1/market/books", books)
	mux.Handle("/v1/market/books/", books)
	return mux
}

// bookProblem gives the errors of books their status.
func bookProblem(err error) error {
	if err == nil {
		return nil
	}
	var known *Problem
	if errors.As(err, &known) {
		return err
	}
	status, code := http.StatusConflict, CodeNotTaken
	switch c := fault.CodeOf(err); {
	case errors.Is(err, market.ErrUnavailable):
		status, code = http.StatusServiceUnavailable, CodeUnavailable
	case errors.Is(err, orderbook.ErrUnknownOrder):
		status = http.StatusNotFound
	case errors.Is(err, ledger.ErrInvalidTransaction) || c >= 1000 && c < 2000:
		status, code = http.StatusBadRequest, CodeOrder
	case c == 0:
		return err
	}
	p := refuse(status, code, "%v", err)
	p.cause = err
	return p
}

// bookNumber reads a parameter of 0 or more.
func bookNumber(r *http.Request, name string, without int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return without, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, refuse(http.StatusBadRequest, CodeBody, "%s %q: want a number of 0 or more", name, text)
	}
	return n, nil
}

func (o BookViews) all(w http.ResponseWriter, r *http.Request) error {
	levels, err := bookNumber(r, "levels", 1)
	if err != nil {
		return err
	}
	a := BooksAnswer{Version: 1, Books: []BookView{}, Predictions: []PredictionView{}}
	for _, b := range o.Books {
		v, err := o.view(b, levels)
		if err != nil {
			return err
		}
		a.Books = append(a.Books, v)
	}
	for _, p := range o.Predictions {
		v, err := p.View()
		if err != nil {
			return err
		}
		out := PredictionView{Prediction: v.Name, State: v.State.String(), Funded: v.Funded, Halted: v.Halted, Prices: map[string]string{}, Taken: money.Format(v.Taken), Trades: v.Trades}
		for i, name := range v.Outcomes {
			out.Prices[name] = money.Format(v.Prices[i])
		}
		if v.Outcome >= 0 {
			out.Outcome = v.Outcomes[v.Outcome]
		}
		a.Predictions = append(a.Predictions, out)
	}
	answer(w, a)
	return nil
}

// find returns the book that a request names.
func (o BookViews) find(r *http.Request) (*market.Book, error) {
	name := r.PathValue("book")
	for _, b := range o.Books {
		if b.Name() == name {
			return b, nil
		}
	}
	return nil, refuse(http.StatusNotFound, CodeNoBook, "the node has no book %q", name)
}

func (o BookViews) view(b *market.Book, levels int) (BookView, error) {
	v, err := b.View()
	if err != nil {
		return BookView{}, err
	}
	out := BookView{
		Book: v.Name, Base: string(v.Base), Quote: string(v.Quote), Phase: v.Phase.String(), Trades: uint64(v.Trades),
		Buy: bookLevels(v.Buy, levels), Sell: bookLevels(v.Sell, levels), Tape: []BookTrade{},
	}
	if v.Last > 0 {
		out.Last = money.Format(v.Last)
	}
	if v.Mid > 0 {
		out.Mid = money.Format(v.Mid)
	}
	if o.Prices == nil {
		return out, nil
	}
	p, err := o.Prices.Price(v.Base, v.Quote, o.Now())
	if err == nil || errors.Is(err, market.ErrStalePrice) {
		out.Price = &BookPrice{
			Index: money.Format(p.Index), VWAP: money.Format(p.VWAP), TWAP: money.Format(p.TWAP), AsOf: bookTime(p.AsOf),
			Sales: p.Sales, Pairs: p.Pairs, Stale: err != nil, Missing: p.Missed,
		}
		if p.Certain {
			out.Price.Low, out.Price.High = money.Format(p.Low), money.Format(p.High)
		}
	}
	return out, nil
}

func bookTime(at int64) string { return time.Unix(0, at).UTC().Format(time.RFC3339Nano) }

func bookLevels(all []orderbook.Level, n int) []BookLevel {
	out := []BookLevel{}
	for _, l := range all[:min(n, len(all))] {
		out = append(out, BookLevel{money.Format(l.Price), l.Quantity, l.Orders})
	}
	return out
}

func (o BookViews) show(w http.ResponseWriter, r *http.Request) error {
	b, err := o.find(r)
	if err != nil {
		return err
	}
	levels, err := bookNumber(r, "levels", 10)
	if err != nil {
		return err
	}
	after, err := bookNumber(r, "after", 0)
	if err != nil {
		return err
	}
	limit, err := bookNumber(r, "limit", 20)
	if err != nil {
		return err
	}
	v, err := o.view(b, levels)
	if err != nil {
		return err
	}
	tape, missed, err := b.Trades(orderbook.ID(after))
	if err != nil {
		return err
	}
	v.Missed = missed || len(tape) > limit
	for _, t := range tape[max(0, len(tape)-limit):] {
		v.Tape = append(v.Tape, BookTrade{t.ID, bookTime(t.At), money.Format(t.Price), t.Quantity, t.Buyer, t.Seller, t.Taker.String()})
	}
	answer(w, BookAnswer{1, v})
	return nil
}

// order reads the words and amounts of an order.
func (p PlaceOrder) order() (market.BookOrder, error) {
	o := market.BookOrder{Key: p.Key, Owner: p.Owner, Quantity: p.Quantity}
	var all []error
	switch p.Side {
	case "buy":
	case "sell":
		o.Side = orderbook.Sell
	default:
		all = append(all, fmt.Errorf("side %q: want buy or sell", p.Side))
	}
	found := p.Kind == ""
	for k := orderbook.Limit; k <= orderbook.PostOnly; k++ {
		if k.String() == p.Kind {
			o.Kind, found = k, true
		}
	}
	if !found {
		all = append(all, fmt.Errorf("kind %q: want limit, market, ioc, fok or post-only", p.Kind))
	}
	for _, a := range []struct {
		name, text string
		to         *money.Amount
	}{{"price", p.Price, &o.Price}, {"funds", p.Funds, &o.Funds}, {"stop", p.Stop, &o.Stop}} {
		if a.text == "" {
			continue
		}
		v, err := money.Parse(a.text)
		if err != nil {
			all = append(all, fmt.Errorf("%s: %w", a.name, err))
		}
		*a.to = v
	}
	if err := errors.Join(all...); err != nil {
		p := refuse(http.StatusBadRequest, CodeOrder, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
		p.cause = err
		return o, p
	}
	return o, nil
}

func (o BookViews) place(w http.ResponseWriter, r *http.Request) error {
	b, err := o.find(r)
	if err != nil {
		return err
	}
	var p PlaceOrder
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, o.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return refuse(http.StatusRequestEntityTooLarge, CodeTooLarge, "the body is larger than %d bytes", large.Limit)
		}
		return refuse(http.StatusBadRequest, CodeBody, "body: %v", err)
	}
	if key := r.Header.Get("Idempotency-Key"); p.Key == "" {
		p.Key = key
	}
	order, err := p.order()
	if err != nil {
		return err
	}
	placed, err := b.Place(r.Context(), order)
	if err != nil {
		return err
	}
	answer(w, placedAnswer(placed))
	return nil
}

func (o BookViews) cancel(w http.ResponseWriter, r *http.Request) error {
	b, err := o.find(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseUint(r.PathValue("number"), 10, 64)
	if err != nil {
		return refuse(http.StatusBadRequest, CodeBody, "order %q: want its number", r.PathValue("number"))
	}
	q := r.URL.Query()
	key := q.Get("key")
	if key == "" {
		key = r.Header.Get("Idempotency-Key")
	}
	placed, err := b.Cancel(r.Context(), key, q.Get("owner"), orderbook.ID(id))
	if err != nil {
		return err
	}
	answer(w, placedAnswer(placed))
	return nil
}

func placedAnswer(p market.Placed) PlacedAnswer {
	return PlacedAnswer{1, p.Order, p.Filled, money.Format(p.Cost), p.Left, p.Duplicate}
}
