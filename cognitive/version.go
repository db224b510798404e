// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"cmp"
	"fmt"
)

// Version tells how often something has been committed. Versions are ordered by epoch first.
type Version struct {
	// Epoch rises when it cannot be proven that the last version that anybody saw is kept: after the end of a program that did not journal
	// everything before it was seen.
	Epoch uint64 `json:"e,omitempty"`
	// Seq rises by one with each commit.
	Seq uint64 `json:"q"`
}

// Compare returns −1, 0 or 1.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Epoch, w.Epoch), cmp.Compare(v.Seq, w.Seq))
}

// Before reports whether v comes before w.
func (v Version) Before(w Version) bool { return v.Compare(w) < 0 }

func later(v, w Version) Version {
	if v.Before(w) {
		return w
	}
	return v
}

// IsZero reports whether nothing was committed.
func (v Version) IsZero() bool { return v == Version{} }

// String writes epoch and seq.
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Epoch, v.Seq) }

// next is the version after v.
func (v Version) next() Version { return Version{v.Epoch, v.Seq + 1} }

// Cause says why a value was committed.
type Cause uint8

// The causes.
const (
	ByInitial   Cause = iota // the first value
	ByUser                   // somebody who works with the system set it
	ByAgent                  // an agent proposed it
	ByAdapter                // the adaptation proposed it
	BySync                   // the cluster, or the death of a member, made it so
	ByRollback               // an earlier value was asked for
	ByRevert                 // the adaptation took back what made things worse
	ByUpgrade                // a plain setting became a variable, or the other way round
	ByRedefine               // its kind was changed
	ByOverride               // a value for some agents alone was set or taken away
	ByExpiry                 // such a value has expired
	ByComputing              // a composite was computed from its inputs
	ByRecovery               // an epoch has begun
)

var causes = [...]string{"initial", "user", "agent", "adapter", "sync", "rollback", "revert", "upgrade", "redefine", "override", "expiry", "computed", "recovery"}

// String names the cause.
func (c Cause) String() string {
	if int(c) < len(causes) {
		return causes[c]
	}
	return fmt.Sprintf("cognitive.Cause(%d)", uint8(c))
}

// Durability says when a commit is seen.
type Durability uint8

// The durabilities.
const (
	Durable   Durability = iota // after the journal has it for good
	Buffered                    // at once; the end of the program may lose the last commits, the crash of a process none
	Ephemeral                   // at once, and it is never journaled
)

var durabilities = [...]string{"durable", "buffered", "ephemeral"}

// String names the durability.
func (d Durability) String() string {
	if int(d) < len(durabilities) {
		return durabilities[d]
	}
	return fmt.Sprintf("cognitive.Durability(%d)", uint8(d))
}

// Flags say what to know about a value.
type Flags uint8

// The flags.
const (
	Stale      Flags = 1 << iota // computed from inputs that have changed since, or read on the small side of a split cluster
	Degraded                     // the last good value: what should keep it up to date has failed
	Overridden                   // a value for this agent alone
)
