// SPDX-License-Identifier: Apache-2.0

package registry

import "mabeam.dev/actors"

// message is what the registry's process takes.
type message interface{ registry() }

type (
	// write is one op, several the batch.
	write struct {
		op    Op
		reply actors.Reply[Result]
	}
	several struct {
		mode   Mode
		ops    []Op
		always bool // also while the registry is read only
		reply  actors.Reply[batched]
	}
	// flush ends a group: it stands behind all that was queued when the group began.
	flush struct{}
	// ended is the death of somebody who is in a row or watches.
	ended actors.Down
	// news says that the source has some.
	news struct{}
	// report is what somebody measured, reportsDue the time to write such.
	report     struct{ figures Figures }
	reportsDue struct{}
	// settled asks to be answered when all before it is published.
	settled struct{ reply actors.Reply[uint64] }
	// subscribe and unsubscribe are about watches.
	subscribe struct {
		watch *Watch
		reply actors.Reply[subscribed]
	}
	unsubscribe struct{ watch *Watch }
	// heir is the holder, ready to inherit.
	heir struct{ to custody }
	// expire is the time to forget.
	expire struct{}
)

// batched is the answer to several.
type batched struct {
	results []Result
	err     error
}

func (write) registry()       {}
func (several) registry()     {}
func (flush) registry()       {}
func (ended) registry()       {}
func (news) registry()        {}
func (report) registry()      {}
func (reportsDue) registry()  {}
func (settled) registry()     {}
func (subscribe) registry()   {}
func (unsubscribe) registry() {}
func (heir) registry()        {}
func (rowsTaken) registry()   {}
func (viewTaken) registry()   {}
func (pastTaken) registry()   {}
func (expire) registry()      {}
