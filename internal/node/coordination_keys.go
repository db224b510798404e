// SPDX-License-Identifier: Apache-2.0

package node

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"mabeam.dev/agents"
	"mabeam.dev/protocols/byzantine"
)

// KeyFile is the name of the file in the data folder with the secret that the keys of the node's agents follow from. Whoever reads it can sign for all of
// them.
const KeyFile = "coordination.key"

// keyring returns the keys of the node's agents, and makes them when it is first asked. It is called while the services are made, by one goroutine.
func (n *Node) keyring() (byzantine.Keyring, error) {
	if n.council.keys != nil {
		return n.council.keys, nil
	}
	keys, err := n.vault()
	if err == nil {
		n.council.keys = keys
	}
	return keys, err
}

// identity returns the public keys that an agent is registered with; none on a node that coordinates nothing.
func (n *Node) identity(agent string) (agents.Keys, error) {
	if n.o.Config.Coordination == nil {
		return agents.Keys{}, nil
	}
	keys, err := n.keyring()
	if err != nil {
		return agents.Keys{}, err
	}
	id, err := keys.Public(agent)
	return agents.Keys{Sign: id.Sign, Exchange: id.Exchange}, err
}

// vault has the keys of the node's agents. With a journal of its own the node keeps their secret beside it, so that certificates can be verified by the same
// public keys after a restart; on a store that was given the keys end with the node.
func (n *Node) vault() (byzantine.Keyring, error) {
	if n.o.Store != nil {
		return byzantine.RandomVault()
	}
	path := filepath.Join(n.o.Config.Node.Data.Reveal(), KeyFile)
	secret, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		secret = make([]byte, 32)
		if _, err := rand.Read(secret); err != nil {
			return nil, fmt.Errorf("node: keys: %w", err)
		}
		err = keepSecret(path, secret)
	}
	if err != nil {
		return nil, fmt.Errorf("node: keys: %w", err)
	}
	if len(secret) != 32 {
		return nil, fmt.Errorf("node: keys: %s has %d bytes, want 32: restore it, or remove it and lose the keys", path, len(secret))
	}
	return byzantine.NewVault([32]byte(secret)), nil
}

// keepSecret writes a file that is there whole or not at all.
func keepSecret(path string, secret []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), KeyFile+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(secret)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
