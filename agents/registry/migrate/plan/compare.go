// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"reflect"
	"time"

	"mabeam.dev/agents/index"
)

// Alive reports whether somebody may live behind a handle.
type Alive func(index.Handle) bool

// Fix is one row to put, or to take out if Row is nil.
type Fix struct {
	Namespace, ID string
	Row           *index.Row
}

// Get finds a row of one moment.
type Get func(namespace, id string) (*index.Row, bool)

// Fixes returns what makes one registry equal to another in the rows that are named: leader and follower are the rows of one moment each. mark is
// the time to note in rows that come over; the zero time notes nothing.
func Fixes(names []index.Change, leader, follower Get, alive Alive, mark time.Time) []Fix {
	var all []Fix
	for _, c := range names {
		space, id := c.Namespace(), c.ID()
		want := living(leader, space, id, alive)
		has, had := follower(space, id)
		switch {
		case want == nil && had && alive(has.Handle): // the end of a process each registry hears of by itself, and remembers in its own way
			all = append(all, Fix{Namespace: space, ID: id})
		case want != nil && (!had || !Same(want, has)):
			if !mark.IsZero() && want.MigratedAt.IsZero() {
				marked := *want
				marked.MigratedAt = mark
				want = &marked
			}
			all = append(all, Fix{space, id, want})
		}
	}
	return all
}

func living(get Get, space, id string, alive Alive) *index.Row {
	if r, ok := get(space, id); ok && alive(r.Handle) {
		return r
	}
	return nil
}

// Merge joins two lists of changes, each in the order of names, so that each name is there once. Of what is in both it keeps one.
func Merge(a, b []index.Change) []index.Change {
	out := make([]index.Change, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch d := order(a[0].Namespace(), a[0].ID(), b[0].Namespace(), b[0].ID()); {
		case d < 0:
			out, a = append(out, a[0]), a[1:]
		case d > 0:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, a[0]), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

func order(s1, i1, s2, i2 string) int {
	switch {
	case s1 < s2 || s1 == s2 && i1 < i2:
		return -1
	case s1 == s2 && i1 == i2:
		return 0
	}
	return 1
}

// Same reports whether two rows say the same, but for when they were taken over.
func Same(a, b *index.Row) bool {
	if a == b {
		return true
	}
	if a.Version != b.Version || a.ID != b.ID || a.Namespace != b.Namespace {
		return false
	}
	x, y := *a, *b
	x.MigratedAt, y.MigratedAt = time.Time{}, time.Time{}
	return reflect.DeepEqual(x, y) || Digest(a) == Digest(b)
}

// Kind is how a row differs.
type Kind string

// The kinds of differences.
const (
	Missing Kind = "missing" // the follower lacks it
	Extra   Kind = "extra"   // the leader lacks it
	Version Kind = "version" // it has another version
	Content Kind = "content" // it has the same version and says something else
)

// Difference is one row that differs.
type Difference struct {
	Kind          Kind
	Namespace, ID string
	// Leader and Follower are the row on both sides; nil where it is not.
	Leader, Follower *index.Row
}

// String says what differs.
func (d Difference) String() string {
	name := d.ID
	if d.Namespace != "" {
		name = d.Namespace + ":" + d.ID
	}
	if d.Kind == Version {
		return fmt.Sprintf("%q: version %d, not %d", name, d.Follower.Version, d.Leader.Version)
	}
	return fmt.Sprintf("%q: %s", name, d.Kind)
}

// stands reports whether nobody in it has ended since the rows were taken.
func (d Difference) stands(alive Alive) bool {
	return (d.Leader == nil || alive(d.Leader.Handle)) && (d.Follower == nil || alive(d.Follower.Handle))
}

// Report is what a comparison found.
type Report struct {
	// Leader and Follower are the rows of the living that were compared.
	Leader, Follower int
	// LeaderDigest and FollowerDigest are over all rows of a side, in order.
	LeaderDigest, FollowerDigest string
	// Differences are all, by namespace and id.
	Differences []Difference
}

// Equal reports whether nothing differs.
func (r Report) Equal() bool { return len(r.Differences) == 0 }

// Compare compares two registries, whose rows come in the order of namespace and id. Rows of those who have ended do not count: each registry
// hears of an end in its own time.
func Compare(leader, follower iter.Seq[*index.Row], alive Alive) Report {
	nextL, stopL := iter.Pull(leader)
	defer stopL()
	nextF, stopF := iter.Pull(follower)
	defer stopF()
	var rep Report
	sumL, sumF := sha256.New(), sha256.New()
	var of digester
	take := func(next func() (*index.Row, bool)) *index.Row {
		for {
			r, ok := next()
			if !ok {
				return nil
			}
			if alive(r.Handle) {
				return r
			}
		}
	}
	l, f := take(nextL), take(nextF)
	for l != nil || f != nil {
		d := 0
		switch {
		case l == nil:
			d = 1
		case f == nil:
			d = -1
		default:
			d = order(l.Namespace, l.ID, f.Namespace, f.ID)
		}
		var a, b [sha256.Size]byte
		if d <= 0 {
			a = of.sum(l)
			sumL.Write(a[:])
			rep.Leader++
		}
		if d >= 0 {
			b = of.sum(f)
			sumF.Write(b[:])
			rep.Follower++
		}
		var x Difference
		switch {
		case d < 0:
			x = Difference{Missing, l.Namespace, l.ID, l, nil}
		case d > 0:
			x = Difference{Extra, f.Namespace, f.ID, nil, f}
		case l.Version != f.Version:
			x = Difference{Version, l.Namespace, l.ID, l, f}
		case a != b:
			x = Difference{Content, l.Namespace, l.ID, l, f}
		}
		if x.Kind != "" && x.stands(alive) {
			rep.Differences = append(rep.Differences, x)
		}
		if d <= 0 {
			l = take(nextL)
		}
		if d >= 0 {
			f = take(nextF)
		}
	}
	rep.LeaderDigest, rep.FollowerDigest = hex.EncodeToString(sumL.Sum(nil)), hex.EncodeToString(sumF.Sum(nil))
	return rep
}
