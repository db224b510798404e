// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"math/bits"

	"mabeam.dev/market/money"
)

// window knows the lowest and the highest price of the time just past. Each end is a line of prices, the extreme first, in which every price is
// later and less extreme than the one before it.
type window struct {
	span, move int64
	low, high  line
}

type line struct {
	points []point
	from   int
}

type point struct {
	at    int64
	price money.Amount
}

// expire forgets what is older than a moment.
func (l *line) expire(before int64) {
	for l.from < len(l.points) && l.points[l.from].at < before {
		l.from++
	}
}

// push adds a point behind those that are more extreme: better reports that a price is.
func (l *line) push(p point, better func(a, b money.Amount) bool) {
	n := len(l.points)
	for n > l.from && !better(l.points[n-1].price, p.price) {
		n--
	}
	if l.points = l.points[:n]; l.from > 0 && (n == cap(l.points) || l.from == n) {
		l.points = l.points[:copy(l.points, l.points[l.from:])]
		l.from = 0
	}
	l.points = append(l.points, p)
}

func lower(a, b money.Amount) bool  { return a < b }
func higher(a, b money.Amount) bool { return a > b }

// add takes the price of a trade.
func (w *window) add(at int64, p money.Amount) {
	if w.move == 0 {
		return
	}
	w.low.push(point{at, p}, lower)
	w.high.push(point{at, p}, higher)
}

func (w *window) forget() {
	w.low.points, w.low.from = w.low.points[:0], 0
	w.high.points, w.high.from = w.high.points[:0], 0
}

// tooFar reports whether a trade at a price would move it more than is allowed.
func (w *window) tooFar(now int64, p money.Amount) bool {
	if w.move == 0 {
		return false
	}
	w.low.expire(now - w.span)
	w.high.expire(now - w.span)
	if w.low.from == len(w.low.points) {
		return false
	}
	return w.apart(w.low.points[w.low.from].price, p) || w.apart(w.high.points[w.high.from].price, p)
}

// apart reports whether a price is further from another than is allowed, exactly.
func (w *window) apart(from, to money.Amount) bool {
	if w.move == 0 {
		return false
	}
	hi, lo := bits.Mul64(uint64(distance(from, to)), 1_000_000)
	allowedHi, allowedLo := bits.Mul64(uint64(from), uint64(w.move))
	return hi > allowedHi || hi == allowedHi && lo > allowedLo
}
