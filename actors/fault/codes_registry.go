// SPDX-License-Identifier: Apache-2.0

package fault

// registry is 7xxx: names, keys and tables.
var registry = []Entry{
	{
		7101, "actors.NameTakenError", nil, Medium, slowly, false,
		"Another living process holds the name; nothing was started.",
		"Use the process that the error names, or another name.",
	},
	{
		7201, "actors/registry.ErrNotRegistered", nil, Low, later, false,
		"Nobody holds the key.",
		"Wait for its holder, or check the key.",
	},
	{
		7202, "actors/registry.ErrNoRegistry", nil, Medium, later, false,
		"No registry has the name.",
		"Start it before its users.",
	},
	{
		7203, "actors/registry.EndedError",
		[]string{"actors/registry.ErrEnded"},
		Medium, restart, false,
		"The registry has ended, and its keys with it.",
		"Open it again when it has been restarted, and register again.",
	},
	{
		7204, "actors/registry.ErrNoMeta", nil, Low, never, false,
		"Nothing is stored under the name.",
		"Store it first.",
	},
	{
		7205, "actors/registry.ErrLockHeld", nil, Medium, never, false,
		"The process holds the lock, or waits for it, already.",
		"Lock once.",
	},
	{
		7206, "actors/registry.AlreadyRegisteredError", nil, Low, slowly, false,
		"A living process holds the key.",
		"Use the process that the error names, or another key.",
	},
	{
		7301, "actors/table.ErrNoTable", nil, Medium, later, false,
		"There is no such table, or it has gone.",
		"Open it again when its owner has been restarted; give it an heir to keep it.",
	},
	{
		7302, "actors/table.ErrNotOwner", nil, Medium, never, false,
		"Only the owner of a table may do this.",
		"Ask the owner.",
	},
	{
		7303, "actors/table.ErrPrivate", nil, Medium, never, false,
		"The table is private to its owner.",
		"Ask the owner, or make the table protected.",
	},
	{
		7304, "actors/table.ErrNotPublic", nil, Medium, never, false,
		"Only the owner writes to this table.",
		"Ask the owner, or make the table public.",
	},
	{
		7305, "actors/table.OpError", nil, Medium, later, true,
		"An operation on a table was refused.",
		"The cause says why.",
	},
	{
		7306, "actors/table.NameTakenError", nil, Medium, slowly, false,
		"Another table has the name; nothing was made.",
		"Open that one, or choose another name.",
	},
	{
		7401, "actors/eventmgr.ErrIDTaken", nil, Low, never, false,
		"The manager has a handler of the id; nothing was added.",
		"Choose another id, or delete the handler first.",
	},
	{
		7501, "agents/registry.DuplicateError",
		[]string{"agents/registry.ErrDuplicate"},
		Medium, slowly, false,
		"Another living process is registered under the id.",
		"Choose another id, or let the other one end first.",
	},
	{
		7502, "agents/registry.NotFoundError",
		[]string{"agents/registry.ErrNotFound"},
		Low, later, false,
		"Nobody is registered under the id.",
		"Check the id, or wait for the agent.",
	},
	{
		7503, "agents/registry.DeadError",
		[]string{"agents/registry.ErrDead"},
		Low, never, false,
		"The process to be registered has ended.",
		"Nothing: its successor registers itself.",
	},
	{
		7504, "agents/registry.VersionError",
		[]string{"agents/registry.ErrVersion"},
		Low, quickly, false,
		"The row has changed since it was read.",
		"Read it again, decide again, and update the version it has now.",
	},
	{
		7505, "agents/registry.ErrReadOnly", nil, Medium, slowly, false,
		"The registry takes no writes for now, as another is about to take its place.",
		"Write again when the migration is over.",
	},
	{
		7506, "agents/registry.UnavailableError",
		[]string{"agents/registry.ErrUnavailable"},
		High, later, false,
		"The registry's process does not run, or did not answer; reads go on with what was there last.",
		"Write again: its supervisor restarts it. Where the error says so, the write may have been done.",
	},
	{
		7507, "agents/registry.ErrUndone", nil, Low, never, false,
		"One part of an atomic batch was refused, and so none of it was done.",
		"Correct the part that was refused, and send the batch again.",
	},
	{
		7601, "agents/registry/migrate/plan.StepError",
		[]string{"agents/registry/migrate/plan.ErrStep"},
		Medium, never, false,
		"A step of a migration is not possible in its phase.",
		"Take the step that the phase allows.",
	},
	{
		7602, "agents/registry/migrate.DifferentError",
		[]string{"agents/registry/migrate.ErrDifferent"},
		High, slowly, false,
		"Two registries that should be equal are not; the step was not taken.",
		"Read the differences; let the copy go on and verify again, or roll back.",
	},
	{
		7603, "agents/registry/migrate.OpenCallsError",
		[]string{"agents/registry/migrate.ErrOpenCalls"},
		Low, slowly, false,
		"Calls to the registry that is to be retired are still open.",
		"Try again when they have ended.",
	},
	{
		7604, "agents/registry/migrate.ErrConflict", nil, High, escalate, false,
		"Another process has written to the journal of a migration meanwhile.",
		"Let one process lead the migration, and resume it from the journal.",
	},
	{
		7605, "agents/registry/migrate.ErrForeign", nil, High, escalate, false,
		"The journal of a migration is about other registries.",
		"Name the registries that the journal is about, or begin with an empty journal.",
	},
	{
		7611, "market/orderbook.ErrUnknownOrder", nil, Low, never, false,
		"The order is not in the book, not any more, or somebody else's.",
		"Check the id; the order may have traded meanwhile.",
	},
	{
		7612, "market/orderbook.ErrNoPrice", nil, Low, later, false,
		"Nothing was traded or offered that a price could be told from.",
		"Wait for trades, or set a price of your own.",
	},
	{
		7613, "market/pricing.ErrNoPrice", nil, Low, later, false,
		"Nothing was sold in the time that counts.",
		"Wait for sales, take a longer window, or set a price of your own.",
	},
	{
		7614, "market/pricing.ErrInsufficientData", nil, Low, later, false,
		"There are too few quotes to conclude from.",
		"Gather at least as many as the message says.",
	},
	{
		7615, "market/stake.ErrUnknown", nil, Low, never, false,
		"No such owner, case or policy is known.",
		"Check the name.",
	},
	{
		7616, "market/listing.ErrUnknown", nil, Low, never, false,
		"No such listing or deal is there, or it is over.",
		"Check the name; look for what is offered now.",
	},
}
