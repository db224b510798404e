// SPDX-License-Identifier: Apache-2.0

package byzantine

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"

	"mabeam.dev/protocols/pbft/wire"
)

// Journal keeps records for good. The program that builds a node connects one.
type Journal interface {
	// Append appends records to a stream, all or none, and returns when they are durable: next is the stream's new version, the number of all its
	// records. An error says that the version is not expect, or leaves open what has happened.
	Append(ctx context.Context, stream string, expect uint64, records ...[]byte) (next uint64, err error)
	// Read gives the records behind version from, in order with their versions. It ends with the error of yield.
	Read(ctx context.Context, stream string, from uint64, yield func(version uint64, record []byte) error) error
}

// JournalVotes returns a store of vote logs in a journal, in streams whose names begin with stream: replicas keep their promises when the program is killed,
// and every vote costs an append before it is said. With it the keys must outlive the program too; see OpenVault.
func JournalVotes(j Journal, stream string) VoteStore { return &journalVotes{j: j, stream: stream} }

type journalVotes struct {
	j      Journal
	stream string
	kept   sync.Map // incarnations of groups that an earlier program has begun
}

// journalText is one record of a stream.
type journalText struct {
	Config  []byte `json:"config,omitempty"`  // a group begins
	Born    bool   `json:"born,omitempty"`    // a member's log begins
	Life    bool   `json:"life,omitempty"`    // a life of the member's replica begins
	Replace bool   `json:"replace,omitempty"` // what was before is not needed
	Record  []byte `json:"record,omitempty"`
	Secret  []byte `json:"secret,omitempty"` // of a vault
}

func (t journalText) encode() []byte {
	text, _ := json.Marshal(t) // plain data
	return text
}

// read gives the records of a stream, and its version.
func read(ctx context.Context, j Journal, stream string) (all []journalText, version uint64, err error) {
	err = j.Read(ctx, stream, 0, func(v uint64, text []byte) error {
		var t journalText
		if err := json.Unmarshal(text, &t); err != nil {
			return fmt.Errorf("byzantine: stream %q: version %d: %w", stream, v, err)
		}
		all, version = append(all, t), v
		return nil
	})
	return all, version, err
}

// Config keeps a configuration, once the log of each of its members has begun: a log that is missing later is lost. A group whose members have other keys
// than an earlier program's begins anew. Of several who keep one at the same time all get that of the first: who finds that somebody was faster looks again.
func (s *journalVotes) Config(ctx context.Context, group string, c *wire.Config) (*wire.Config, error) {
	kept, err := s.config(ctx, group, c)
	if err != nil && ctx.Err() == nil {
		return s.config(ctx, group, c)
	}
	return kept, err
}

func (s *journalVotes) config(ctx context.Context, group string, c *wire.Config) (*wire.Config, error) {
	stream := s.stream + "/" + group
	all, version, err := read(ctx, s.j, stream)
	if err != nil {
		return nil, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		kept, err := wire.DecodeConfig(all[i].Config)
		if err != nil {
			return nil, fmt.Errorf("byzantine: stream %q: %w", stream, err)
		}
		same := *c
		same.Group = kept.Group
		if bytes.Equal(wire.EncodeConfig(kept), wire.EncodeConfig(&same)) {
			s.kept.Store(kept.Group, true)
			return kept, nil
		}
	}
	for i := range c.Members {
		begun, _, err := read(ctx, s.j, s.member(c.Group, i))
		if err != nil {
			return nil, err
		}
		if len(begun) > 0 {
			continue // at the first try
		}
		if _, err := s.j.Append(ctx, s.member(c.Group, i), 0, journalText{Born: true}.encode()); err != nil {
			return nil, err
		}
	}
	if _, err := s.j.Append(ctx, stream, version, journalText{Config: wire.EncodeConfig(c)}.encode()); err != nil {
		return nil, err
	}
	return c, nil
}

func (s *journalVotes) member(group string, i int) string {
	return s.stream + "/" + group + "/" + strconv.Itoa(i)
}

func (s *journalVotes) Log(group string, member int) VoteLog {
	return &journalLog{s.j, s.member(group, member), member != Clerk}
}

func (s *journalVotes) Drop(string) {} // what is durable stays, and is subject to the journal's retention

// journalLog is one member's stream.
type journalLog struct {
	j      Journal
	stream string
	born   bool // with the group: a stream that does not say so has been lost, in whole or in its beginning
}

// Open reads the stream, and writes that a life begins: what earlier lives would write has another version then.
func (l *journalLog) Open(ctx context.Context) (records [][]byte, lost bool, pen Pen, err error) {
	all, version, err := read(ctx, l.j, l.stream)
	if err != nil {
		return nil, false, nil, err
	}
	lost = l.born
	for _, t := range all {
		if t.Born {
			lost = false
		}
		if t.Replace {
			records = nil
		}
		if t.Record != nil {
			records = append(records, t.Record)
		}
	}
	next, err := l.j.Append(ctx, l.stream, version, journalText{Life: true}.encode())
	if err != nil {
		return nil, false, nil, err
	}
	return records, lost, &journalPen{l, next}, nil
}

// journalPen belongs to one life.
type journalPen struct {
	log     *journalLog
	version uint64
}

func (p *journalPen) Write(ctx context.Context, replace bool, records [][]byte) error {
	var texts [][]byte
	if replace {
		texts = append(texts, journalText{Replace: true}.encode())
	}
	for _, r := range records {
		texts = append(texts, journalText{Record: r}.encode())
	}
	if len(texts) == 0 {
		return nil
	}
	next, err := p.log.j.Append(ctx, p.log.stream, p.version, texts...)
	if err != nil {
		return err // perhaps it is written: the next life reads what is
	}
	p.version = next
	return nil
}

// OpenVault returns the vault whose secret is in a stream of a journal, and puts a random one there first if there is none. Whoever reads the journal can
// sign for all agents: protect it as a private key.
func OpenVault(ctx context.Context, j Journal, stream string) (*Vault, error) {
	all, version, err := read(ctx, j, stream)
	if err != nil {
		return nil, fmt.Errorf("byzantine: vault: %w", err)
	}
	for _, t := range all {
		if len(t.Secret) == 32 {
			return NewVault([32]byte(t.Secret)), nil
		}
	}
	v := &Vault{}
	if _, err := rand.Read(v.secret[:]); err != nil {
		return nil, fmt.Errorf("byzantine: vault: %w", err)
	}
	if _, err := j.Append(ctx, stream, version, journalText{Secret: v.secret[:]}.encode()); err != nil {
		return nil, fmt.Errorf("byzantine: vault: %w", err)
	}
	return v, nil
}
