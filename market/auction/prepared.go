// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"

	"mabeam.dev/market/money"
)

// Prepared is an input with its encoding, which an auction needs more than once.
type Prepared struct {
	in     Input
	data   []byte
	key    requestKey
	digest [sha256.Size]byte // of what the key stands for: everything but the stamp
}

// Prepare encodes an input. Its errors are those of Encode.
func Prepare(in Input) (Prepared, error) {
	data, err := Encode(in)
	if err != nil {
		return Prepared{}, err
	}
	p := Prepared{in: in, data: data, key: keyOf(in)}
	if p.key != (requestKey{}) {
		_, rest, _ := bytes.Cut(data, []byte{','}) // behind the stamp: it is the first field and has no comma
		p.digest = sha256.Sum256(append([]byte(in.input()), rest...))
	}
	return p, nil
}

// Input returns what was prepared.
func (p Prepared) Input() Input { return p.in }

// Encoded returns the encoding. It is not to be changed.
func (p Prepared) Encoded() []byte { return p.data }

// Format prints the name of the input alone, whatever the verb.
func (p Prepared) Format(f fmt.State, _ rune) {
	name := "nothing"
	if p.in != nil {
		name = p.in.input()
	}
	_, _ = io.WriteString(f, name+", prepared")
}

// NeedOf is Need of a prepared input.
func (m *Machine) NeedOf(p Prepared) (money.Amount, error) {
	if known, err := m.lookup(p); err != nil || known.Duplicate {
		return 0, err
	}
	what, err := m.judge(p.in)
	return what.hold, err
}

// Take is Step of a prepared input, if what its bidder has set aside covers it. If it does not, that is ErrUncovered and changes nothing;
// need says what the bidder must have set aside, all in all.
func (m *Machine) Take(p Prepared, held money.Amount) (r Result, need money.Amount, err error) {
	known, err := m.lookup(p)
	if err != nil || known.Duplicate {
		return known, 0, err
	}
	what, err := m.judge(p.in)
	if err != nil {
		return Result{}, 0, err
	}
	if what.hold > held {
		return Result{}, what.hold, fmt.Errorf("auction: %s in %q: %w", p.in.input(), m.spec.ID, ErrUncovered)
	}
	m.seq++
	m.at = m.stamp(p.in)
	m.chain(p.data)
	what.do()
	what.result.Seq = m.seq
	if p.key != (requestKey{}) {
		m.keys[p.key] = keyed{p.digest, what.result}
	}
	return what.result, what.hold, nil
}

// chain adds an input to the hash of the log.
func (m *Machine) chain(data []byte) {
	h := sha256.New()
	h.Write(m.log[:])
	h.Write(data)
	h.Sum(m.log[:0])
}
