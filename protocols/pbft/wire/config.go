// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"errors"
	"fmt"
)

// Member is the number of a replica in Config.Members.
type Member uint16

// Client is the number of a client in Config.Clients.
type Client uint32

// MaxMembers is the largest group.
const MaxMembers = 128

// Mode says how votes are authenticated.
type Mode uint8

// The modes.
const (
	Signed Mode = iota // every vote carries an ed25519 signature, and proves to anybody what was said
	MAC                // votes carry one HMAC for each receiver: far cheaper in large groups, and no proof for third parties
)

// String returns the word for the mode.
func (m Mode) String() string {
	if m == MAC {
		return "mac"
	}
	return "signed"
}

// Identity is who somebody is to a group: a name, and the public halves of its keys.
type Identity struct {
	Name     string
	Sign     []byte // ed25519 public key, 32 bytes
	Exchange []byte // X25519 public key, 32 bytes; of members in MAC mode only
}

// Base is the state that an epoch begins with: nothing at sequence number 0, or the last stable checkpoint of the epoch before.
type Base struct {
	Seq   uint64
	State Digest
}

// Config is one epoch of a group: who its members and clients are, and how they speak. It never changes; another membership is another epoch.
type Config struct {
	Group   string
	Epoch   uint64
	Mode    Mode
	Members []Identity
	Clients []Identity // a later epoch may add some and never renumbers one
	Base    Base
	Rules   Rules
}

// Rules are the numbers that all members have to agree on. Zero fields are defaults.
type Rules struct {
	// Interval is how many sequence numbers lie between two checkpoints; 64 by default.
	Interval uint64
	// Window is how many sequence numbers above the stable checkpoint are in use; four intervals by default.
	Window uint64
	// ClientWindow is how many of a client's latest requests are remembered with their answers; 128 by default.
	ClientWindow uint64
	// ChunkSize is the length in bytes of the pieces in which a state is transferred; 64 KiB by default.
	ChunkSize uint32
}

// WithDefaults returns the rules with defaults in the place of zeros.
func (r Rules) WithDefaults() Rules {
	if r.Interval == 0 {
		r.Interval = 64
	}
	if r.Window == 0 {
		r.Window = 4 * r.Interval
	}
	if r.ClientWindow == 0 {
		r.ClientWindow = 128
	}
	if r.ChunkSize == 0 {
		r.ChunkSize = 64 << 10
	}
	return r
}

// N returns how many members the group has.
func (c *Config) N() int { return len(c.Members) }

// F returns how many members may lie without harm.
func (c *Config) F() int { return (len(c.Members) - 1) / 3 }

// Quorum returns how many members make a certificate: any two such sets share a member that does not lie. It is 2f+1 only where n is 3f+1.
func (c *Config) Quorum() int { return (c.N()+c.F())/2 + 1 }

// Weak returns how many members are sure to hold one that does not lie.
func (c *Config) Weak() int { return c.F() + 1 }

// Primary returns who proposes in a view.
func (c *Config) Primary(view uint64) Member { return Member(view % uint64(len(c.Members))) }

// Has reports whether a member of that number exists.
func (c *Config) Has(m Member) bool { return int(m) < len(c.Members) }

// Digest returns a digest of everything in the configuration, for comparing and for reference.
func (c *Config) Digest() Digest { return Sum("config", appendConfig(nil, c)) }

// Validate returns every problem of the configuration, joined.
func (c *Config) Validate() error {
	var errs []error
	bad := func(field, why string, args ...any) {
		errs = append(errs, &ConfigError{Group: c.Group, Field: field, Why: fmt.Sprintf(why, args...)})
	}
	if c.Group == "" || len(c.Group) > 255 {
		bad("Group", "needs a name of 1 to 255 bytes")
	}
	if c.Mode > MAC {
		bad("Mode", "unknown mode %d", c.Mode)
	}
	if n := len(c.Members); n < 4 || n > MaxMembers {
		bad("Members", "%d members, and a group has 4 to %d", n, MaxMembers)
	}
	names, keys := map[string]bool{}, map[string]bool{}
	for i, m := range c.Members {
		field := fmt.Sprintf("Members[%d]", i)
		if m.Name == "" || len(m.Name) > 255 || names[m.Name] {
			bad(field+".Name", "names have 1 to 255 bytes and occur once, not %q", m.Name)
		}
		if len(m.Sign) != 32 || keys[string(m.Sign)] {
			bad(field+".Sign", "needs an ed25519 public key of its own")
		}
		if c.Mode == MAC && len(m.Exchange) != 32 {
			bad(field+".Exchange", "needs an X25519 public key, as the group authenticates by MAC")
		}
		names[m.Name], keys[string(m.Sign)] = true, true
	}
	if len(c.Clients) == 0 {
		bad("Clients", "nobody could ask for anything")
	}
	clear(names)
	for i, m := range c.Clients {
		field := fmt.Sprintf("Clients[%d]", i)
		if m.Name == "" || len(m.Name) > 255 || names[m.Name] {
			bad(field+".Name", "names have 1 to 255 bytes and occur once, not %q", m.Name)
		}
		if len(m.Sign) != 32 {
			bad(field+".Sign", "needs an ed25519 public key")
		}
		names[m.Name] = true
	}
	r := c.Rules.WithDefaults()
	if r.Interval > 1<<12 || r.Window < 2*r.Interval || r.Window > 1<<12 {
		bad("Rules.Window", "%d, and it is 2 intervals (%d) to 4096", r.Window, 2*r.Interval)
	}
	if r.ClientWindow > 1<<12 {
		bad("Rules.ClientWindow", "%d, and at most 4096 requests are remembered", r.ClientWindow)
	}
	if r.ChunkSize > 512<<10 {
		bad("Rules.ChunkSize", "%d bytes, and chunks have at most 524288", r.ChunkSize)
	}
	return errors.Join(errs...)
}
