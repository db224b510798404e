// SPDX-License-Identifier: Apache-2.0

package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Size is a number of bytes, written with its unit: 64KiB, 1MiB.
type Size int64

// Units of a Size.
const (
	Byte Size = 1
	KiB       = 1024 * Byte
	MiB       = 1024 * KiB
	GiB       = 1024 * MiB
)

// String writes the size with the largest unit that divides it.
func (s Size) String() string {
	for _, u := range sizeUnits {
		if s != 0 && s%u.size == 0 {
			return strconv.FormatInt(int64(s/u.size), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10) + "B"
}

var sizeUnits = []struct {
	name string
	size Size
}{{"GiB", GiB}, {"MiB", MiB}, {"KiB", KiB}, {"B", Byte}}

// Shutdown is how a child is stopped. Exactly one of the three holds: BrutalKill, Infinity, or Timeout says how long it
// may take.
type Shutdown struct {
	BrutalKill bool          // killed at once
	Infinity   bool          // waited for without end
	Timeout    time.Duration // asked to stop, killed after this time
}

// String writes the value as a file has it.
func (s Shutdown) String() string {
	switch {
	case s.BrutalKill:
		return "brutal_kill"
	case s.Infinity:
		return "infinity"
	}
	return s.Timeout.String()
}

// Rate says how often something happens: with a probability in thousandths, or every so many times.
type Rate struct {
	PerMille int // probability in thousandths, 0 to 1000; meaningless if Every is set
	Every    int // exactly each so many'th time; 0 means PerMille decides
}

// String writes the value as a file has it.
func (r Rate) String() string {
	if r.Every > 0 {
		return "every " + strconv.Itoa(r.Every)
	}
	return strconv.Itoa(r.PerMille)
}

// Off reports whether it never happens.
func (r Rate) Off() bool { return r.Every == 0 && r.PerMille == 0 }

// Address is host:port, or the word off.
type Address string

// Off reports whether nothing is to be served.
func (a Address) Off() bool { return a == "off" || a == "" }

// Loopback reports whether only this machine can reach the address. The name localhost counts; other names do not, as
// they may stand for anything.
func (a Address) Loopback() bool {
	host, _, err := net.SplitHostPort(string(a))
	if err != nil {
		return false
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
