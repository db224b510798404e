// SPDX-License-Identifier: Apache-2.0

package fault

// coordinationOfMarkets is what of 4xxx the packages below market have.
var coordinationOfMarkets = []Entry{
	{
		4501, "market/wdp/cert.Refutation",
		[]string{"market/wdp/cert.ErrRefuted"},
		High, never, false,
		"A proof does not prove what it claims, so the result must not be used.",
		"Solve the problem again; report the solver if the proof is its own.",
	},
	{
		4502, "market/wdp/pay.ErrNotProven", nil, Medium, never, false,
		"Payments were asked for a result that is not proven to be the best.",
		"Solve with a larger budget first, or take a rule of payment that needs no proof.",
	},
	{
		4511, "market/ledger.ConflictError",
		[]string{"market/ledger.ErrIdempotencyConflict"},
		Medium, never, false,
		"The key of a transaction was used for another one.",
		"Give the transaction a key of its own.",
	},
	{
		4512, "market/ledger.FencedError",
		[]string{"market/ledger.ErrFenced"},
		Medium, never, false,
		"Somebody with a higher epoch writes to the auction, market or deal.",
		"Stop writing: a successor has taken over.",
	},
	{
		4513, "market/ledger.ErrUnknownHold", nil, Medium, never, false,
		"No hold of the id was ever opened.",
		"Check the id.",
	},
	{
		4514, "market/ledger.ErrHoldClosed", nil, Low, never, false,
		"The hold was captured or released before.",
		"Nothing: a hold ends once.",
	},
	{
		4515, "market/ledger.ErrHoldExists", nil, Medium, never, false,
		"The id of a hold was used before.",
		"Give the hold an id of its own.",
	},
	{
		4516, "market/ledger.FundsError",
		[]string{"market/ledger.ErrInsufficientFunds"},
		Low, later, false,
		"An account has less than what was to be taken from it.",
		"Deposit what is missing, or take less.",
	},
	{
		4517, "market/ledger.AccountError",
		[]string{"market/ledger.ErrUnknownAccount"},
		Low, never, false,
		"Nobody opened the account.",
		"Check the name, or open the account.",
	},
	{
		4521, "market.ErrVersion", nil, High, never, false,
		"A stream of a market has another version than its writer expects: somebody else has written.",
		"Let one process write to the stream.",
	},
	{
		4531, "market/cost.ErrConflict", nil, Medium, never, false,
		"The id of a usage or reservation was used for something else.",
		"Give it an id of its own.",
	},
	{
		4532, "market/cost.ErrUnknownReservation", nil, Low, never, false,
		"No reservation of a budget has the id.",
		"Check the id; ended reservations are forgotten in time.",
	},
	{
		4533, "market/cost.ErrReservationEnded", nil, Low, never, false,
		"A reservation of a budget was committed, released or has expired.",
		"Reserve anew, under another id.",
	},
	{
		4534, "market/cost.ErrInsufficientData", nil, Low, later, false,
		"Too little was spent, or there is no limit, for a forecast.",
		"Ask again when there is more history.",
	},
	{
		4541, "market/orderbook.ErrWouldTrade", nil, Low, later, false,
		"A post-only order would have traded at once.",
		"Offer a price that does not cross the other side.",
	},
	{
		4542, "market/orderbook.ErrUnfilled", nil, Low, later, false,
		"A fill-or-kill order cannot be filled wholly.",
		"Ask for less or at a worse price, or use a limit that rests.",
	},
	{
		4543, "market/orderbook.ErrSelfTrade", nil, Low, never, false,
		"An order in a call crosses another one of its owner.",
		"Cancel the other order first.",
	},
	{
		4544, "market/orderbook.ErrHalted", nil, Medium, slowly, false,
		"The book is halted: orders can only be cancelled or made smaller.",
		"Wait for the call that opens it again.",
	},
	{
		4545, "market/orderbook.ErrPhase", nil, Low, later, false,
		"The book cannot do that in its phase.",
		"Wait for the phase that the message names.",
	},
	{
		4546, "market/predict.ErrPrice", nil, Low, later, false,
		"A trade costs more, or brings less, than its limit allows.",
		"Ask for a quote, and set the limit by it.",
	},
	{
		4547, "market/predict.ErrShares", nil, Low, never, false,
		"Somebody sells more shares of an outcome than they have.",
		"Sell at most what is held.",
	},
	{
		4548, "market/predict.ErrAlreadyResolved", nil, Low, never, false,
		"The prediction market has its outcome, or was cancelled, and has paid.",
		"Nothing: a market is paid once.",
	},
	{
		4549, "market/predict.StateError", nil, Low, never, false,
		"The prediction market cannot do that in its state.",
		"See the state that the error names.",
	},
	{
		4550, "market/alloc.ErrInfeasible", nil, Low, never, false,
		"No allocation does all that has to be done.",
		"Add agents, or allow more of what is forbidden.",
	},
	{
		4551, "market/stake.ErrDuplicate", nil, Low, never, false,
		"A deal, violation or policy of the name was there before.",
		"Nothing if it is the same one; otherwise give it a name of its own.",
	},
	{
		4552, "market/stake.ErrFrozen", nil, Low, later, false,
		"Stake cannot be withdrawn while a case about its owner is open.",
		"Wait for the end of the case, or appeal.",
	},
	{
		4553, "market/stake.ErrCapacity", nil, Medium, later, false,
		"The pool could not stand for another policy of that size.",
		"Add capital, lower the limit, or take another provider.",
	},
	{
		4554, "market/stake.TooLowError", nil, Medium, later, false,
		"Somebody has less at stake than is needed.",
		"Lock more stake, or do less with it.",
	},
	{
		4555, "market/stake.StateError", nil, Low, never, false,
		"A case or policy cannot take the step from where it is.",
		"See the state that the error names.",
	},
	{
		4556, "market/listing.ErrDuplicate", nil, Low, never, false,
		"A listing or deal of the name was there before.",
		"Nothing if it is the same one; otherwise give it a name of its own.",
	},
	{
		4557, "market/listing.ErrNotYours", nil, Medium, never, false,
		"Only another party of the listing or deal may do that.",
		"Ask the party.",
	},
	{
		4558, "market/listing.ReputationError", nil, Medium, later, false,
		"The reputation of the provider is below the gate of the market.",
		"Let it gather settled deals elsewhere first.",
	},
	{
		4559, "market/listing.PriceError", nil, Low, never, false,
		"A listing costs more than the buyer would pay.",
		"Raise the limit, or look for another listing.",
	},
	{
		4560, "market/listing.StateError", nil, Low, never, false,
		"A deal cannot take the step from where it is.",
		"See the state that the error names.",
	},
	{
		4561, "market/reputation.ConflictError",
		[]string{"market/reputation.ErrConflict"},
		High, escalate, false,
		"One settlement was reported with two outcomes for the same agent and dimension.",
		"Find out which of them is in the ledger; the first one stands.",
	},
	{
		4562, "market/reputation.TooLowError",
		[]string{"market/reputation.ErrReputationTooLow"},
		Medium, later, false,
		"The reputation of the agent is below the gate, and it has not staked what it could do harm with.",
		"Let it gather settled deals elsewhere, or lock stake that covers the exposure.",
	},
	{
		4563, "market/reputation.ErrNoStake", nil, Medium, later, false,
		"Nobody has stake that counts, so trust has nothing to start from.",
		"Wait until stakes are old enough, or judge by standings alone.",
	},
	{
		4571, "market/auction.StateError",
		[]string{"market/auction.ErrInvalidState"},
		Low, never, false,
		"What is asked does not fit the state of the auction.",
		"Ask for the auction's state first.",
	},
	{
		4572, "market/auction.ErrClosed", nil, Low, never, false,
		"The auction takes no more bids.",
		"Look for another auction.",
	},
	{
		4573, "market/auction.ErrSuspended", nil, Medium, later, false,
		"The auction is suspended.",
		"Wait until an operator resumes it.",
	},
	{
		4574, "market/auction.ErrBidBinding", nil, Low, never, false,
		"The bid stands and cannot be withdrawn.",
		"Wait until somebody bids more.",
	},
	{
		4575, "market/auction.ErrIdempotencyConflict", nil, Medium, never, false,
		"The key of a request was used for another one.",
		"Give the request a key of its own.",
	},
	{
		4576, "market/auction.ErrStale", nil, Low, never, false,
		"A timer of an auction is out of date.",
		"Forget it: a newer one is set.",
	},
	{
		4577, "market/auction.ErrEarly", nil, Low, later, false,
		"What is asked is not due yet.",
		"Wait for the time.",
	},
	{
		4578, "market/auction.ErrNoBid", nil, Low, never, false,
		"The bidder has no bid in the auction.",
		"Check the names of auction and bidder.",
	},
	{
		4579, "market/auction.ErrWithdrawn", nil, Low, never, false,
		"The bid was withdrawn before.",
		"Nothing: it is withdrawn.",
	},
	{
		4580, "market/auction.ErrNotOffered", nil, Low, never, false,
		"The auction cannot be ended at a price, or no longer.",
		"Bid instead.",
	},
	{
		4581, "market/auction.PriceError",
		[]string{"market/auction.ErrBidTooLow"},
		Low, never, false,
		"A bid is not good enough.",
		"Bid what the error asks for, or leave it.",
	},
	{
		4582, "market/auction.ReserveError",
		[]string{"market/auction.ErrBelowReserve"},
		Low, never, false,
		"A bid does not reach the reserve.",
		"Bid the reserve, or leave it.",
	},
	{
		4583, "market/auction.ErrNotProven", nil, Medium, later, false,
		"The winners of an auction are not proven to be the best.",
		"Raise the budget of the solver, or accept a gap.",
	},
	{
		4584, "market/auction.ErrInfeasible", nil, Medium, never, false,
		"No bids cover all tasks of a procurement.",
		"Award what is covered, or invite more bidders.",
	},
	{
		4585, "market/auction.MonopolistError",
		[]string{"market/auction.ErrMonopolist"},
		Medium, never, false,
		"Without one bidder not everything can be awarded, so nothing bounds its payment.",
		"Set ceilings.",
	},
	{
		4586, "market/auction.ErrBudget", nil, Medium, never, false,
		"The winners of a procurement cost more than its budget.",
		"Raise the budget, or ask for less.",
	},
	{
		4587, "market/auction.ErrAnswer", nil, High, never, false,
		"The answer of a solver does not fit the problem.",
		"Report it: the solver has a mistake.",
	},
	{
		4588, "market/auction.ErrUncovered", nil, High, never, false,
		"What is held for an auction does not cover its outcome.",
		"Compare the ledger's holds with the auction's log.",
	},
	{
		4589, "market/auction.ErrUnauthorized", nil, Medium, never, false,
		"The bidder was not invited, or may not do what it asks.",
		"Ask the owner of the auction.",
	},
	{
		4590, "market/auction.ErrSellerBid", nil, Medium, never, false,
		"The owner of an auction bids in it.",
		"Leave bidding to others.",
	},
	{
		4591, "market/auction.ErrRelatedParty", nil, Medium, never, false,
		"A bidder belongs to the owner of the auction.",
		"Leave bidding to others.",
	},
	{
		4592, "market.ErrUnderReview", nil, Medium, later, false,
		"Somebody is to be paid whose payments wait for the decision of a case.",
		"Repeat it: the payment is let go when the case is decided.",
	},
	{
		4611, "market/integrity.StateError",
		[]string{"market/integrity.ErrInvalidState"},
		Low, never, false,
		"A case of misconduct is not in the state that the step needs.",
		"Read the case again: it may be decided, or the window for an appeal over.",
	},
	{
		4612, "market/integrity.ErrNotParty", nil, Medium, never, false,
		"Somebody was to review, decide or appeal a case who may not.",
		"Let somebody review who has no part in it; only who lost can appeal, and only somebody else decide that.",
	},
	{
		4620, "market.ErrUnknownAuction", nil, Low, never, false,
		"No auction of the exchange has the id.",
		"List the auctions, and look at the id.",
	},
	{
		4630, "market.ErrKeyTaken", nil, Low, never, false,
		"The key of a command to a market stands for another command.",
		"Choose another key; a repetition has the same content.",
	},
	{
		4631, "market.ErrNotFunded", nil, Low, later, false,
		"A prediction market has no subsidy yet, and does not trade.",
		"Have its maker fund it.",
	},
	{
		4632, "market.ErrNotAllowed", nil, Medium, never, false,
		"A step of a prediction market is for somebody else to take.",
		"Ask the maker, the oracle or the judge of the market.",
	},
	{
		4633, "market.ErrStalePrice", nil, Low, later, false,
		"The latest trade is too old for a price to be relied on.",
		"Wait for trades, or accept the price with its age.",
	},
	{
		4640, "market.ErrHalted", nil, High, slowly, true,
		"The market is halted, because too much of it fails: it takes no new business. What was begun goes on.",
		"Wait until it recovers, or look for what fails.",
	},
}
