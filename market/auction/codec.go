// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Encode writes an input for the journal. That of sealed bids is not for everybody to read.
func Encode(in Input) ([]byte, error) {
	whole := any(in)
	switch in := in.(type) {
	case Bid:
		if out, ok := in.plain(); ok {
			return out, nil
		}
		whole = wholeBid(in)
	case Reveal:
		whole = wholeReveal(in)
	}
	body, err := json.Marshal(whole)
	if err != nil {
		return nil, fmt.Errorf("auction: encode %s: %w", in.input(), err)
	}
	return append(append([]byte(in.input()), ' '), body...), nil
}

// Bids and what is revealed with all their fields: the journal alone sees them.
type (
	wholeBid    Bid
	wholeReveal Reveal
)

// decoders read the inputs by their names.
var decoders = map[string]func([]byte) (Input, error){
	"announce": decode[Announce], "start": decode[Start], "bid": whole(func(in wholeBid) Input { return Bid(in) }), "accept": decode[Accept], "withdraw": decode[Withdraw],
	"reveal": whole(func(in wholeReveal) Input { return Reveal(in) }), "tick": decode[Tick], "close": decode[Close], "decide": decode[Decide], "charge": decode[Charge],
	"default": decode[Default], "settle": decode[Settle], "fail": decode[Fail], "cancel": decode[Cancel], "suspend": decode[Suspend],
	"resume": decode[Resume], "outage": decode[Outage],
}

func decode[T Input](body []byte) (Input, error) {
	return whole(func(in T) Input { return in })(body)
}

// whole reads a type that becomes an input.
func whole[T any](as func(T) Input) func([]byte) (Input, error) {
	return func(body []byte) (Input, error) {
		var in T
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		err := d.Decode(&in)
		return as(in), err
	}
}

// Decode reads what Encode wrote; anything else is ErrMalformed.
func Decode(data []byte) (Input, error) {
	name, body, _ := bytes.Cut(data, []byte{' '})
	read, ok := decoders[string(name)]
	if !ok {
		return nil, fmt.Errorf("auction: decode %.20q: unknown: %w", name, ErrMalformed)
	}
	in, err := read(body)
	if err != nil {
		return nil, fmt.Errorf("auction: decode %s: %v: %w", name, err, ErrMalformed)
	}
	return in, nil
}
