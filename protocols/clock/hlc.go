// SPDX-License-Identifier: Apache-2.0

package clock

import (
	"cmp"
	"fmt"
	"time"

	"mabeam.dev/actors/fault"
)

// Timestamp is a time of a hybrid logical clock: 48 bits of milliseconds since 1970, and 16 bits that order what happens within one. It is
// ordered as a number. Zero is before all others.
type Timestamp uint64

const (
	logicalBits = 16
	logicalMask = 1<<logicalBits - 1
	lastMilli   = 1<<48 - 2 // one more can be counted into
)

// At makes a timestamp of a time of day; ErrRange before 1970 or after the year 10889.
func At(t time.Time) (Timestamp, error) {
	ms := t.UnixMilli()
	if ms < 0 || ms > lastMilli {
		return 0, fmt.Errorf("%w: %v", ErrRange, t)
	}
	return Timestamp(ms) << logicalBits, nil
}

// Time returns the time of day, to the millisecond.
func (t Timestamp) Time() time.Time { return time.UnixMilli(int64(t >> logicalBits)).UTC() }

// Logical returns the part that orders within a millisecond.
func (t Timestamp) Logical() uint16 { return uint16(t & logicalMask) }

// String returns time and logical part: "2000-01-01T00:00:00.000Z+3".
func (t Timestamp) String() string {
	return fmt.Sprintf("%s+%d", t.Time().Format("2006-01-02T15:04:05.000Z"), t.Logical())
}

// DriftError says how far a remote clock is ahead.
type DriftError struct {
	// Remote is the time that was told.
	Remote Timestamp
	// Local is the time of day here.
	Local time.Time
	// Max is how far ahead it may be.
	Max time.Duration
}

// Error names both times.
func (e *DriftError) Error() string {
	return fmt.Sprintf("clock: remote time %v is more than %v ahead of %s", e.Remote, e.Max, e.Local.UTC().Format(time.RFC3339Nano))
}

// Unwrap returns ErrClockDrift.
func (*DriftError) Unwrap() error { return ErrClockDrift }

// FaultCode is E4841.
func (*DriftError) FaultCode() fault.Code { return 4841 }

// HLCOptions set up a hybrid logical clock. The zero value works.
type HLCOptions struct {
	// MaxDrift is how far a remote time may be ahead of the time of day; 0 means 500 ms.
	MaxDrift time.Duration
	// Lease is how far ahead the bound is kept, so that it need not be at each event; 0 means 200 ms. A restart may jump ahead by as much, so
	// it is to be less than the MaxDrift of others.
	Lease time.Duration
}

// HLC is a hybrid logical clock. It belongs to one owner.
type HLC struct {
	o     HLCOptions
	last  Timestamp
	bound Timestamp // kept: nothing at or above it has been given
}

// NewHLC makes a clock whose times are all at or above a bound that an earlier life has kept; 0 for the first life.
func NewHLC(o HLCOptions, bound Timestamp) *HLC {
	o.MaxDrift, o.Lease = cmp.Or(o.MaxDrift, 500*time.Millisecond), cmp.Or(o.Lease, 200*time.Millisecond)
	c := &HLC{o: o, bound: bound}
	if bound > 0 {
		c.last = bound - 1
	}
	return c
}

// Now returns the timestamp of an event of one's own. If keep is not zero, it is to be stored before the timestamp is used: the bound of the next life.
func (c *HLC) Now(now time.Time) (t, keep Timestamp, err error) { return c.next(now, 0) }

// Observe returns the timestamp of the receipt of a message with a remote timestamp; keep is that of Now. *DriftError refuses a remote time too far
// ahead of the time of day, and leaves the clock as it was.
func (c *HLC) Observe(now time.Time, remote Timestamp) (t, keep Timestamp, err error) {
	if remote.Time().Sub(now) > c.o.MaxDrift {
		return 0, 0, &DriftError{Remote: remote, Local: now, Max: c.o.MaxDrift}
	}
	return c.next(now, remote)
}

func (c *HLC) next(now time.Time, remote Timestamp) (t, keep Timestamp, err error) {
	local, err := At(now)
	if err != nil {
		return 0, 0, err
	}
	// A logical part that is full carries into the milliseconds.
	t = max(local, c.last+1, remote+1)
	if t>>logicalBits > lastMilli {
		return 0, 0, fmt.Errorf("%w: behind %v", ErrRange, c.last)
	}
	c.last = t
	if t >= c.bound {
		c.bound = t + Timestamp(max(c.o.Lease.Milliseconds(), 1))<<logicalBits
		keep = c.bound
	}
	return t, keep, nil
}

// Last returns the greatest timestamp that was given, or one below the bound of the life before.
func (c *HLC) Last() Timestamp { return c.last }
