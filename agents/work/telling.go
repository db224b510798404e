// SPDX-License-Identifier: Apache-2.0

package work

import (
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/telemetry"
)

// tell turns the events of a batch, which are durable now, into events for whoever listens.
func (a *queue) tell(b *batch) {
	if !a.bus.Active() {
		return
	}
	name := a.handle.o.Name
	for _, event := range b.out.Events {
		switch e := event.(type) {
		case plan.Accepted:
			telemetry.Emit(a.bus, TaskAccepted{Queue: name, Task: e.Task.ID, Kind: e.Task.Kind})
		case plan.Started:
			telemetry.Emit(a.bus, AttemptStarted{Queue: name, Task: e.ID, Attempt: e.Attempt, Agent: e.Agent.ID})
			if e.Deal != 0 {
				telemetry.Emit(a.bus, TaskAwarded{Queue: name, Task: e.ID, Deal: uint64(e.Deal), Agent: e.Agent.ID, Price: e.Price})
			}
		case plan.Failed:
			telemetry.Emit(a.bus, AttemptEnded{Queue: name, Task: e.ID, End: string(e.End), Reason: e.Reason, Retried: true})
		case plan.Returned:
			telemetry.Emit(a.bus, AttemptEnded{Queue: name, Task: e.ID, End: "returned", Reason: e.Reason, Retried: true})
		case plan.Done, plan.Died, plan.Cancelled:
			o, _ := plan.OutcomeOf(event)
			a.tellEnd(o)
		case plan.Revived:
			telemetry.Emit(a.bus, TaskRevived{Queue: name, Task: e.ID})
		case plan.Purged:
			telemetry.Emit(a.bus, TaskPurged{Queue: name, Task: e.ID})
		case plan.Paused:
			telemetry.Emit(a.bus, QueuePaused{Queue: name, Reason: e.Reason})
		case plan.Unpaused:
			telemetry.Emit(a.bus, QueueUnpaused{Queue: name})
		case plan.Called:
			telemetry.Emit(a.bus, BidsCalled{Queue: name, Call: uint64(e.Call), Tasks: len(e.IDs), Invited: len(e.Invited)})
		case plan.Unsold:
			telemetry.Emit(a.bus, TaskUnsold{Queue: name, Task: e.ID, Deal: uint64(e.Deal), Cause: string(e.Cause), Reason: e.Reason})
		case plan.Voided:
			telemetry.Emit(a.bus, AwardVoided{Queue: name, Task: e.ID, Deal: uint64(e.Deal), Agent: e.Agent.ID, Price: e.Price, Reason: e.Reason})
		case plan.Settled:
			telemetry.Emit(a.bus, DealSettled{Queue: name, Deal: uint64(e.Deal)})
		case plan.Offered, plan.Forgotten:
		}
	}
}

func (a *queue) tellEnd(o plan.Outcome) {
	last := o.Last()
	if last.Stop == o.Ended && last.Token != 0 {
		telemetry.Emit(a.bus, AttemptEnded{
			Queue: a.handle.o.Name, Task: o.ID, Agent: last.Agent.ID, Attempt: last.N, End: string(last.End), Reason: last.Reason, Took: last.Took(),
		})
	}
	telemetry.Emit(a.bus, TaskEnded{
		Queue: a.handle.o.Name, Task: o.ID, Kind: o.Kind, Outcome: o.State.String(), Attempts: len(o.Attempts), Agent: last.Agent.ID,
		Took: last.Took(), Age: o.Ended.Sub(o.Accepted),
	})
}
