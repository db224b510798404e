// SPDX-License-Identifier: Apache-2.0

package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/market/ledger"
)

// Whatever bytes claim to be a transaction: it is applied or refused, the books balance, and what was applied is written as it was read.
func FuzzDecode(f *testing.F) {
	b := ledger.New()
	for _, x := range []ledger.Transaction{start(), ledger.Set("h", ledger.Hold{ID: "h", Owner: "ann", Ref: "x", Asset: "credit", Amount: 3}, ledger.Fence{Ref: "x", Epoch: 2}), ledger.Capture("c", "h", []ledger.Posting{{Account: ledger.Fees, Asset: "credit", Amount: 1}}, ledger.Fence{Ref: "x", Epoch: 2})} {
		r, err := b.Apply(x)
		require.NoError(f, err)
		f.Add(r.Content)
	}
	f.Add([]byte(`{"key":"k","postings":[["world","credit","-1e9"]]}`))
	f.Add([]byte(`{"key":"k","postings":[["world","credit"]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := ledger.Decode(data)
		if err != nil {
			return
		}
		b := ledger.New()
		_, err = b.Apply(start())
		require.NoError(t, err)
		r, err := b.Apply(x)
		require.NoError(t, b.Check())
		if err != nil || r.Already {
			require.Equal(t, uint64(1), b.Seq())
			return
		}
		batch, err := ledger.DecodeBatch(ledger.EncodeBatch(time.Unix(0, 0), []ledger.Receipt{r}))
		require.NoError(t, err)
		again := ledger.New()
		_, err = again.Apply(start())
		require.NoError(t, err)
		_, err = again.Replay(batch)
		require.NoError(t, err)
		require.Equal(t, string(b.Encode()), string(again.Encode()))
	})
}

// Whatever bytes claim to be a book: nothing but the encoding of a balanced one is taken.
func FuzzDecodeBook(f *testing.F) {
	f.Add(ledger.New().Encode())
	b := ledger.New()
	_, err := b.Apply(start())
	require.NoError(f, err)
	f.Add(b.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ledger.DecodeBook(data)
		if err != nil {
			require.ErrorIs(t, err, ledger.ErrSnapshot)
			return
		}
		require.NoError(t, b.Check())
		require.Equal(t, string(data), string(b.Encode()))
	})
}
