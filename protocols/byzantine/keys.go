// SPDX-License-Identifier: Apache-2.0

package byzantine

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"sync"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// Keys signs for one member or client, and checks what others have signed.
type Keys interface {
	auth.Keys
	auth.Scheme
}

// Keyring knows the public keys of agents, and signs for those that live here. It is used from many goroutines.
type Keyring interface {
	// Public returns who an agent is to groups: its name and public keys. ErrNoKeys for an agent without keys.
	Public(agent string) (wire.Identity, error)
	// Member returns the keys of a member for one configuration, for one goroutine.
	Member(c *wire.Config, me wire.Member) (Keys, error)
	// Client returns the keys of a client for one configuration, for one goroutine.
	Client(c *wire.Config, me wire.Client) (Keys, error)
}

// Vault is a Keyring for agents that live in one program: every key follows from one secret and the agent's name. Whoever has the secret can sign for all of
// them, as can anything that corrupts the program. It prints as its fingerprint, and never as its secret.
type Vault struct {
	secret [32]byte
	public sync.Map // wire.Identity by agent: agents are few, and asked for in every session
}

// NewVault returns the vault of a secret: the same secret gives the same keys.
func NewVault(secret [32]byte) *Vault { return &Vault{secret: secret} }

// RandomVault returns a vault with a secret that nobody knows and that ends with the program.
func RandomVault() (*Vault, error) {
	v := &Vault{}
	if _, err := rand.Read(v.secret[:]); err != nil {
		return nil, fmt.Errorf("byzantine: vault: %w", err)
	}
	return v, nil
}

// String is the vault's fingerprint.
func (v *Vault) String() string {
	sum := sha256.Sum256(append([]byte("mabeam/vault/1 fingerprint"), v.secret[:]...))
	return fmt.Sprintf("vault %x", sum[:4])
}

// GoString is String: no verb of fmt prints the secret.
func (v *Vault) GoString() string { return v.String() }

// LogValue is String.
func (v *Vault) LogValue() slog.Value { return slog.StringValue(v.String()) }

// MarshalJSON writes the fingerprint.
func (v *Vault) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", v.String()), nil }

func (v *Vault) seed(use, agent string) ([]byte, error) {
	return hkdf.Key(sha256.New, v.secret[:], []byte("mabeam/vault/1"), use+" "+agent, 32)
}

func (v *Vault) signing(agent string) (ed25519.PrivateKey, error) {
	seed, err := v.seed("sign", agent)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func (v *Vault) exchange(agent string) (*ecdh.PrivateKey, error) {
	seed, err := v.seed("exchange", agent)
	if err != nil {
		return nil, err
	}
	return ecdh.X25519().NewPrivateKey(seed)
}

// Public returns who an agent is to groups. Its keys must not be changed.
func (v *Vault) Public(agent string) (wire.Identity, error) {
	if agent == "" || len(agent) > 255 {
		return wire.Identity{}, fmt.Errorf("byzantine: keys of %q: names have 1 to 255 bytes: %w", agent, ErrNoKeys)
	}
	if id, ok := v.public.Load(agent); ok {
		return id.(wire.Identity), nil
	}
	sign, err := v.signing(agent)
	if err != nil {
		return wire.Identity{}, fmt.Errorf("byzantine: keys of %q: %w", agent, err)
	}
	exchange, err := v.exchange(agent)
	if err != nil {
		return wire.Identity{}, fmt.Errorf("byzantine: keys of %q: %w", agent, err)
	}
	id := wire.Identity{Name: agent, Sign: sign.Public().(ed25519.PublicKey), Exchange: exchange.PublicKey().Bytes()}
	v.public.Store(agent, id)
	return id, nil
}

// Member returns the keys of a member.
func (v *Vault) Member(c *wire.Config, me wire.Member) (Keys, error) {
	agent := c.Members[me].Name
	sign, err := v.signing(agent)
	if err != nil {
		return nil, fmt.Errorf("byzantine: keys of %q: %w", agent, err)
	}
	exchange, err := v.exchange(agent)
	if err != nil {
		return nil, fmt.Errorf("byzantine: keys of %q: %w", agent, err)
	}
	return auth.NewKeyring(c, me, sign, exchange)
}

// Client returns the keys of a client.
func (v *Vault) Client(c *wire.Config, me wire.Client) (Keys, error) {
	agent := c.Clients[me].Name
	sign, err := v.signing(agent)
	if err != nil {
		return nil, fmt.Errorf("byzantine: keys of %q: %w", agent, err)
	}
	return auth.NewClientKeyring(c, me, sign)
}
