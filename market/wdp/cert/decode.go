// SPDX-License-Identifier: Apache-2.0

package cert

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// Decode reads a problem from its JSON form:
//
//	{"name": …, "unit": …, "goods": G, "bidders": N, "bids": [[bidder, group, price, [good, …]], …]}
//
// Other keys are passed over. It returns a *FormatError for what cannot be read, at the first place, or what Validate says.
func Decode(data []byte) (*Problem, error) {
	p, err := decode(data)
	if err != nil {
		return nil, err
	}
	return p, p.Validate()
}

func decode(data []byte) (*Problem, error) {
	d := &decoder{data: data, d: json.NewDecoder(bytes.NewReader(data))}
	d.d.UseNumber()
	p := &Problem{}
	seen := map[string]bool{}
	err := d.object(func(key string) error {
		if seen[key] {
			return d.fault(key, "is there twice")
		}
		seen[key] = true
		var err error
		switch key {
		case "name":
			p.Name, err = d.text(key)
		case "unit":
			p.Unit, err = d.text(key)
		case "goods":
			p.Goods, err = d.count(key)
		case "bidders":
			p.Bidders, err = d.count(key)
		case "bids":
			err = d.bids(p)
		default:
			err = d.skip(key)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	end := d.d.InputOffset()
	for _, key := range []string{"goods", "bidders", "bids"} {
		if !seen[key] {
			return nil, d.fault(key, "is missing")
		}
	}
	if _, err := d.d.Token(); !errors.Is(err, io.EOF) {
		d.last = d.begin(end)
		return nil, d.fault("file", "something follows the problem")
	}
	return p, nil
}

// decoder reads tokens and knows where the last one began.
type decoder struct {
	data []byte
	d    *json.Decoder
	last int64
}

// fault places an error at the token that was read last.
func (d *decoder) fault(path, reason string) error { return faultAt(d.data, d.last, path, reason) }

func faultAt(data []byte, offset int64, path, reason string) error {
	before := data[:min(offset, int64(len(data)))]
	return &FormatError{
		Path: path, Line: 1 + bytes.Count(before, []byte("\n")), Column: len(before) - bytes.LastIndexByte(before, '\n'), Reason: reason,
	}
}

// token reads the next token; what is no JSON is placed where it stops being it.
func (d *decoder) token(path string) (json.Token, error) {
	from := d.d.InputOffset()
	t, err := d.d.Token()
	if err != nil {
		d.last = d.begin(d.d.InputOffset())
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, d.fault(path, "no JSON: "+syntax.Error())
		}
		d.last = int64(len(d.data))
		return nil, d.fault(path, "the text ends too early")
	}
	d.last = d.begin(from)
	return t, nil
}

// begin returns where the next token begins: behind what stands between tokens.
func (d *decoder) begin(from int64) int64 {
	for from < int64(len(d.data)) && bytes.IndexByte([]byte(" \t\r\n,:"), d.data[from]) >= 0 {
		from++
	}
	return from
}

func (d *decoder) object(field func(key string) error) error {
	if t, err := d.token("file"); err != nil {
		return err
	} else if t != json.Delim('{') {
		return d.fault("file", "want an object")
	}
	for d.d.More() {
		t, err := d.token("file")
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return d.fault("file", "want a key")
		}
		if err := field(key); err != nil {
			return err
		}
	}
	_, err := d.token("file")
	return err
}

// list reads an array.
func (d *decoder) list(path string, item func(i int) error) error {
	if t, err := d.token(path); err != nil {
		return err
	} else if t != json.Delim('[') {
		return d.fault(path, "want a list")
	}
	for i := 0; d.d.More(); i++ {
		if err := item(i); err != nil {
			return err
		}
	}
	_, err := d.token(path)
	return err
}

// integer reads a whole number of 64 bits.
func (d *decoder) integer(path string) (int64, error) {
	t, err := d.token(path)
	if err != nil {
		return 0, err
	}
	n, ok := t.(json.Number)
	if !ok {
		return 0, d.fault(path, "want a whole number")
	}
	v, err := strconv.ParseInt(n.String(), 10, 64)
	if err != nil {
		return 0, d.fault(path, fmt.Sprintf("want a whole number of 64 bits, got %s", n))
	}
	return v, nil
}

func (d *decoder) count(path string) (int, error) {
	v, err := d.integer(path)
	if err == nil && (v < 0 || v > math.MaxInt32) {
		err = d.fault(path, "out of range")
	}
	return int(v), err
}

func (d *decoder) text(path string) (string, error) {
	t, err := d.token(path)
	if err != nil {
		return "", err
	}
	s, ok := t.(string)
	if !ok {
		return "", d.fault(path, "want a text")
	}
	return s, nil
}

// skip passes over a value.
func (d *decoder) skip(path string) error {
	for depth := 0; ; {
		t, err := d.token(path)
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

func (d *decoder) bids(p *Problem) error {
	return d.list("bids", func(i int) error {
		if i >= MaxBids {
			return &SizeError{What: "bids", Have: i + 1, Limit: MaxBids}
		}
		b, err := d.bid("bids[" + strconv.Itoa(i) + "]")
		p.Bids = append(p.Bids, b)
		return err
	})
}

// bid reads one bid: bidder, group, price and goods.
func (d *decoder) bid(path string) (b Bid, err error) {
	parts := 0
	err = d.list(path, func(k int) error {
		parts++
		at := path + "[" + strconv.Itoa(k) + "]"
		var err error
		switch k {
		case 0:
			b.Bidder, err = d.count(at)
		case 1:
			var v int64
			if v, err = d.integer(at); err == nil && (v < NoGroup || v > math.MaxInt32) {
				err = d.fault(at, "out of range")
			}
			b.Group = int(v)
		case 2:
			b.Price, err = d.integer(at)
		case 3:
			err = d.list(at, func(g int) error {
				v, err := d.count(at + "[" + strconv.Itoa(g) + "]")
				b.Goods = append(b.Goods, v)
				return err
			})
		default:
			d.last = d.begin(d.d.InputOffset())
			err = d.fault(at, "want four parts: bidder, group, price, goods")
		}
		return err
	})
	if err == nil && parts < 4 {
		err = d.fault(path, "want four parts: bidder, group, price, goods")
	}
	return b, err
}
