// SPDX-License-Identifier: Apache-2.0

package cert_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/wdp/cert"
)

const good = `{"name": "n", "params": {"a": [1, {"b": 2}]}, "unit": "cents", "goods": 3, "bidders": 2,
"bids": [[0, -1, 5, [0]],
  [1, 1, 9223372036854775000, [2, 1]]]}`

func TestAProblemIsReadAsItIsWritten(t *testing.T) {
	p, err := cert.Decode([]byte(good))
	require.NoError(t, err)
	want := &cert.Problem{Name: "n", Unit: "cents", Goods: 3, Bidders: 2, Bids: []cert.Bid{
		{Bidder: 0, Group: cert.NoGroup, Price: 5, Goods: []int{0}},
		{Bidder: 1, Group: 1, Price: 9223372036854775000, Goods: []int{2, 1}},
	}}
	require.Equal(t, want, p)
	again, err := cert.Decode(p.Encode())
	require.NoError(t, err)
	require.Equal(t, p, again)
}

func TestWhatCannotBeReadHasAPlace(t *testing.T) {
	for _, c := range []struct {
		text         string
		line, column int
		path         string
	}{
		{``, 1, 1, "file"},
		{`[]`, 1, 1, "file"},
		{`{"goods": 1`, 1, 12, "file"},
		{`{"goods": 1,}`, 1, 13, "file"},
		{`{"goods": "1"}`, 1, 11, "goods"},
		{`{"goods": -1}`, 1, 11, "goods"},
		{`{"goods": 1, "goods": 1}`, 1, 14, "goods"},
		{`{"goods": 1, "bidders": 1}`, 1, 26, "bids"},
		{"{\"goods\": 1, \"bidders\": 1,\n \"bids\": 5}", 2, 10, "bids"},
		{"{\"goods\": 1, \"bidders\": 1,\n \"bids\": [[0, -1, 1e2, [0]]]}", 2, 19, "bids[0][2]"},
		{"{\"goods\": 1, \"bidders\": 1,\n \"bids\": [[0, -1, 0.5, [0]]]}", 2, 19, "bids[0][2]"},
		{`{"bids": [[0, -1, 9223372036854775808, [0]]]}`, 1, 19, "bids[0][2]"},
		{`{"bids": [[0, -1, 1, [0.5]]]}`, 1, 23, "bids[0][3][0]"},
		{`{"bids": [[0, -1, 1, 0]]}`, 1, 22, "bids[0][3]"},
		{`{"bids": [[0, -2, 1, [0]]]}`, 1, 15, "bids[0][1]"},
		{`{"bids": [[0, -1, 1]]}`, 1, 20, "bids[0]"},
		{`{"bids": [[0, -1, 1, [0], 7]]}`, 1, 27, "bids[0][4]"},
		{`{"name": 5}`, 1, 10, "name"},
		{`{"goods": 1, "bidders": 1, "bids": []} x`, 1, 40, "file"},
		{`{"goods": 1, "bidders": 1, "bids": []} {}`, 1, 40, "file"},
		{`{"other": [1, {]}}`, 1, 16, "other"},
	} {
		_, err := cert.Decode([]byte(c.text))
		var format *cert.FormatError
		if assert.ErrorAs(t, err, &format, c.text) {
			assert.Equal(t, []any{c.line, c.column, c.path}, []any{format.Line, format.Column, format.Path}, "%s: %v", c.text, err)
		}
	}
}

func TestAllThatIsWrongWithBidsIsSaidAtOnce(t *testing.T) {
	p := &cert.Problem{Goods: 2, Bidders: 2, Bids: []cert.Bid{
		{Bidder: 2, Group: -2, Price: 0},
		{Bidder: 0, Group: 4, Price: 1, Goods: []int{0, 0}},
		{Bidder: 1, Group: 4, Price: 1<<63 - 1, Goods: []int{2}},
	}}
	err := p.Validate()
	for _, want := range []string{
		"bid 0: bidder: unknown", "bid 0: group: negative, and not -1", "bid 0: price: not positive", "bid 0: goods: none",
		"bid 1: goods: repeated good", "bid 2: group: belongs to another bidder", "bid 2: price: the sum of all prices passes 63 bits",
		"bid 2: goods: unknown good",
	} {
		assert.ErrorContains(t, err, want)
	}
	err = (&cert.Problem{Goods: cert.MaxGoods + 1, Bidders: -1}).Validate()
	var size *cert.SizeError
	require.ErrorAs(t, err, &size)
	assert.ErrorContains(t, err, "goods: 65537, want 0 to 65536")
	assert.ErrorContains(t, err, "bidders: -1")
}

func TestAProofIsReadAsItIsWrittenAndOthersHaveAPlace(t *testing.T) {
	p := &cert.Proof{
		Revenue: 3, Winners: []int{1}, Denominator: 2, Dominated: [][2]int{{0, 1}}, Cliques: [][]int{{1, 2}},
		Parts: []cert.Part{{Bids: []int{1, 2}, Bound: 3, Prices: [][]int64{{0, 6}}, Tree: []int64{0, 0}}},
	}
	data, err := p.Encode()
	require.NoError(t, err)
	again, err := cert.DecodeProof(data)
	require.NoError(t, err)
	require.Equal(t, p, again)
	for _, text := range []string{"", "{", `{"revenue": 1.5}`, `{"winner": []}`, `{"parts": {}}`, `{} {}`, "\n\n{]"} {
		_, err := cert.DecodeProof([]byte(text))
		var format *cert.FormatError
		require.ErrorAs(t, err, &format, text)
		require.Positive(t, format.Line)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(`{"bids": [[0, -1, 1, [0.5]]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := cert.Decode(data)
		if err != nil {
			return
		}
		again, err := cert.Decode(p.Encode())
		require.NoError(t, err)
		require.Equal(t, len(p.Bids), len(again.Bids))
		require.Equal(t, p.Goods, again.Goods)
	})
}
