// SPDX-License-Identifier: Apache-2.0

package cert

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// Encode writes the problem in the form that Decode reads, on one line.
func (p *Problem) Encode() []byte {
	head, err := json.Marshal(struct {
		Name    string `json:"name"`
		Unit    string `json:"unit"`
		Goods   int    `json:"goods"`
		Bidders int    `json:"bidders"`
	}{p.Name, p.Unit, p.Goods, p.Bidders})
	if err != nil {
		panic("cert: a problem's head has no JSON: " + err.Error()) // texts and numbers always have
	}
	out := append(head[:len(head)-1], `,"bids":[`...)
	for i, b := range p.Bids {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, '[')
		for _, v := range []int64{int64(b.Bidder), int64(b.Group), b.Price} {
			out = append(strconv.AppendInt(out, v, 10), ',')
		}
		out = append(out, '[')
		for k, g := range b.Goods {
			if k > 0 {
				out = append(out, ',')
			}
			out = strconv.AppendInt(out, int64(g), 10)
		}
		out = append(out, "]]"...)
	}
	return append(out, "]}\n"...)
}

// Encode writes the proof as JSON on one line.
func (p *Proof) Encode() ([]byte, error) {
	data, err := json.Marshal(p)
	return append(data, '\n'), err
}

// DecodeProof reads a proof from its JSON form. It returns a *FormatError for what cannot be read; whether the proof proves anything is for
// Check to say.
func DecodeProof(data []byte) (*Proof, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	p := &Proof{}
	if err := d.Decode(p); err != nil {
		offset := d.InputOffset()
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		switch {
		case errors.As(err, &syntax):
			offset = max(syntax.Offset-1, 0)
		case errors.As(err, &kind):
			offset = kind.Offset
		default:
			offset = max(offset, 0)
		}
		return nil, faultAt(data, offset, "proof", err.Error())
	}
	if d.More() {
		return nil, faultAt(data, d.InputOffset(), "proof", "something follows the proof")
	}
	return p, nil
}
