// SPDX-License-Identifier: Apache-2.0

// Package plan decides for the work queue: which task goes to which agent, when an attempt is over, and what a task ends as. It is a pure state machine without
// clock, goroutine, mailbox or I/O; package work wraps it in a process.
//
// # Guarantees
//
//   - One outcome: a task that was accepted ends exactly once, as done, dead or cancelled. It may be executed more than once; the result counts once, under the
//     token of the attempt that is running. A later or foreign answer is dropped and reported as Late. (A dead task that is revived gets a second outcome.)
//   - Events first: every decision is a list of events to journal and a list of effects to perform after the events are durable. The state is a function of the
//     events alone; Apply reads no setting that alters it. Every prefix of a journal is a legal state from which all open tasks still end.
//   - Order: priority, then deadline, then arrival. Waiting one Spec.Ageing is worth one step of priority, so nothing starves, priorities being bounded.
//   - Needs: a task asks for a capability, perhaps with bounds on its version (package capability); Spec.Requires asks for more by kinds of tasks. Whom AgentStanding
//     says is out gets nothing, whatever it offers, and keeps what it has in hand.
//   - Exclusion: a retry goes to an agent not yet tried in its series, and waits for a busy one, while any such agent is up; otherwise to any.
//   - Slots: an agent never holds more attempts than its concurrency. A recalled attempt keeps its slot until the agent answers the token or goes down, and after
//     Spec.Grace the agent is condemned.
//   - Quotas: of a kind of tasks no more attempts are with agents at once, and no more begin in a time, than Spec.Kinds says; an agent begins no more than
//     Spec.Agents says, in all its lives together. Tasks of other kinds and other agents go past what a quota holds back. What is left of a rate is not
//     journaled: a rebuilt queue begins with all of it.
//   - Bids: with the policy Auction a task is called for, and goes to the agent that won it, at its price. Slots and room in quotas are kept free for what
//     the invited may win. Each award leaves one Debt, which is put out until it is settled: Delivered exactly when the attempt that was won brought the
//     result. A task nobody wins waits, is dead, or goes to an agent unpaid, as Spec.Procurement says; a retry is called for anew.
//   - A pause is journaled, so it outlasts restarts; a drain is not.
//   - Bounds: at most Spec.Limit open tasks; an open task takes less than 1 KiB beyond its input and the history of its failed attempts, one that is over
//     what duplicate detection needs (about 160 bytes and its id), until a Trim drops it: Spec.Remember says how many are kept. Dead letters are kept whole
//     until they are revived or purged. A command takes O(log n) in the number of tasks. A retry costs O(agents) on top, and an
//     agent that gets or loses its last free slot the number of different sets of agents that retries for its capabilities have tried. A Tick takes O(log n)
//     for each due task, at most 1,024 at once. With the policy Performance a dispatch
//     looks at all free agents. A Trim costs what it drops. Forget, Tasks, DeadLetters and Snapshot look at everything.
//   - Nothing blocks, and nothing is random except through the source passed in: the same commands give the same decisions.
//
// # Usage
//
// Step takes one command, appends to an Output, and dispatches as far as agents have slots:
//
//	var out plan.Output
//	err := q.Step(now, random, plan.Submit{Task: task, Ticket: 7}, &out)
//	// journal out.Events; when they are durable perform out.Effects; out.Reset()
//
// After a crash: New (or Restore of a snapshot), Apply for each event, AgentUp for every agent that lived on, then Recover.
//
// # Duties of the user
//
// When Knows does not know a task and Forgot is not zero, ask the journal and pass what it has as Submit.Past; Trim when TrimDue says so. Journal the events in order, each as the next version of one stream, before any effect, and rebuild the queue when journaling fails: the queue is ahead of
// its journal then. Give every life of an agent an incarnation that was never used before in the journal. Answer every Recall with a Failure, a Result or
// AgentDown, and every Condemn with AgentDown. Answer every Procure with an Award and every Settle with a SettlementDone, also
// those that come again after a restart; do either but once. Tick when an Arm says so. Keep events in the journal until every sink has written the outcomes up to them,
// even if a snapshot covers them: a snapshot holds no outputs. Pass a time that does not go backwards; a step back only delays what is due.
//
// # Failure modes
//
// Submit refuses with ErrFull, ErrDraining, ErrConflict, a *DuplicateError, or one *FieldError for each problem of the task. Apply gives a *HistoryError for an
// event that does not fit, Decode ErrUnknownType for one it does not know, Restore ErrSnapshot. Step panics only if Decide and Apply disagree, which is a bug here.
//
// # State
//
// A Queue belongs to one owner, usually the queue actor, and is not safe for concurrent use. Which agents are up and how they have done, what
// timer is armed and how many answers came late is not journaled: a rebuilt queue is told again.
//
// An attempt of an agent that crashed is suspected of having killed it unless AgentDown names the culprit, so with a concurrency above one an innocent task can
// be counted beside the guilty one.
//
// # Testing
//
// Code on top can be tested with the real Queue: it needs no setup, and Snapshot gives equal bytes for equal states.
package plan
