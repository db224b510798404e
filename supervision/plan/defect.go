// SPDX-License-Identifier: Apache-2.0

package plan

// defect names a deliberate mistake. Only tests of this package switch one on, to see that the conformance scripts notice it; see seeded.
type defect uint8

const (
	noDefect defect = iota
	bugWindowOneMore
	bugWindowOneLess
	bugWindowNeverSlides
	bugSuccessResetsWindow
	bugRetryNotCounted
	bugManualRestartCounted
	bugFailedManualRestartCounted
	bugGiveUpWithChildReason
	bugRetryBeforeMailbox
	bugStopInStartOrder
	bugRollbackLeft
	bugHandStoppedLeftDown
	bugTemporaryRestartedInGroup
	bugTemporaryIgnoreKept
	bugTemporaryKeptAtExit
	bugTransientShutdownRestarts
	bugTransientKilledStays
	bugPermanentNormalStays
	bugRestForOneTakesAll
	bugOneForAllTakesRest
	bugAnyIsAll
	bugAllIsAny
	bugTerminateAutoShutdown
	bugGroupStopAutoShutdown
	bugAllIgnoresRestarting
	bugNewChildFirst
	bugFailedStartKept
	bugRestartingDeletable
	bugTerminateRestartingGoesOn
	bugIgnoreOnRestartRetried
	bugParentReasonLost
	bugReplaceResetsWindow
	bugReplaceMissingFirst
	bugReplaceDropsMissing
	bugSimpleStrangerTerminated
	bugRestartingCountedActive
	lastDefect
)

// seeded is the defect that new states get. It is written by tests alone.
var seeded = noDefect

// handStopped marks a child in bugHandStoppedLeftDown as its arguments, which static children have not otherwise.
type handStopped struct{}

// stopForward is the wrong order of bugStopInStartOrder.
func (s *State) stopForward(c *slot, then func()) {
	if c == nil {
		then()
		return
	}
	s.stop(c, func() { s.stopForward(c.next, then) })
}

// lastToFirst is the wrong place of bugNewChildFirst.
func (s *slots) lastToFirst() {
	c := s.last
	if c == s.first {
		return
	}
	s.last, c.prev.next = c.prev, nil
	c.prev, c.next, s.first.prev = nil, s.first, c
	s.first = c
}
