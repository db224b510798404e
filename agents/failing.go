// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"errors"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
)

// failureOf makes the error of a worker the failure of an attempt, counted from 1. A *Failure says itself what it means. Of an error with a
// code of its own the code decides: what no repetition helps is permanent, and where waits are advised the next attempt keeps them. All others
// are retryable, errors of the standard library included: a file that is missing here may be there elsewhere.
func failureOf(err error, attempt int) *Failure {
	var own *Failure
	if errors.As(err, &own) {
		if own == nil { // not nil as an error, so that it is one
			return &Failure{Class: ClassRetryable, Reason: "the worker returned a nil *agents.Failure as its error"}
		}
		return own
	}
	f := &Failure{Class: ClassRetryable, Reason: err.Error()}
	known := fault.Of(err)
	if !known.Ours() {
		return f
	}
	f.Code = known.Code.String()
	if known.Retry.Class == fault.None {
		f.Class = ClassPermanent
	}
	f.After, _ = known.Retry.Delay(attempt, nil) // the queue's own back-off brings the jitter
	return f
}

// placed adds to an error that crashes an agent which agent it is.
func (l *living) placed(ctx *actors.Context[Message], err error) error {
	if !actors.Crashes(err) {
		return err
	}
	return fault.At(err, fault.Place{Agent: l.spec.ID, Process: ctx.Self().PID().Path()})
}
