// SPDX-License-Identifier: Apache-2.0

package integrity

// Features are the eight numbers that published work on shill bidding describes a bidder in one auction by, each 0 to 1.
type Features struct {
	// Tendency is how far the bidder keeps to few sellers, Ratio its share of the bids.
	Tendency, Ratio float64
	// Outbidding is how far it outbids itself with small steps: 0, 0.5 or 1.
	Outbidding float64
	// Last is inactivity near the end, Bids how many more bids there are than in comparable auctions, Starting how low the price began.
	Last, Bids, Starting float64
	// Early is how early it bids, Winning how rarely it wins although it competes often.
	Early, Winning float64
}

// Suspicious applies the two conditions that describe the labels of the public data set best: it outbids itself, and rarely wins. The labels were
// made from the same numbers, so agreement with them shows little; [Shills] is what this package relies on.
func (f Features) Suspicious() bool { return f.Outbidding >= .5 && f.Winning >= .5 }
