// SPDX-License-Identifier: Apache-2.0

package pricing

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mabeam.dev/market/money"
)

// Quote is a price that was offered to somebody, and whether they took it.
type Quote struct {
	Price    money.Amount
	Accepted bool
}

// Suggestion is a price that promises most, judged by quotes.
type Suggestion struct {
	// Price is one that was offered.
	Price money.Amount
	// Accepts is the share of those who take it, by the estimate, in 0 to 1, and Low and High are the interval that holds the true share with a
	// confidence of 95 %.
	Accepts, Low, High float64
	// Revenue is Price times Accepts, rounded down.
	Revenue money.Amount
	// Quotes is how many the estimate at this price rests on.
	Quotes int
}

// leastQuotes is how many quotes there must be.
const leastQuotes = 30

// block is prices next to each other that are estimated together.
type block struct{ taken, offered int }

func (b block) share() float64 { return float64(b.taken) / float64(b.offered) }

// Suggest returns the offered price p at which p times the estimated share of takers is the largest; of equals the lowest. The shares are the most
// likely ones that do not grow with the price. Fewer than 30 quotes are ErrInsufficientData.
func Suggest(quotes []Quote) (Suggestion, error) {
	if len(quotes) < leastQuotes {
		return Suggestion{}, fmt.Errorf("pricing: %d quotes of %d: %w", len(quotes), leastQuotes, ErrInsufficientData)
	}
	sorted := slices.Clone(quotes)
	slices.SortStableFunc(sorted, func(a, b Quote) int { return cmp.Compare(a.Price, b.Price) })
	if sorted[0].Price <= 0 {
		return Suggestion{}, &SpecError{"quotes", "have a price that is not positive"}
	}
	// Neighbours that are in the wrong order are pooled, until none are.
	var blocks []block
	var lasts []money.Amount // the highest price of each block: the best of it, since all its prices have one share
	for i := 0; i < len(sorted); {
		b, p := block{}, sorted[i].Price
		for ; i < len(sorted) && sorted[i].Price == p; i++ {
			b.offered++
			if sorted[i].Accepted {
				b.taken++
			}
		}
		for n := len(blocks); n > 0 && blocks[n-1].taken*b.offered <= b.taken*blocks[n-1].offered; n-- {
			b.taken += blocks[n-1].taken
			b.offered += blocks[n-1].offered
			blocks, lasts = blocks[:n-1], lasts[:n-1]
		}
		blocks, lasts = append(blocks, b), append(lasts, p)
	}
	best := -1
	for i, b := range blocks {
		if best < 0 || float64(lasts[i])*b.share() > float64(lasts[best])*blocks[best].share() {
			best = i
		}
	}
	b := blocks[best]
	revenue, err := money.MulDiv(lasts[best], int64(b.taken), int64(b.offered), money.Down)
	if err != nil {
		return Suggestion{}, err
	}
	s := Suggestion{Price: lasts[best], Accepts: b.share(), Revenue: revenue, Quotes: b.offered}
	s.Low, s.High = wilson(b)
	return s, nil
}

// wilson is the interval of a share by Wilson's score, which stays in 0 to 1 and is honest with few numbers.
func wilson(b block) (low, high float64) {
	const z = 1.959964
	n, p := float64(b.offered), b.share()
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, middle-half), min(1, middle+half)
}
