// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"cmp"
	"time"
)

// Mode is how a name is claimed.
type Mode uint8

// The modes.
const (
	// Exclusive lets one owner hold the name: a lock, or the writer of a read-write lock.
	Exclusive Mode = iota
	// Shared lets any number of owners hold it, but none exclusively: a reader.
	Shared
	// Permits claims some of the permits of a semaphore.
	Permits
)

var modes = [...]string{"exclusive", "shared", "permits"}

// String returns the word for the mode.
func (m Mode) String() string {
	if int(m) < len(modes) {
		return modes[m]
	}
	return "unknown"
}

// Request asks for a claim.
type Request struct {
	// ID tells the request from all others of the space. The same request again changes nothing, and is answered with what became of it.
	ID string `json:"id"`
	// Name is what is to be claimed.
	Name string `json:"name"`
	// Owner is who claims it: one incarnation of a process, or whatever else ends at once as a whole.
	Owner string `json:"owner"`
	// Mode is how.
	Mode Mode `json:"mode,omitempty"`
	// Permits is how many permits of a semaphore; 0 means 1.
	Permits int `json:"permits,omitempty"`
	// Size makes a semaphore of this many permits if the name is none yet.
	Size int `json:"size,omitempty"`
	// Class lets the request wait as if it had come Class times the space's Ageing earlier. Waiting raises everybody alike, so nobody starves.
	Class int `json:"class,omitempty"`
	// Try refuses the request with ErrHeld where it would wait.
	Try bool `json:"try,omitempty"`
	// Reentrant lets an owner that holds the name in this mode, or exclusively, hold it once more. Each is released by itself.
	Reentrant bool `json:"reentrant,omitempty"`
	// Wait is how long it waits at most; 0 means until it is cancelled.
	Wait time.Duration `json:"wait,omitempty"`
	// TTL is the length of the lease; 0 means that the claim ends only by release or with its owner.
	TTL time.Duration `json:"ttl,omitempty"`
}

// validate returns what cannot be right.
func (r *Request) validate() error {
	wrong := func(field, reason string) error { return &RequestError{Name: r.Name, Field: field, Reason: reason} }
	switch {
	case r.ID == "":
		return wrong("id", "empty")
	case r.Name == "":
		return wrong("name", "empty")
	case r.Owner == "":
		return wrong("owner", "empty")
	case r.Mode > Permits:
		return wrong("mode", "unknown")
	case r.Wait < 0 || r.TTL < 0:
		return wrong("wait, ttl", "negative")
	case r.Permits < 0 || r.Size < 0 || (r.Mode != Permits && (r.Permits > 0 || r.Size > 0)):
		return wrong("permits", "negative, or not of a semaphore")
	case r.Mode == Permits && r.Reentrant:
		return wrong("reentrant", "permits are counted anyway")
	case r.Class < -maxClass || r.Class > maxClass:
		return wrong("class", "out of range")
	}
	return nil
}

// maxClass bounds classes, so that their product with an ageing step fits into a Duration.
const maxClass = 1000

// Kind is what an effect says.
type Kind uint8

// The kinds of effects.
const (
	// Granted: the claim is held, under Token, until Until.
	Granted Kind = iota
	// Refused: the request is not going to be granted; Err says why.
	Refused
	// Lost: a claim that was held is not any more, without its owner's doing; Err says why.
	Lost
	// Released: the claim was given back.
	Released
	// Renewed: the lease ends at Until now.
	Renewed
	// Downgraded: the writer has become a reader, under the same token.
	Downgraded
	// Resized: the semaphore has another number of permits.
	Resized
)

var kinds = [...]string{"granted", "refused", "lost", "released", "renewed", "downgraded", "resized"}

// String returns the word for the kind.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return "unknown"
}

// Effect is something that a step has done, in the order in which it happened.
type Effect struct {
	// Kind says what.
	Kind Kind
	// ID is the request's; empty for Resized.
	ID string
	// Name and Owner are those of the request.
	Name, Owner string
	// Mode is that of the claim.
	Mode Mode
	// Token is that of the claim; zero if it never was one.
	Token Token
	// Until is the end of the lease; zero for none.
	Until time.Time
	// Waited is how long a granted or refused request waited.
	Waited time.Duration
	// Err says why a request was refused, or a claim lost.
	Err error
}

// claim is a request that waits or is held.
type claim struct {
	Request
	Seq     uint64        `json:"seq"`              // of arrival
	Came    time.Time     `json:"came"`             // when
	Virtual time.Time     `json:"virtual"`          // when, with its class
	Token   Token         `json:"token,omitzero"`   // zero while it waits
	Until   time.Time     `json:"until,omitzero"`   // end of the wait, or of the lease; zero for never
	Lease   time.Duration `json:"lease,omitempty"`  // that was granted or renewed last
	Count   int           `json:"count,omitempty"`  // permits
	Weaker  bool          `json:"weaker,omitempty"` // was exclusive and is shared now
	ends    int           // place in the heap of ends, plus 1
}

func (c *claim) held() bool { return !c.Token.IsZero() }

// before is the order of the queue.
func (c *claim) before(d *claim) int {
	return cmp.Or(c.Virtual.Compare(d.Virtual), cmp.Compare(c.Seq, d.Seq))
}

func (c *claim) effect(k Kind, err error) Effect {
	return Effect{Kind: k, ID: c.ID, Name: c.Name, Owner: c.Owner, Mode: c.Mode, Token: c.Token, Until: c.lease(), Err: err}
}

func (c *claim) lease() time.Time {
	if c.held() {
		return c.Until
	}
	return time.Time{}
}
