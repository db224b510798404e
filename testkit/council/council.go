// SPDX-License-Identifier: Apache-2.0

package council

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// Log keeps what members write, durably. It returns when it has, and does not keep the slice.
type Log func(records []wire.Record) error

// Council is a group of members with one client.
type Council struct {
	nodes  []*pbft.Replica
	checks []*auth.Verifier
	client *pbft.Client
	check  *auth.Verifier // the client's
	log    Log
	post   []letter
	wave   []wire.Record // that the log has not taken yet
	behind []letter      // to be sent when it has
	done   int
}

// letter is a message on its way; the client is member -1.
type letter struct {
	to  int
	msg wire.Message
}

// New makes a group of n members. A nil log keeps nothing.
func New(n int, mode wire.Mode, log Log) (*Council, error) {
	cfg := &wire.Config{Group: "council", Epoch: 1, Mode: mode}
	signing := make([]ed25519.PrivateKey, n+1)
	exchange := make([]*ecdh.PrivateKey, n+1)
	for i := range n + 1 {
		name := fmt.Sprintf("m%d", i)
		seed := sha256.Sum256([]byte("sign " + name))
		signing[i] = ed25519.NewKeyFromSeed(seed[:])
		seed = sha256.Sum256([]byte("exchange " + name))
		key, err := ecdh.X25519().NewPrivateKey(seed[:])
		if err != nil {
			return nil, fmt.Errorf("council: key of %q: %w", name, err)
		}
		exchange[i] = key
		who := wire.Identity{Name: name, Sign: signing[i].Public().(ed25519.PublicKey), Exchange: key.PublicKey().Bytes()}
		if i < n {
			cfg.Members = append(cfg.Members, who)
		} else {
			cfg.Clients = append(cfg.Clients, who)
		}
	}
	c := &Council{log: log, check: auth.NewVerifier(cfg, auth.Public(cfg), 0)}
	for i := range n {
		keys, err := auth.NewKeyring(cfg, wire.Member(i), signing[i], exchange[i])
		if err != nil {
			return nil, fmt.Errorf("council: %w", err)
		}
		r, err := pbft.New(cfg, wire.Member(i), pbft.Options{Linger: -1}, keys, new(tally))
		if err != nil {
			return nil, fmt.Errorf("council: %w", err)
		}
		c.nodes, c.checks = append(c.nodes, r), append(c.checks, auth.NewVerifier(cfg, keys, 0))
	}
	keys, err := auth.NewClientKeyring(cfg, 0, signing[n])
	if err == nil {
		c.client, err = pbft.NewClient(cfg, 0, pbft.ClientOptions{}, keys)
	}
	if err != nil {
		return nil, fmt.Errorf("council: %w", err)
	}
	return c, nil
}

// Decide has the client ask for operations under one signature, and returns when nothing is under way any more. decided is called when the client has its
// certificate.
func (c *Council) Decide(ops [][]byte, decided func()) error {
	var now time.Time // no timer is carried out
	want := c.done + 1
	c.carryOut(-1, c.client.Step(pbft.Submit{Now: now, Ops: ops}), decided)
	for len(c.post) > 0 {
		for i := 0; i < len(c.post); i++ {
			l := c.post[i]
			check := c.check
			if l.to >= 0 {
				if check = c.checks[l.to]; !c.nodes[l.to].Wants(l.msg) {
					continue
				}
			} else if c.done == want {
				continue
			}
			v, err := check.Open(l.msg)
			if err != nil {
				return fmt.Errorf("council: %v to %d: %w", l.msg.Kind(), l.to, err)
			}
			if l.to < 0 {
				c.carryOut(-1, c.client.Step(pbft.Deliver{Now: now, Msg: v}), decided)
			} else {
				c.carryOut(l.to, c.nodes[l.to].Step(pbft.Deliver{Now: now, Msg: v}), decided)
			}
		}
		c.post = c.post[:0]
		if len(c.wave) > 0 {
			if err := c.log(c.wave); err != nil {
				return fmt.Errorf("council: log: %w", err)
			}
			c.wave = c.wave[:0]
		}
		c.post, c.behind = c.behind, c.post
	}
	if c.done != want {
		return fmt.Errorf("council: %d members have nothing to say, and the client has no certificate", len(c.nodes))
	}
	return nil
}

// carryOut sends what is to be sent: at once, or when what was written before it is in the log.
func (c *Council) carryOut(who int, effects []pbft.Effect, decided func()) {
	to := &c.post
	send := func(l letter) { *to = append(*to, l) }
	for _, e := range effects {
		switch e := e.(type) {
		case pbft.Send:
			send(letter{int(e.To), e.Msg})
		case pbft.Broadcast:
			for i := range c.nodes {
				if i != who {
					send(letter{i, e.Msg})
				}
			}
		case pbft.Answer:
			send(letter{-1, e.Reply})
		case pbft.Persist:
			if c.log != nil {
				c.wave = append(c.wave, e.Records...)
				to = &c.behind
			}
		case pbft.Done:
			c.done++
			decided()
		case pbft.SetTimer, pbft.StopTimer, pbft.Decide, pbft.Report, pbft.NextEpoch, pbft.Halt, pbft.Note: // nothing is late, and nobody lies
		}
	}
}

// tally is an application that counts operations.
type tally struct{ n uint64 }

func (a *tally) Validate([]byte) error { return nil }

func (a *tally) Apply(pbft.Place, []byte) []byte {
	a.n++
	return nil
}

func (a *tally) Snapshot() []byte { return binary.BigEndian.AppendUint64(nil, a.n) }

func (a *tally) Restore(b []byte) error {
	if a.n = 0; len(b) == 8 {
		a.n = binary.BigEndian.Uint64(b)
	}
	return nil
}
