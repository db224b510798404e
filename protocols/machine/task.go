// SPDX-License-Identifier: Apache-2.0

package machine

import "strings"

// TaskPrefix begins the kind of a task that is an invitation, whose input is an [Invite] and whose output is an [Answer], both as JSON:
// "coordination.vote".
const TaskPrefix = "coordination."

// RoleOf returns the role of the invitation that a task of a kind is; false for other tasks.
func RoleOf(kind string) (Role, bool) {
	role, ok := strings.CutPrefix(kind, TaskPrefix)
	return Role(role), ok && role != ""
}

// Opinion reports whether a role asks what a participant thinks, and not that it does something: to vote, rate, predict or sample, or to propose and
// judge proposals.
func (r Role) Opinion() bool {
	switch r {
	case RoleVote, RoleRate, RoleSample, RolePredict, RolePropose, RoleCritique:
		return true
	case RoleTrial, RoleRun, RoleUndo, RoleProbe, RoleDecided, RoleCancelled:
	}
	return false
}

// Proposes reports whether a role asks for a proposal, or for criticism of those of others.
func (r Role) Proposes() bool { return r == RolePropose || r == RoleCritique }
