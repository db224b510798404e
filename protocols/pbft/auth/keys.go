// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"hash"

	"mabeam.dev/protocols/pbft/wire"
)

// TagSize is the length of one receiver's tag in a vote of MAC mode.
const TagSize = 16

// Keys signs for one member or client. Signing the same bytes twice gives the same signature.
type Keys interface {
	// Sign returns the signature of data.
	Sign(data []byte) []byte
	// Tags returns one tag of data for each member of the group, in order.
	Tags(data []byte) []byte
}

// Scheme checks signatures and tags.
type Scheme interface {
	// Member reports whether a member signed data.
	Member(m wire.Member, data, sig []byte) bool
	// Client reports whether a client signed data.
	Client(c wire.Client, data, sig []byte) bool
	// Tagged reports whether a member made the tag of data that is for the owner of the scheme.
	Tagged(from wire.Member, data, tags []byte) bool
}

// Sign returns the author's signature of a message.
func Sign(k Keys, c *wire.Config, m wire.Authored) []byte {
	return k.Sign(wire.AppendSigned(make([]byte, 0, 160), c, m))
}

// public checks signatures with nothing but the configuration.
type public struct{ cfg *wire.Config }

// Public returns a scheme that anybody has: it checks signatures with the keys in the configuration, and no tags.
func Public(c *wire.Config) Scheme { return public{c} }

func (p public) Member(m wire.Member, data, sig []byte) bool {
	return p.cfg.Has(m) && len(sig) == ed25519.SignatureSize && ed25519.Verify(p.cfg.Members[m].Sign, data, sig)
}

func (p public) Client(c wire.Client, data, sig []byte) bool {
	return int(c) < len(p.cfg.Clients) && len(sig) == ed25519.SignatureSize && ed25519.Verify(p.cfg.Clients[c].Sign, data, sig)
}

func (public) Tagged(wire.Member, []byte, []byte) bool { return false }

// Keyring is the real keys of one member or client for one epoch: what signs and what checks.
type Keyring struct {
	public
	me      wire.Member
	private ed25519.PrivateKey
	pairs   []hash.Hash // HMACs under the pairs' keys, by member; nil in signed mode
}

// NewKeyring returns the keys of a member. The exchange key is needed in MAC mode alone. ErrKeys says that the private keys are not those
// whose public halves the configuration names.
func NewKeyring(c *wire.Config, me wire.Member, signing ed25519.PrivateKey, exchange *ecdh.PrivateKey) (*Keyring, error) {
	if !c.Has(me) || len(signing) != ed25519.PrivateKeySize || !signing.Public().(ed25519.PublicKey).Equal(ed25519.PublicKey(c.Members[me].Sign)) {
		return nil, fmt.Errorf("pbft/auth: keys of member %d: signing key: %w", me, ErrKeys)
	}
	k := &Keyring{public: public{c}, me: me, private: signing}
	if c.Mode != wire.MAC {
		return k, nil
	}
	if exchange == nil || subtle.ConstantTimeCompare(exchange.PublicKey().Bytes(), c.Members[me].Exchange) != 1 {
		return nil, fmt.Errorf("pbft/auth: keys of member %d: exchange key: %w", me, ErrKeys)
	}
	k.pairs = make([]hash.Hash, c.N())
	for i, m := range c.Members {
		pub, err := ecdh.X25519().NewPublicKey(m.Exchange)
		if err != nil {
			return nil, fmt.Errorf("pbft/auth: exchange key of member %d: %w", i, ErrKeys)
		}
		secret, err := exchange.ECDH(pub)
		if err != nil {
			return nil, fmt.Errorf("pbft/auth: exchange key of member %d: %w", i, ErrKeys)
		}
		info := fmt.Sprintf("mabeam/pbft/1 mac epoch %d pair %d %d", c.Epoch, min(int(me), i), max(int(me), i))
		key, err := hkdf.Key(sha256.New, secret, []byte(c.Group), info, 32)
		if err != nil {
			return nil, fmt.Errorf("pbft/auth: exchange key of member %d: %w", i, ErrKeys)
		}
		k.pairs[i] = hmac.New(sha256.New, key)
	}
	return k, nil
}

// NewClientKeyring returns the keys of a client.
func NewClientKeyring(c *wire.Config, me wire.Client, signing ed25519.PrivateKey) (*Keyring, error) {
	if int(me) >= len(c.Clients) || len(signing) != ed25519.PrivateKeySize || !signing.Public().(ed25519.PublicKey).Equal(ed25519.PublicKey(c.Clients[me].Sign)) {
		return nil, fmt.Errorf("pbft/auth: keys of client %d: %w", me, ErrKeys)
	}
	return &Keyring{public: public{c}, private: signing}, nil
}

// Sign returns the ed25519 signature of data.
func (k *Keyring) Sign(data []byte) []byte { return ed25519.Sign(k.private, data) }

// Tags returns the tags of data for all members, one after another; nil in signed mode.
func (k *Keyring) Tags(data []byte) []byte {
	sum := sha256.Sum256(data)
	tags := make([]byte, 0, TagSize*len(k.pairs))
	for _, h := range k.pairs {
		tags = append(tags, tag(h, sum[:])...)
	}
	return tags
}

// Tagged reports whether the tag that is for the owner of the keys is by the member.
func (k *Keyring) Tagged(from wire.Member, data, tags []byte) bool {
	if int(from) >= len(k.pairs) || len(tags) != TagSize*len(k.pairs) {
		return false
	}
	sum := sha256.Sum256(data)
	mine := tags[TagSize*int(k.me) : TagSize*(int(k.me)+1)]
	return hmac.Equal(mine, tag(k.pairs[from], sum[:]))
}

func tag(h hash.Hash, sum []byte) []byte {
	h.Reset()
	h.Write(sum)
	var out [sha256.Size]byte
	return h.Sum(out[:0])[:TagSize]
}
