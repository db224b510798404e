// SPDX-License-Identifier: Apache-2.0

package standard

import (
	"errors"

	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	"mabeam.dev/events/follow"
	"mabeam.dev/events/sourced"
	"mabeam.dev/telemetry/alert"
)

// Prefixes begin the names of the types that belong to the node.
func Prefixes() []string { return []string{"work.", "store.", "follow.", "alert."} }

// The names and the data of the events that the store itself writes.
const lossType = "store.loss_accepted"

// LossAccepted tells that an operator went on with a store that had lost acknowledged events.
type LossAccepted struct {
	Have   events.Position `json:"have"`   // the last event that was there
	Want   events.Position `json:"want"`   // the last one that had been acknowledged
	Epoch  uint64          `json:"epoch"`  // of the store from then on
	Reason string          `json:"reason"` // which comparison failed
}

// Catalog gives a new catalogue with all types of the node.
func Catalog() *events.Catalog {
	c := events.NewCatalog()
	if err := errors.Join(work(c), store(c), alerts(c), follow.Register(c)); err != nil {
		panic(err) // the schemas are constants
	}
	for _, never := range barriers {
		c.Untyped(never)
	}
	return c
}

func store(c *events.Catalog) error {
	_, err := events.Register[LossAccepted](c, events.Schema{
		Name: lossType, Severity: events.Critical, Required: []string{"have", "want", "epoch", "reason"},
		Doc: "An operator went on with a store that had lost acknowledged events.",
	})
	return err
}

// barriers are types of appends that no stream can accept: who sends one learns that everything before it is settled.
var barriers = []string{"work.never_appended", sourced.BarrierType}

// alerts registers the notices of a route that leads to the journal.
func alerts(c *events.Catalog) error {
	return errors.Join(
		fact[alert.Notice](c, "alert."+alert.Fired, events.Error, "A rule fired.", "what", "rule"),
		fact[alert.Notice](c, "alert."+alert.StillOn, events.Warning, "A rule fires still.", "what", "rule"),
		fact[alert.Notice](c, "alert."+alert.Flapping, events.Warning, "A rule fires and ends too often to be told of each time.", "what", "rule"),
		fact[alert.Notice](c, "alert."+alert.Over, events.Info, "A rule fires no more.", "what", "rule"),
	)
}

// work registers the events of the queues.
func work(c *events.Catalog) error {
	return errors.Join(
		fact[plan.Accepted](c, plan.TypeAccepted, events.Info, "A queue accepted a task; from now on it is not lost.", "task", "at"),
		fact[plan.Started](c, plan.TypeStarted, events.Info, "A task was given to an agent.", "id", "token", "attempt", "agent", "at"),
		fact[plan.Failed](c, plan.TypeFailed, events.Warning, "An attempt failed, and the task stays open.", "id", "token", "at", "end"),
		fact[plan.Returned](c, plan.TypeReturned, events.Info, "An attempt was taken back without being counted.", "id", "token", "at"),
		fact[plan.Offered](c, plan.TypeOffered, events.Debug, "The pause after a failed attempt is over.", "id", "at"),
		fact[plan.Done](c, plan.TypeDone, events.Info, "A task has its result.", "id", "at"),
		fact[plan.Died](c, plan.TypeDied, events.Error, "A task became a dead letter.", "id", "at", "cause"),
		fact[plan.Cancelled](c, plan.TypeCancelled, events.Info, "A task was withdrawn.", "id", "at"),
		fact[plan.Revived](c, plan.TypeRevived, events.Info, "A dead letter was given a new series of attempts.", "id", "at"),
		fact[plan.Forgotten](c, plan.TypeForgotten, events.Debug, "A queue dropped ended tasks from its memory.", "before"),
		fact[plan.Purged](c, plan.TypePurged, events.Warning, "A dead letter was given up.", "id", "at"),
		fact[plan.Paused](c, plan.TypePaused, events.Warning, "A queue gives no task out until it is resumed.", "at"),
		fact[plan.Unpaused](c, plan.TypeUnpaused, events.Info, "A paused queue was resumed.", "at"),
		fact[plan.Called](c, plan.TypeCalled, events.Info, "Agents were called to bid for tasks.", "call", "ids", "invited", "at"),
		fact[plan.Unsold](c, plan.TypeUnsold, events.Warning, "Nobody won a task that was bid for.", "deal", "id", "at", "cause"),
		fact[plan.Voided](c, plan.TypeVoided, events.Warning, "An award could not be used, and is undone.", "deal", "id", "agent", "at", "reason"),
		fact[plan.Settled](c, plan.TypeSettled, events.Info, "What an agent had won was paid, or undone.", "deal", "at"),
	)
}

func fact[T any](c *events.Catalog, name string, s events.Severity, doc string, required ...string) error {
	_, err := events.Register[T](c, events.Schema{Name: name, Severity: s, Required: required, Sealed: true, Doc: doc})
	return err
}
