// SPDX-License-Identifier: Apache-2.0

package work

import (
	"errors"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

var errCrash = errors.New("crash")

// victim crashes with every message, and says at the end of its Init that it is up.
type victim struct{ up chan actors.Ref[*Item] }

func (v victim) Init(c *actors.Context[*Item]) error {
	v.up <- c.Self()
	return nil
}

func (victim) Receive(*actors.Context[*Item], *Item) error { return errCrash }

// RestartSupervisors is how many supervisors take turns in Restart. One alone would hold, in Erlang, a window of thousands of restarts,
// which its search of the list makes slow: that is not what is to be compared.
const RestartSupervisors = 64

// Restart crashes children n times, one after another, of supervisors in turn. The time runs from the send of the fatal message to the end of
// the next incarnation's Init.
func Restart(n int) time.Duration {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	up := make(chan actors.Ref[*Item], 1) // the victims send; one is under way at a time
	var victims [RestartSupervisors]actors.Ref[*Item]
	for i := range victims {
		child := supervision.Worker("worker", func() actors.Behavior[*Item] { return victim{up} })
		got(supervision.Start(sys, "", supervision.Spec{Intensity: always, Children: []supervision.Child{child}}))
		victims[i] = <-up
	}
	msg := &Item{}
	return Timed(func() {
		for i := range n {
			at := i % RestartSupervisors
			victims[at].Tell(msg)
			victims[at] = <-up
		}
	})
}
