// SPDX-License-Identifier: Apache-2.0

package fault

// rate is 6xxx: something is full, busy or too fast.
var rate = []Entry{
	{
		6101, "actors.ErrMailboxFull", nil, Medium, quickly, false,
		"The mailbox of the process is at its bound; the message was not taken.",
		"Send more slowly, or raise the bound.",
	},
	{
		6201, "supervision/plan.ErrMaxChildren",
		[]string{"supervision.ErrMaxChildren", "supervision/dynamic.ErrMaxChildren", "supervision/task.ErrMaxChildren"},
		Medium, later, false,
		"A supervisor has as many children as it may.",
		"Wait until one ends, or raise the limit.",
	},
	{
		6301, "events.ErrBusy", nil, Medium, quickly, false,
		"Too much waits to be written; nothing of the append was taken.",
		"Append more slowly, or in batches.",
	},
	{
		6302, "events/sourced.ErrBusy", nil, Medium, quickly, false,
		"As many commands wait as may; nothing of this one was done.",
		"Send more slowly.",
	},
	{
		6401, "agents/exec/protocol.ErrBusy",
		[]string{"agents/exec/program.ErrBusy"},
		Low, quickly, false,
		"A program holds as many tasks, or lines, as it takes.",
		"Wait until it has answered, or run more of them.",
	},
	{
		6501, "agents/work/plan.ErrFull", nil, Medium, later, false,
		"The queue holds as many open tasks as it may.",
		"Submit again later, add agents, or raise the limit.",
	},
	{
		6502, "agents/work.ErrWatchers", nil, Low, later, false,
		"As many watch the queue as may.",
		"Watch later, or end another watch.",
	},
	{
		6601, "actors/table.ErrFull", nil, Medium, escalate, false,
		"A write would make the table larger than its limit; nothing was written.",
		"Remove what is no longer needed, or raise the limit.",
	},
	{
		6701, "agents/registry.LimitError",
		[]string{"agents/registry.ErrLimit"},
		Medium, later, false,
		"There would be more of something than the registry keeps.",
		"Remove what is no longer needed, or raise the limit that the error names.",
	},
	{
		6702, "agents/registry.ErrSlow", nil, Medium, quickly, false,
		"A watcher took its changes too slowly, and its watch has ended.",
		"Watch again: the answer begins with what is there. Do less work per change.",
	},
	{
		6711, "market/orderbook.ErrFull", nil, Medium, later, false,
		"The book has as many orders as it may.",
		"Cancel orders that are not needed, or let the book take more.",
	},
	{
		6712, "market/listing.ErrFull", nil, Low, later, false,
		"The provider has as many deals as it takes.",
		"Wait for one to end, or take another listing.",
	},
	{
		6721, "market/auction.ErrTooManyBidders", nil, Low, later, false,
		"The auction has as many bidders as it may.",
		"Raise its limit, or look for another auction.",
	},
	{
		6801, "market/cost.BudgetError",
		[]string{"market/cost.ErrBudgetExceeded"},
		Low, later, false,
		"A reservation does not fit into a budget.",
		"Reserve less, raise the limit of the node that the error names, or wait for its next window.",
	},
	{
		6811, "market/integrity.LimitedError",
		[]string{"market/integrity.ErrRateLimited"},
		Low, later, false,
		"An identity, or all of its owner together, bid faster than they may.",
		"Wait as long as the error says.",
	},
	{
		6901, "protocols/lock.ErrQueueFull", nil, Low, later, false,
		"As many requests wait for a lock as may.",
		"Try again later, or let more wait.",
	},
	{
		6902, "protocols/barrier.ErrFull", nil, Low, later, false,
		"A double barrier has let in as many as it takes.",
		"Wait until they have left.",
	},
}
