// SPDX-License-Identifier: Apache-2.0

package market

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
)

// NoticeKind is what a notice tells.
type NoticeKind string

// The kinds of notices.
const (
	NoticeInvited   NoticeKind = "invited"   // Bidder is one of those who may bid; a scheduled auction opens at Until, one that opens takes bids until then
	NoticeOpened    NoticeKind = "opened"    // bids are taken; Price is asked, until Until
	NoticeStanding  NoticeKind = "standing"  // Bidder has the best bid now, at Price
	NoticeOutbid    NoticeKind = "outbid"    // Bidder has the best bid no longer; Price is the new one
	NoticeTick      NoticeKind = "tick"      // the clock shows Price
	NoticeExtended  NoticeKind = "extended"  // bids are taken until Until
	NoticeClosed    NoticeKind = "closed"    // no more bids are taken
	NoticeSuspended NoticeKind = "suspended" // an operator has stopped the auction
	NoticeResumed   NoticeKind = "resumed"   // it goes on
	NoticeWon       NoticeKind = "won"       // Bidder has won, and pays or is paid Price
	NoticeLost      NoticeKind = "lost"      // Bidder has bid, and not won
	NoticeSettled   NoticeKind = "settled"   // everything is paid
	NoticeUnsold    NoticeKind = "unsold"    // nothing was sold
	NoticeCancelled NoticeKind = "cancelled" // it was called off
	NoticeFailed    NoticeKind = "failed"    // it could not be settled
	NoticeRefunded  NoticeKind = "refunded"  // Bidder has back what was held; Price says how much, where that is no secret
)

// Notice is one thing that bidders hear of an auction. Notices are a function of its log: whoever asks gets the same ones under the same numbers.
type Notice struct {
	Auction string
	// Seq counts the notices of the auction, from 1.
	Seq    uint64
	Kind   NoticeKind
	At     time.Time
	Bidder string       `json:",omitempty"`
	Price  money.Amount `json:",omitempty"`
	Until  time.Time    `json:",omitzero"`
}

// noticer makes the notices of one auction from its log. It is pure, and belongs to who feeds it.
type noticer struct {
	m       *auction.Machine
	version uint64 // of the stream
	seq     uint64
	list    []Notice
}

// replay takes the next event of the stream in.
func (n *noticer) replay(version uint64, ev Event) error {
	n.version = version
	switch ev.Type {
	case auctionCreated:
		var spec auction.Spec
		if err := json.Unmarshal(ev.Data, &spec); err != nil {
			return fmt.Errorf("market: decode auction: %w", err)
		}
		var err error
		n.m, err = auction.New(spec)
		return err
	case auctionInput:
		for _, data := range lines(ev.Data) {
			in, err := auction.Decode(data)
			if err == nil {
				err = n.step(in)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// step lets an input happen and notes what is told of it.
func (n *noticer) step(in auction.Input) error {
	before := n.m.View()
	back := map[string]money.Amount{}
	if w, ok := in.(auction.Withdraw); ok {
		back[w.Bidder] = n.m.Exposure(w.Bidder)
	}
	held := map[string]money.Amount{}
	if ends(in) {
		for _, b := range n.m.Bidders() {
			held[b] = n.m.Exposure(b)
		}
	}
	if _, err := n.m.Step(in); err != nil {
		return err
	}
	after := n.m.View()
	for bidder, a := range held { // sorted when told
		back[bidder] = a
		if after.State == auction.Settled && !n.m.Spec().Reverse {
			for _, w := range after.Outcome.Awards {
				if w.Bidder == bidder {
					back[bidder] -= w.Amount
				}
			}
		}
	}
	n.compare(before, after)
	for _, bidder := range sortedKeys(back) {
		amount := back[bidder]
		if after.Outcome == nil && after.Kind != auction.English {
			n.note(Notice{Kind: NoticeRefunded, Bidder: bidder}) // how much would tell a sealed bid
		} else if amount > 0 {
			n.note(Notice{Kind: NoticeRefunded, Bidder: bidder, Price: amount})
		}
	}
	return nil
}

// ends reports whether an auction is over with an input.
func ends(in auction.Input) bool {
	switch in.(type) {
	case auction.Settle, auction.Cancel, auction.Fail:
		return true
	}
	return false
}

func sortedKeys(m map[string]money.Amount) []string {
	list := make([]string, 0, len(m))
	for k := range m { // sorted below
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// compare notes what has changed of what everybody may know.
func (n *noticer) compare(before, after auction.View) {
	if after.State == before.State && after.State == auction.Open {
		if after.Standing != before.Standing || after.Price != before.Price {
			if after.Kind == auction.English {
				n.note(Notice{Kind: NoticeStanding, Bidder: after.Standing, Price: after.Price})
				if before.Standing != "" && before.Standing != after.Standing {
					n.note(Notice{Kind: NoticeOutbid, Bidder: before.Standing, Price: after.Price})
				}
			} else {
				n.note(Notice{Kind: NoticeTick, Price: after.Price})
			}
		}
		if after.CloseAt.After(before.CloseAt) {
			n.note(Notice{Kind: NoticeExtended, Until: after.CloseAt})
		}
	}
	if after.State != before.State {
		n.entered(before, after)
	}
}

// entered notes a new state.
func (n *noticer) entered(before, after auction.View) {
	switch after.State {
	case auction.Open, auction.Revealing:
		switch before.State {
		case auction.Suspended:
			n.note(Notice{Kind: NoticeResumed, Until: after.CloseAt})
		case auction.Open:
			n.note(Notice{Kind: NoticeClosed, Until: after.CloseAt})
		default:
			if before.State == auction.Draft {
				n.invite(after.CloseAt)
			}
			n.note(Notice{Kind: NoticeOpened, Price: max(after.Minimum, after.Price), Until: after.CloseAt})
		}
	case auction.Closing:
		if before.State == auction.Open || before.State == auction.Revealing {
			n.note(Notice{Kind: NoticeClosed})
		}
	case auction.Decided:
		n.decided(after)
	case auction.Suspended:
		n.note(Notice{Kind: NoticeSuspended})
	case auction.Settled:
		n.note(Notice{Kind: NoticeSettled})
	case auction.NoSale:
		n.note(Notice{Kind: NoticeUnsold})
	case auction.Cancelled:
		n.note(Notice{Kind: NoticeCancelled})
	case auction.Failed:
		n.note(Notice{Kind: NoticeFailed})
	case auction.Scheduled:
		n.invite(n.m.Spec().StartAt)
	case auction.Draft, auction.Settling:
	}
}

// invite tells those who may bid, where not everybody may.
func (n *noticer) invite(until time.Time) {
	for _, who := range n.m.Spec().Invited {
		n.note(Notice{Kind: NoticeInvited, Bidder: who, Until: until})
	}
}

// decided tells each bidder.
func (n *noticer) decided(v auction.View) {
	won := map[string]money.Amount{}
	for _, a := range v.Outcome.Awards {
		won[a.Bidder] += a.Amount
	}
	for _, b := range n.m.Bidders() {
		if amount, ok := won[b]; ok {
			n.note(Notice{Kind: NoticeWon, Bidder: b, Price: amount})
		} else {
			n.note(Notice{Kind: NoticeLost, Bidder: b})
		}
	}
}

func (n *noticer) note(w Notice) {
	n.seq++
	w.Auction, w.Seq, w.At = n.m.Spec().ID, n.seq, n.m.Last()
	n.list = append(n.list, w)
}
