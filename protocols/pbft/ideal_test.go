// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// ideal is a scheme whose signatures are cheap and cannot be made without the secret that only their owner has: simulations never hand out
// a secret of somebody honest.
type ideal struct {
	cfg *wire.Config
	me  int // for tags
}

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

func hash64(h uint64, data []byte) uint64 {
	for len(data) >= 8 {
		h = mix(h ^ binary.LittleEndian.Uint64(data))
		data = data[8:]
	}
	for _, b := range data {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return mix(h)
}

func memberSecret(m int) uint64 { return mix(uint64(m) + 1) }
func clientSecret(c int) uint64 { return mix(uint64(c) + 1<<32) }
func pairSecret(a, b int) uint64 {
	return mix(uint64(min(a, b))<<16 + uint64(max(a, b)) + 1<<40)
}

func (s ideal) check(secret uint64, data, sig []byte) bool {
	return len(sig) == 8 && binary.LittleEndian.Uint64(sig) == hash64(secret, data)
}

func (s ideal) Member(m wire.Member, data, sig []byte) bool {
	return s.check(memberSecret(int(m)), data, sig)
}

func (s ideal) Client(c wire.Client, data, sig []byte) bool {
	return int(c) < len(s.cfg.Clients) && s.check(clientSecret(int(c)), data, sig)
}

func (s ideal) Tagged(from wire.Member, data, tags []byte) bool {
	i := 8 * s.me
	return len(tags) == 8*s.cfg.N() && binary.LittleEndian.Uint64(tags[i:]) == mix(hash64(7, data)^pairSecret(int(from), s.me))
}

// idealKeys are the keys of one member or client.
type idealKeys struct {
	cfg    *wire.Config
	secret uint64
	me     int
}

func (k idealKeys) Sign(data []byte) []byte {
	return binary.LittleEndian.AppendUint64(nil, hash64(k.secret, data))
}

func (k idealKeys) Tags(data []byte) []byte {
	h := hash64(7, data)
	b := make([]byte, 0, 8*k.cfg.N())
	for i := range k.cfg.N() {
		b = binary.LittleEndian.AppendUint64(b, mix(h^pairSecret(k.me, i)))
	}
	return b
}

// ring is everybody's keys, ideal or real.
type ring struct {
	cfg     *wire.Config
	members []auth.Keys
	clients []auth.Keys
	schemes []auth.Scheme // by member
	public  auth.Scheme   // for clients and outsiders
	memory  int
}

// group makes a configuration and everybody's keys. Real keys follow from their names.
func group(n, clients int, mode wire.Mode, rules wire.Rules, genuine bool) *ring {
	cfg := &wire.Config{Group: "council", Epoch: 1, Mode: mode, Rules: rules}
	return ringOf(cfg, n, clients, genuine)
}

func ringOf(cfg *wire.Config, n, clients int, genuine bool) *ring {
	g := &ring{cfg: cfg, memory: -1}
	seed := func(name string) []byte { s := sha256.Sum256([]byte(name)); return s[:] }
	signing := func(name string) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(seed("sign " + name)) }
	exchange := func(name string) *ecdh.PrivateKey {
		k, err := ecdh.X25519().NewPrivateKey(seed("exchange " + name))
		if err != nil {
			panic(err)
		}
		return k
	}
	identity := func(name string) wire.Identity {
		if !genuine {
			return wire.Identity{Name: name, Sign: seed(name), Exchange: seed(name)}
		}
		return wire.Identity{Name: name, Sign: signing(name).Public().(ed25519.PublicKey), Exchange: exchange(name).PublicKey().Bytes()}
	}
	for i := range n {
		cfg.Members = append(cfg.Members, identity(fmt.Sprintf("m%d", i)))
	}
	for i := range clients {
		cfg.Clients = append(cfg.Clients, identity(fmt.Sprintf("c%d", i)))
	}
	g.public = ideal{cfg, 0}
	if genuine {
		g.public, g.memory = auth.Public(cfg), 0
	}
	for i := range n {
		if !genuine {
			g.members = append(g.members, idealKeys{cfg, memberSecret(i), i})
			g.schemes = append(g.schemes, ideal{cfg, i})
			continue
		}
		name := cfg.Members[i].Name
		k, err := auth.NewKeyring(cfg, wire.Member(i), signing(name), exchange(name))
		if err != nil {
			panic(err)
		}
		g.members, g.schemes = append(g.members, k), append(g.schemes, k)
	}
	for i := range clients {
		if !genuine {
			g.clients = append(g.clients, idealKeys{cfg, clientSecret(i), i})
			continue
		}
		k, err := auth.NewClientKeyring(cfg, wire.Client(i), signing(cfg.Clients[i].Name))
		if err != nil {
			panic(err)
		}
		g.clients = append(g.clients, k)
	}
	return g
}

func (g *ring) verifier(m int) *auth.Verifier { return auth.NewVerifier(g.cfg, g.schemes[m], g.memory) }
