// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"time"

	"mabeam.dev/market/money"
)

// plain writes a bid as Encode does, in a fraction of the time, if it offers one amount and nothing in it needs quoting: most bids are so, and a
// busy auction spends its time here.
func (in Bid) plain() (out []byte, ok bool) {
	if in.BuyNow || len(in.Values)+len(in.Bundles)+len(in.Commitment) > 0 || in.At.Location() != time.UTC || in.At.Year() < 0 || in.At.Year() > 9999 {
		return nil, false
	}
	size := len(in.Key) + len(in.Bidder) + len(in.Asset)
	for _, s := range [...]string{in.Key, in.Bidder, string(in.Asset)} {
		if !unquoted(s) {
			return nil, false
		}
	}
	out = make([]byte, 0, 128+size)
	out = append(in.At.AppendFormat(append(out, `bid {"At":"`...), time.RFC3339Nano), `","Key":"`...)
	out = append(append(out, in.Key...), `","Bidder":"`...)
	out = append(append(out, in.Bidder...), `","Asset":"`...)
	out = append(append(out, in.Asset...), '"')
	if in.Amount != 0 {
		out = append(money.AppendFormat(append(out, `,"Amount":"`...), in.Amount), '"')
	}
	return append(out, '}'), true
}

// unquoted reports whether a text stands in JSON as it is.
func unquoted(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c > '~':
			return false
		case c == '"' || c == '\\' || c == '<' || c == '>' || c == '&':
			return false
		}
	}
	return true
}
