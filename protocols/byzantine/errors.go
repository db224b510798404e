// SPDX-License-Identifier: Apache-2.0

package byzantine

import "mabeam.dev/actors/fault"

// Conditions that callers branch on.
var (
	// ErrInvalid is returned for a host, group or rehearsal that cannot be as it is described.
	ErrInvalid = fault.New(1959, "byzantine: not a group that can be")
	// ErrNoKeys is returned for an agent that has no keys here.
	ErrNoKeys = fault.New(4713, "byzantine: no keys")
	// ErrDown is returned while the supervisor of groups is not running.
	ErrDown = fault.New(4714, "byzantine: groups are not running")
	// ErrEnded is returned for a group that has ended.
	ErrEnded = fault.New(4715, "byzantine: the group has ended")
	// ErrHalted is returned for a group that has stopped because it is not safe any more: more of its members lie than it tolerates.
	ErrHalted = fault.New(4716, "byzantine: the group has stopped")
	// ErrStale is returned to a life of a replica that has ended and would write to its log.
	ErrStale = fault.New(4717, "byzantine: a later life of the replica has the log")
)
