// SPDX-License-Identifier: Apache-2.0

package predict

import (
	"encoding/json"
	"fmt"

	"mabeam.dev/market/money"
)

// image is a market as it is written down. Charges are: another machine may compute the last digit of a logarithm differently.
type image struct {
	State    State                     `json:"state"`
	Sold     []money.Amount            `json:"sold"`
	Charged  money.Amount              `json:"charged"`
	First    money.Amount              `json:"first"`
	Holders  map[string][]money.Amount `json:"holders,omitempty"` // written in order
	Proposed int                       `json:"proposed,omitempty"`
	Until    int64                     `json:"until,omitempty"`
}

// Encode writes the market down: Decode makes one of it that answers every command as this one does. The same market is the same text.
func (m *Market) Encode() []byte {
	data, err := json.Marshal(image{m.state, m.sold, m.charged, m.first, m.holders, m.proposed, m.until})
	if err != nil {
		panic(err) // texts and whole numbers only
	}
	return data
}

// Decode makes the market that Encode wrote down, of the same spec.
func Decode(spec Spec, data []byte) (*Market, error) {
	m, err := New(spec)
	if err != nil {
		return nil, err
	}
	var i image
	if err := json.Unmarshal(data, &i); err != nil {
		return nil, fmt.Errorf("predict: decode: %w", err)
	}
	of := len(spec.Outcomes)
	if i.State > Void || len(i.Sold) != of || i.Proposed < 0 || i.Proposed >= of {
		return nil, &SpecError{"Outcomes", "are not those of what was written down"}
	}
	for _, shares := range i.Holders {
		if len(shares) != of {
			return nil, &SpecError{"Outcomes", "are not those of what was written down"}
		}
	}
	m.state, m.sold, m.charged, m.first, m.proposed, m.until = i.State, i.Sold, i.Charged, i.First, i.Proposed, i.Until
	if i.Holders != nil {
		m.holders = i.Holders
	}
	return m, nil
}
