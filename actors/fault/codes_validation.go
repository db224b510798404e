// SPDX-License-Identifier: Apache-2.0

package fault

// validation is 1xxx: what was asked cannot be right, and repeating it is pointless.
var validation = chapter([]Entry{
	{
		1001, "cmd/runtime/app.ExitUsage", nil, Low, never, true,
		"The command was called with words, flags or files that it does not take.",
		"Read the message: it names the word and what was probably meant. 'runtime help' lists everything.",
	},
	{
		1101, "actors.ErrCallSelf", nil, Medium, never, false,
		"A process called itself, which nobody could answer.",
		"Handle the message directly instead of calling.",
	},
	{
		1102, "actors.ErrWrongType", nil, Medium, never, false,
		"A process was addressed with messages of a type that it does not take.",
		"Look the process up with the message type that it was spawned with.",
	},
	{
		1103, "actors.ErrNoBehavior", nil, Medium, never, false,
		"A start function is nil or returned nil.",
		"Return a behaviour, or an error that says why there is none.",
	},
	{
		1104, "actors.UnknownMessageError", nil, Medium, never, false,
		"A message reached a behaviour whose type switch does not know it.",
		"Add a case for the type that the error names.",
	},
	{
		1111, "actors/statem.ErrNoCallback", nil, Medium, never, false,
		"A state of a machine has no callback.",
		"Give the machine a callback for the state, or one for all states.",
	},
	{
		1112, "actors/statem.ErrNoResult", nil, Medium, never, false,
		"A callback of a machine returned the zero Result.",
		"Return one of the results of the package, Keep for example.",
	},
	{
		1113, "actors/statem.ErrEnterResult", nil, Medium, never, false,
		"Enter asked for another state.",
		"Change the state in a callback, not in Enter.",
	},
	{
		1114, "actors/statem.ErrEnterAction", nil, Medium, never, false,
		"Enter postponed or inserted an event.",
		"Do so in a callback.",
	},
	{
		1115, "actors/statem.ErrEnterMachine", nil, Medium, never, false,
		"Enter changed the machine.",
		"Change it in a callback.",
	},
	{
		1116, "actors/statem.ErrStopAction", nil, Medium, never, false,
		"A Stop came with an action that is no reply.",
		"Leave the action out: the machine ends.",
	},
	{
		1117, "actors/statem.ErrBadTimeout", nil, Medium, never, false,
		"A time-out has no name, a negative time or no content.",
		"Fill in what is missing.",
	},
	{
		1118, "actors/statem.ErrBadEvent", nil, Medium, never, false,
		"An inserted event is of no kind, or its name does not fit its kind.",
		"Name time-outs, and only those.",
	},
	{
		1119, "actors/statem.ErrBadAnswer", nil, Medium, never, false,
		"An answer has no reply address.",
		"Make answers with To or Failing.",
	},
	{
		1120, "actors/statem.ErrNoMachine", nil, Medium, never, false,
		"There is no machine to change to, or none below to go back to.",
		"Hand over a machine; pop as often as was pushed.",
	},
	{
		1121, "actors/statem.TransitionError", nil, Medium, never, true,
		"A machine made a mistake in a transition; the cause says which.",
		"Correct the callback of the state that the error names.",
	},
	{
		1131, "actors/eventmgr.ErrWrongHandler", nil, Medium, never, false,
		"A question was put to a handler of another type.",
		"Ask with the type that the handler was added with.",
	},
	{
		1132, "actors/eventmgr.ErrNilHandler", nil, Medium, never, false,
		"There is no handler to add.",
		"Hand over a handler.",
	},
	{
		1141, "actors/table.ErrWrongType", nil, Medium, never, false,
		"A table was opened as another kind, or with other types, than it was made with.",
		"Open it with the kind and types of its maker.",
	},
	{
		1142, "actors/table.ErrPublic", nil, Medium, never, false,
		"Work on many keys was asked of a public table, where others write meanwhile.",
		"Write one key at a time, or make the table protected.",
	},
	{
		1143, "actors/table.ErrSelf", nil, Medium, never, false,
		"A process named itself as the heir or receiver of its own table.",
		"Name another process.",
	},
	{
		1144, "actors/table.ErrOtherSystem", nil, Medium, never, false,
		"The heir or receiver of a table lives in another system.",
		"Name a process of the table's system.",
	},
	{
		1145, "actors/table.ErrBounds", nil, Medium, never, false,
		"The lower bound of a counter is above the upper one.",
		"Exchange the bounds.",
	},
	{
		1151, "actors/group.ErrForeign", nil, Medium, never, false,
		"A process of another system was to join a group.",
		"Join groups of the process's own system.",
	},
	{
		1161, "actors/registry.ErrNotUnique", nil, Medium, never, false,
		"A registry with duplicate keys was asked for the one holder of a key.",
		"Ask for all holders.",
	},
	{
		1201, "supervision/plan.FieldError",
		[]string{"supervision.FieldError"},
		Medium, never, false,
		"A supervisor's spec has a mistake.",
		"Correct the field that the error names.",
	},
	{
		1202, "supervision/plan.Faults",
		[]string{"supervision.Faults"},
		Medium, never, false,
		"A supervisor's spec has mistakes; every one is listed.",
		"Correct the fields that the error names.",
	},
	{
		1203, "supervision.ArgsError", nil, Medium, never, false,
		"A dynamic child was started with arguments of another type than its template takes.",
		"Hand over what the template takes.",
	},
	{
		1204, "supervision/plan.ErrSimpleOneForOne",
		[]string{"supervision.ErrSimpleOneForOne"},
		Medium, never, false,
		"A call by id, or with a spec, met a simple_one_for_one supervisor.",
		"Start children of the template, and name them by process.",
	},
	{
		1205, "supervision/plan.ErrNotSimpleOneForOne",
		[]string{"supervision.ErrNotSimpleOneForOne"},
		Medium, never, false,
		"A start from a template met a supervisor without one.",
		"Start the child with a spec.",
	},
	{
		1206, "supervision/plan.ErrDynamic",
		[]string{"supervision.ErrDynamic"},
		Medium, never, false,
		"A call by id met a dynamic supervisor, whose children are known by process alone.",
		"Name the process.",
	},
	{
		1207, "supervision/plan.ErrNotDynamic",
		[]string{"supervision.ErrNotDynamic", "supervision/dynamic.ErrNotDynamic"},
		Medium, never, false,
		"A start with a spec of its own met a supervisor that is not dynamic.",
		"Use a dynamic supervisor, or StartChild.",
	},
	{
		1208, "supervision.ErrNoProcess", nil, Medium, never, false,
		"A start function returned neither a process nor an error.",
		"Return one of the two.",
	},
	{
		1211, "supervision/partition.ErrNoName", nil, Medium, never, false,
		"A partition supervisor has no name, which is how others find it.",
		"Give it a name.",
	},
	{
		1212, "supervision/partition.ErrNoChild", nil, Medium, never, false,
		"A partition spec does not say what its partitions are.",
		"Give it a function that makes the child specs.",
	},
	{
		1213, "supervision/partition.ErrNotPartitioned", nil, Medium, never, false,
		"The process is a supervisor of another kind.",
		"Name a partition supervisor.",
	},
	{
		1214, "supervision/partition.CountError", nil, Medium, never, false,
		"The number of partitions cannot be.",
		"Choose a number in the range that the error names.",
	},
	{
		1221, "supervision/task.ErrRestarts", nil, Medium, never, false,
		"A task with a result was to be restarted: its second life would have nobody to answer.",
		"Start it as temporary, or without a result.",
	},
	{
		1301, "config.FieldError", nil, Medium, never, false,
		"One place of a configuration is wrong.",
		"Correct the file, variable or argument at the place that the error names; 'runtime schema' describes every key.",
	},
	{
		1302, "config.Errors", nil, Medium, never, false,
		"A configuration is wrong in the places that are listed.",
		"Correct them; 'runtime validate FILE' shows them again.",
	},
	{
		1401, "events.ErrInvalid", nil, Medium, never, false,
		"What was asked of the event store is malformed.",
		"Correct what the error names.",
	},
	{
		1402, "events.FieldError", nil, Medium, never, false,
		"An event to append, or a snapshot, is malformed.",
		"Correct the field that the error names.",
	},
	{
		1403, "events.QueryError", nil, Medium, never, false,
		"A query of events is malformed.",
		"Correct the condition that the error names.",
	},
	{
		1404, "events.ClassError", nil, Medium, never, false,
		"A retention class is malformed.",
		"Correct the class that the error names.",
	},
	{
		1405, "events.ErrScan", nil, Medium, never, false,
		"No index serves the query, and it would read the whole log.",
		"Give a stream, an agent, types, a correlation or both ends of the range; or allow the scan.",
	},
	{
		1406, "events.TypeError",
		[]string{"events.ErrUnknownType"},
		Medium, never, false,
		"The catalogue does not know a type of events, or not in this version.",
		"Register the type and version, or run the release that does.",
	},
	{
		1407, "events.SchemaError", nil, Medium, never, false,
		"The schema of a type of events has a mistake.",
		"Correct the schema that the error names.",
	},
	{
		1408, "events.ImportError", nil, Medium, never, true,
		"An export cannot be used from the line on that the error names.",
		"Export again, or repair the line; what stands before it may be restored already, and is not restored twice.",
	},
	{
		1409, "events/topic.PatternError",
		[]string{"events/topic.ErrPattern"},
		Medium, never, false,
		"A pattern of topics is malformed.",
		"Correct the token that the error names.",
	},
	{
		1410, "internal/admin.ParameterError",
		[]string{"internal/admin.ErrEventQuery"},
		Low, never, false,
		"A parameter of a query of events is not what is asked for.",
		"Correct the parameter that the error names.",
	},
	{
		1411, "internal/admin.AgentQueryError", nil, Low, never, true,
		"A parameter of a query about agents has a mistake.",
		"Correct the parameter that the error names, at the column that it gives.",
	},
	{
		1421, "events/follow.SpecError",
		[]string{"events/follow.ErrSpec"},
		Medium, never, false,
		"A consumer cannot be made as it was specified.",
		"Correct the field that the error names.",
	},
	{
		1431, "events/sourced.ErrOptions", nil, Medium, never, false,
		"An event-sourced process lacks an option, or a command lacks its id.",
		"Give what the error names.",
	},
	{
		1501, "agents/health.ErrInvalidPolicy", nil, Medium, never, false,
		"A health policy has mistakes.",
		"Correct the thresholds that the error names.",
	},
	{
		1502, "agents/index.ErrInvalidRow",
		[]string{"agents/registry.ErrInvalidRow"},
		Medium, never, false,
		"A row of the agents' index has mistakes.",
		"Correct the fields that the error names.",
	},
	{
		1503, "agents/query.BadQueryError",
		[]string{"agents/query.ErrBadQuery"},
		Low, never, false,
		"A query about agents cannot be read, or asks for what does not exist.",
		"Correct it at the position that the error names.",
	},
	{
		1504, "agents/balance.ErrInvalidPolicy", nil, Medium, never, false,
		"A policy of balancing has mistakes.",
		"Correct what the error names.",
	},
	{
		1505, "agents/capability.SyntaxError", nil, Medium, never, false,
		"A text names no capability, or no need of one.",
		"Correct it at the position that the error names.",
	},
	{
		1506, "agents/registry.InvalidRowError", nil, Medium, never, false,
		"An agent cannot be registered, or changed, as was asked.",
		"Correct the fields that the error names.",
	},
	{
		1507, "agents/registry.ModeError",
		[]string{"agents/registry.ErrMode"},
		Medium, never, false,
		"A registry in basic mode does not keep the field.",
		"Leave the field out, or switch the registry to the enhanced mode.",
	},
	{
		1511, "agents/reviewer.OptionsError", nil, Medium, never, false,
		"The options of a review have mistakes.",
		"Correct the options that the error names.",
	},
	{
		1512, "agents/reviewer.ErrNoFiles", nil, Medium, never, false,
		"A directory to review holds no Go files.",
		"Name a directory with Go files.",
	},
	{
		1521, "agents/exec/protocol.ErrTaskInvalid", nil, Medium, never, false,
		"A task for a program has no usable id, or an input that is not JSON.",
		"Correct the task.",
	},
	{
		1522, "agents/exec/protocol.TaskTooLargeError", nil, Medium, never, false,
		"A task for a program is longer than a line may be.",
		"Send a reference to the data instead of the data, or raise the limit on both sides.",
	},
	{
		1523, "agents/exec/protocol.ErrBidMalformed", nil, Low, never, false,
		"A program's bid is not built as one.",
		"Have it send the id of the request, and either a decimal price or bundles.",
	},
	{
		1524, "agents/exec/protocol.ErrBidPrice", nil, Low, never, false,
		"A program's bid has a price that is not above 0.",
		"Have it pass instead, or ask more.",
	},
	{
		1525, "agents/exec/protocol.ErrBidOverflow", nil, Low, never, false,
		"A program's bid has a price that does not fit into an amount.",
		"Have it pass instead, or ask less.",
	},
	{
		1526, "agents/exec/protocol.ErrBidPrecision", nil, Low, never, false,
		"A program's bid has a price of more than six digits behind the point; it is not rounded.",
		"Have it round its prices.",
	},
	{
		1527, "agents/exec/protocol.ErrBidTask", nil, Low, never, false,
		"A bundle of a program's bid has no task, tasks that are unknown or there twice, or more than the slots that are free.",
		"Have it bid for tasks of the request, each once in a bundle.",
	},
	{
		1528, "agents/exec/protocol.ErrBidRequest", nil, Medium, never, false,
		"A call for bids makes no line for a program.",
		"Give it tasks, slots and time, and keep it below the limit of a line.",
	},
	{
		1601, "agents/work/lines.LineError", nil, Medium, never, false,
		"A task line is wrong.",
		"Correct the line and column that the error names.",
	},
	{
		1602, "agents/work/plan.FieldError", nil, Medium, never, false,
		"A task has a field that is wrong.",
		"Correct the key that the error names and submit the task again.",
	},
	{
		1603, "agents/work/plan.ErrAgent", nil, Medium, never, false,
		"An agent without a usable id was announced to a queue.",
		"Give it an id of printable characters and modest length.",
	},
	{
		1604, "agents/bidding.ErrPrice", nil, Low, never, true,
		"An agent asked a price for a task that is none; it counts as not having bid.",
		"Prices are above 0 and below nine million millions; correct what the agent asks.",
	},
	{
		1605, "agents/bidding.RuleError", nil, Medium, never, false,
		"The settings of a bidding policy have a mistake.",
		"Correct the key that the error names.",
	},
	{
		1701, "telemetry/alert.FieldError", nil, Medium, never, false,
		"A rule, a route or a silence of the alerts has a mistake.",
		"Correct the field that the error names.",
	},
	{
		1702, "telemetry/prom.DefinitionError", nil, Medium, never, false,
		"A metric could not be registered.",
		"Give it a name and labels that no other metric has.",
	},
	{
		1703, "telemetry/collect.SenderError", nil, Medium, never, false,
		"A route of the alerts leads to nobody.",
		"Add a sender for the route, or remove it.",
	},
	{
		1704, "telemetry/alert.ExpressionError", nil, Medium, never, false,
		"An expression of an alert rule cannot be read.",
		"Correct it at the position that the error names.",
	},
	{
		1901, "testkit/conform.ParseError", nil, Low, never, false,
		"A line of a conformance script cannot be read.",
		"Correct the line.",
	},
	{
		1902, "testkit/conform.ParseErrors", nil, Low, never, false,
		"A conformance script has mistakes; every one is listed.",
		"Correct the lines.",
	},
	{
		1903, "testkit/conform.OperationError", nil, Low, never, true,
		"An operation of a conformance script cannot be carried out.",
		"Correct the script; the cause says why.",
	},
	{
		1904, "testkit/conform.ErrBlocked", nil, Low, never, false,
		"An operation waits for a held start that nothing releases.",
		"Release the start in the script.",
	},
	{
		1905, "testkit/conform/suites.RowError", nil, Low, never, false,
		"A row of a conformance table is wrong.",
		"Name a test that exists, or a reason.",
	},
}, validationOfMarkets, validationOfProtocols, validationOfCognitive)
