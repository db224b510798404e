// SPDX-License-Identifier: Apache-2.0

package fault

// validationOfMarkets is what of 1xxx the packages below market have.
var validationOfMarkets = []Entry{
	{
		1801, "market/wdp/cert.BidError", nil, Medium, never, false,
		"A bid has a mistake.",
		"Correct the part of the bid that the error names.",
	},
	{
		1802, "market/wdp/cert.SizeError", nil, Medium, never, false,
		"A problem of winner determination passes a limit.",
		"Split the auction, or raise the limit that the error names.",
	},
	{
		1803, "market/wdp/cert.FormatError", nil, Medium, never, false,
		"A file of bids or proofs cannot be read.",
		"Correct it at the position that the error names.",
	},
	{
		1811, "market/money.ErrOverflow", nil, Medium, never, false,
		"The result of a calculation with money does not fit.",
		"Use smaller amounts; 9,223,372,036,854.775807 units is the most.",
	},
	{
		1812, "market/money.ErrInvalidAmount", nil, Medium, never, false,
		"A text is no decimal number, or a number can be no amount where it stands.",
		"Write units with a point: 12.50.",
	},
	{
		1813, "market/money.ErrPrecision", nil, Medium, never, false,
		"An amount has more than six digits behind the point.",
		"Round it to millionths.",
	},
	{
		1814, "market/money.ErrCurrencyMismatch", nil, Medium, never, false,
		"Amounts of two assets were to be added or compared.",
		"Give all of them in the asset that is asked for.",
	},
	{
		1815, "market/money.ErrInvalidAsset", nil, Medium, never, false,
		"A text names no asset.",
		"Use 1 to 64 letters, digits and . _ - / : characters.",
	},
	{
		1821, "market/ledger.TransactionError",
		[]string{"market/ledger.ErrInvalidTransaction"},
		Medium, never, false,
		"A transaction can be in no book: it does not sum to 0, or a part is malformed.",
		"Correct the field that the error names.",
	},
	{
		1831, "market/cost.InvalidError",
		[]string{"market/cost.ErrInvalid"},
		Medium, never, false,
		"A usage, price, limit or reservation has a mistake.",
		"Correct the field that the error names.",
	},
	{
		1832, "market/cost.ErrNoPrice", nil, Medium, never, false,
		"A usage is of a kind that had no price at its time.",
		"Add the price, with the time from which it holds, and record the usage again.",
	},
	{
		1833, "market/cost.ErrTooOld", nil, Low, never, false,
		"A usage or price is from before what the costs remember.",
		"Record usages sooner, or forget later.",
	},
	{
		1841, "market/orderbook.ErrOffTick", nil, Low, never, false,
		"A price is no multiple of the tick of the book.",
		"Round it to the tick.",
	},
	{
		1842, "market/orderbook.ErrOffLot", nil, Low, never, false,
		"A quantity is no multiple of the lot of the book.",
		"Round it to the lot.",
	},
	{
		1843, "market/orderbook.ErrTooLarge", nil, Medium, never, false,
		"An order is for more pieces than a book takes, or costs more than an amount can be.",
		"Split the order.",
	},
	{
		1844, "market/orderbook.SpecError", nil, Medium, never, false,
		"A field of the specification of a book is wrong.",
		"Correct the field that the error names.",
	},
	{
		1845, "market/orderbook.OrderError", nil, Low, never, false,
		"A field of an order is wrong.",
		"Correct the field that the error names.",
	},
	{
		1846, "market/predict.ErrTooLarge", nil, Medium, never, false,
		"A prediction market or a trade in it is too large to be charged exactly.",
		"Trade less, or use smaller liquidity.",
	},
	{
		1847, "market/predict.SpecError", nil, Medium, never, false,
		"A field of a prediction market or an argument of a command is wrong.",
		"Correct what the error names.",
	},
	{
		1848, "market/alloc.InputError", nil, Medium, never, false,
		"A problem of allocation is malformed, or too large to be summed exactly.",
		"Correct the place that the error names.",
	},
	{
		1849, "market/pricing.SpecError", nil, Medium, never, false,
		"A rule of prices or an argument of a calculation is wrong.",
		"Correct the field that the error names.",
	},
	{
		1850, "market/stake.InputError", nil, Medium, never, false,
		"An argument about stakes, pools or rewards is wrong.",
		"Correct the field that the error names.",
	},
	{
		1851, "market/listing.InputError", nil, Medium, never, false,
		"A field of a listing, a request or a deal is wrong.",
		"Correct the field that the error names.",
	},
	{
		1861, "market/reputation.EvidenceError",
		[]string{"market/reputation.ErrInvalidEvidence"},
		Medium, never, false,
		"Evidence about an agent has a mistake.",
		"Correct the field that the error names.",
	},
	{
		1862, "market/reputation.ErrNoEvidence", nil, Medium, never, false,
		"What was said of an agent cites neither a settled transaction nor an upheld violation.",
		"Record outcomes after they are settled, with the key of the transaction.",
	},
	{
		1863, "market/reputation.ErrInvalidRules", nil, Medium, never, false,
		"The rules of reputation cannot be followed.",
		"Correct the field that the error names; a zero field is the default.",
	},
	{
		1864, "market/reputation.ErrInvalidNetwork", nil, Medium, never, false,
		"The stakes and deals that trust is computed from have a mistake.",
		"Correct the place that the error names.",
	},
	{
		1871, "market/auction.SpecError",
		[]string{"market/auction.ErrInvalidSpec"},
		Medium, never, false,
		"The rules of an auction cannot be.",
		"Correct the field that the error names.",
	},
	{
		1872, "market/auction.BidError",
		[]string{"market/auction.ErrInvalidBid"},
		Low, never, false,
		"A bid has a mistake.",
		"Correct the field that the error names.",
	},
	{
		1873, "market/auction.SizeError",
		[]string{"market/auction.ErrTooLarge"},
		Low, never, false,
		"A bid passes a limit of the auction.",
		"Bid for less.",
	},
	{
		1874, "market/auction.ErrCommitMismatch", nil, Medium, never, false,
		"What a bidder reveals is not what it committed itself to.",
		"Reveal the amount and nonce of the commitment.",
	},
	{
		1875, "market/auction.ErrMalformed", nil, High, never, false,
		"A log of an auction holds what was never written to it.",
		"Restore the log from a copy.",
	},
	{
		1881, "market/integrity.ErrInvalidRules", nil, Medium, never, false,
		"The limits of a detector cannot be followed.",
		"Correct the field that the error names; a zero field is the default.",
	},
	{
		1890, "market.ErrCursor", nil, Low, never, false,
		"A list of auctions was asked to go on from a place that no list of the same order has named.",
		"Take the cursor of the page before, or begin again without one.",
	},
	{
		1893, "market.BookError", nil, Low, never, false,
		"The options of a book of orders, or a command to one, are wrong.",
		"Correct the field that the error names.",
	},
	{
		1894, "market.PredictionError", nil, Low, never, false,
		"The options of a prediction market, or a command to one, are wrong.",
		"Correct the field that the error names.",
	},
	{
		1897, "market.ErrNotForTasks", nil, Medium, never, false,
		"Tasks cannot be bought in an auction of this kind.",
		"Choose english, dutch, firstprice, vickrey, uniform or combinatorial.",
	},
}
