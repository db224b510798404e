// SPDX-License-Identifier: Apache-2.0

package wire

import "fmt"

// EncodeConfig returns the encoding of a configuration, as an operation that reconfigures a group carries it.
func EncodeConfig(c *Config) []byte { return appendConfig(nil, c) }

// DecodeConfig returns the configuration that the bytes encode. It is not validated.
func DecodeConfig(b []byte) (*Config, error) {
	d := dec{b: b}
	c := &Config{Group: d.text(), Epoch: d.u64(), Mode: Mode(d.u8())}
	c.Members = getIdentities(&d, MaxMembers)
	c.Clients = getIdentities(&d, 1<<16)
	c.Base = Base{d.u64(), d.digest()}
	c.Rules = Rules{d.u64(), d.u64(), d.u64(), d.u32()}
	if d.bad != "" || len(d.b) > 0 {
		return nil, fmt.Errorf("pbft/wire: decode config: %w", ErrMalformed)
	}
	return c, nil
}

func appendConfig(b []byte, c *Config) []byte {
	e := enc{b}
	e.text(c.Group)
	e.u64(c.Epoch)
	e.u8(uint8(c.Mode))
	putIdentities(&e, c.Members)
	putIdentities(&e, c.Clients)
	e.u64(c.Base.Seq)
	e.digest(c.Base.State)
	e.u64(c.Rules.Interval)
	e.u64(c.Rules.Window)
	e.u64(c.Rules.ClientWindow)
	e.u32(c.Rules.ChunkSize)
	return e.b
}

func putIdentities(e *enc, ids []Identity) {
	e.list(len(ids))
	for _, id := range ids {
		e.text(id.Name)
		e.bytes(id.Sign)
		e.bytes(id.Exchange)
	}
}

func getIdentities(d *dec, limit int) []Identity {
	ids := make([]Identity, d.list(12, limit))
	for i := range ids {
		ids[i] = Identity{d.text(), d.bytes(), d.bytes()}
	}
	return ids
}
