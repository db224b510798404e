// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"errors"
	"fmt"
	"time"
)

// Options are what each replica decides for itself. The zero value is the default.
type Options struct {
	// Timeout is the shortest time that a request may take before the primary is doubted; 50 ms by default.
	Timeout time.Duration
	// TimeoutMax bounds the doubling of Timeout; 60 s by default.
	TimeoutMax time.Duration
	// Resend is how long a replica waits before it tells others what it lacks; Timeout by default.
	Resend time.Duration
	// Linger is how long a primary waits for more requests while batches are under way; 1 ms by default, none if negative.
	Linger time.Duration
	// Pipeline is how many batches may be under way at once; 8 by default.
	Pipeline uint64
	// BatchSize is how many requests a batch holds at most; 256 by default, which is also the most.
	BatchSize int
	// Burst is how many questions of one member are answered in a row, and Rate how many a second; 256 and 1,000 by default.
	Burst, Rate int

	// Amnesiac says that the vote log is lost: the replica keeps up with the state and says nothing that counts, until an epoch in which
	// it has another key.
	Amnesiac bool

	skip skips
}

// skips turns single checks off. Only tests can, to show that each check is needed.
type skips struct {
	quorum2f     bool // certificates of 2f members
	quorum2f1    bool // certificates of 2f+1 members whatever n is
	distinct     bool // a member's repeated votes count again
	voteView     bool // votes of other views count
	voteDigest   bool // votes for other batches count
	secondDigest bool // a second batch for one view and number is accepted
	batchDigest  bool // the batch need not have the digest
	authentic    bool // requests need not be signed by their clients
	watermark    bool // sequence numbers may be anything
	oldView      bool // proposals of former views are accepted
	oldVotes     bool // votes go on after VIEW-CHANGE
	recompute    bool // NEW-VIEW is believed
	certificates bool // VIEW-CHANGE is believed
	highest      bool // a new view takes any certificate, not that of the highest view
	nulls        bool // holes of a new view stay holes
	persistFirst bool // votes are sent before they are stored
	onceOnly     bool // requests are executed however often they come
	tooOld       bool // requests older than the client's window are executed
	chunks       bool // transferred chunks are believed
	stable       bool // a CHECKPOINT of one member is taken for a certificate
	amnesia      bool // a replica without its log votes as if it were new
	timers       bool // nobody doubts a primary
	agreed       bool // MAC mode: any claim is taken for prepared
	oneReply     bool // a client believes the first reply
	evidence     bool // what proves nothing is reported
}

func (o Options) withDefaults() Options {
	def := func(v *uint64, d uint64) {
		if *v == 0 {
			*v = d
		}
	}
	def(&o.Pipeline, 8)
	span := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	span(&o.Timeout, 50*time.Millisecond)
	span(&o.TimeoutMax, 60*time.Second)
	span(&o.Resend, o.Timeout)
	span(&o.Linger, time.Millisecond)
	count := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	count(&o.BatchSize, 256)
	count(&o.Burst, 256)
	count(&o.Rate, 1000)
	return o
}

// Validate returns every problem of the options, joined. Zero fields are defaults.
func (o Options) Validate() error {
	var errs []error
	bad := func(field, why string, args ...any) {
		errs = append(errs, fmt.Errorf("pbft: options: %s: %s: %w", field, fmt.Sprintf(why, args...), ErrInvalidOptions))
	}
	d := o.withDefaults()
	if d.Timeout < 0 || d.TimeoutMax < d.Timeout {
		bad("TimeoutMax", "%v is less than Timeout, %v", d.TimeoutMax, d.Timeout)
	}
	if d.Resend < 0 {
		bad("Resend", "%v is negative", d.Resend)
	}
	if d.BatchSize < 1 || d.BatchSize > 256 {
		bad("BatchSize", "%d, and batches have 1 to 256 requests", d.BatchSize)
	}
	if d.Burst < 0 || d.Rate < 0 {
		bad("Burst", "negative")
	}
	return errors.Join(errs...)
}
