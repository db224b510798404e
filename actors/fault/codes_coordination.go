// SPDX-License-Identifier: Apache-2.0

package fault

// coordination is 4xxx: supervisors, tasks and queues.
var coordination = []Entry{
	{
		4101, "supervision/plan.ErrNotFound",
		[]string{"supervision.ErrNotFound", "supervision/dynamic.ErrNotFound"},
		Low, never, false,
		"The supervisor has no such child.",
		"Check the id: 'runtime inspect tree' shows the children.",
	},
	{
		4102, "supervision/plan.ErrRunning",
		[]string{"supervision.ErrRunning"},
		Low, never, false,
		"The child has a process.",
		"Terminate it first.",
	},
	{
		4103, "supervision/plan.ErrRestarting",
		[]string{"supervision.ErrRestarting"},
		Low, quickly, false,
		"The child is between two attempts to restart it.",
		"Ask again.",
	},
	{
		4104, "supervision/plan.ErrAlreadyPresent",
		[]string{"supervision.ErrAlreadyPresent"},
		Low, never, false,
		"A spec of the id is there, without a process.",
		"Restart or delete the child.",
	},
	{
		4105, "supervision.AlreadyStartedError", nil, Low, never, false,
		"A child of the id is running.",
		"Use the process that the error names.",
	},
	{
		4106, "supervision/plan.AlreadyStartedError", nil, Low, never, false,
		"A child of the id is running.",
		"Use the process that the error names.",
	},
	{
		4107, "supervision.StartError", nil, High, restart, true,
		"A child that a call asked for did not start.",
		"The cause says why.",
	},
	{
		4108, "supervision/plan.StartError", nil, High, restart, true,
		"A child that a call asked for did not start.",
		"The cause says why.",
	},
	{
		4109, "supervision/plan.StartFailed", nil, High, restart, false,
		"A supervisor ended because one of its children did not start with it.",
		"The reason says why.",
	},
	{
		4201, "supervision/task.ErrNotOwner", nil, Medium, never, false,
		"A process asked for the result of a task that another process owns.",
		"Let the owner ask.",
	},
	{
		4202, "supervision/task.ErrGivenUp", nil, Low, never, false,
		"The task was given up by an earlier Await.",
		"Start it again.",
	},
	{
		4203, "supervision/task.ExitError", nil, Medium, replace, true,
		"A task ended without a result.",
		"The cause says why.",
	},
	{
		4204, "supervision/task.ItemError", nil, Medium, replace, true,
		"One item of a stream has no result.",
		"The cause says why.",
	},
	{
		4301, "actors/group.ErrNotJoined", nil, Low, never, false,
		"None of the processes is in the group.",
		"Nothing: the group is as if they had left.",
	},
	{
		4311, "actors/eventmgr.HandlerError", nil, Medium, replace, true,
		"A manager could not do with a handler what it was asked, or the handler crashed over it.",
		"The cause says why.",
	},
	{
		4312, "actors/eventmgr.ErrNoHandler", nil, Low, never, false,
		"The manager has no handler of the id.",
		"Add it first.",
	},
	{
		4401, "agents/work/plan.ErrDraining", nil, Medium, slowly, false,
		"The queue takes no new tasks: its node is about to end.",
		"Submit to another node, or after the restart.",
	},
	{
		4402, "agents/work/plan.ErrConflict", nil, Medium, never, false,
		"The id or key of a task is known with other content.",
		"Give the task another id or key.",
	},
	{
		4403, "agents/work/plan.DuplicateError",
		[]string{"agents/work/plan.ErrDuplicate"},
		Low, never, false,
		"The task is known already.",
		"Nothing: ask for the outcome of the first one.",
	},
	{
		4404, "agents/work/plan.ErrUnknown", nil, Low, never, false,
		"No task has the id.",
		"Check the id; tasks that ended long ago are forgotten.",
	},
	{
		4405, "agents/work/plan.ErrEnded", nil, Low, never, false,
		"The task has its outcome.",
		"Read the outcome.",
	},
	{
		4406, "agents/work/plan.ErrNotDead", nil, Low, never, false,
		"The task is not dead, and so cannot be opened again.",
		"Wait for its outcome.",
	},
	{
		4407, "agents/work.ErrOpen", nil, Low, slowly, false,
		"The task has no outcome yet.",
		"Ask again, or watch it.",
	},
	{
		4408, "agents/work.TaskError", nil, Low, never, true,
		"A request about one task was refused.",
		"The cause says why.",
	},
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
}
