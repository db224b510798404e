// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"time"
)

// Batch is what one append to the journal holds: transactions that became durable together.
type Batch struct {
	// First is the place of the first transaction in the book.
	First uint64
	// At is when they were applied, in microseconds of UTC.
	At time.Time
	// Transactions are in the order of their places.
	Transactions []Transaction
}

// EncodeBatch writes a batch for the journal, from the receipts of its transactions.
func EncodeBatch(at time.Time, receipts []Receipt) []byte {
	size := 64
	for i := range receipts {
		size += len(receipts[i].Content) + 1
	}
	out := make([]byte, 0, size)
	out = strconv.AppendUint(append(out, `{"first":`...), receipts[0].Seq, 10)
	out = strconv.AppendInt(append(out, `,"at":`...), at.UnixMicro(), 10)
	out = append(out, `,"transactions":[`...)
	for i := range receipts {
		out = append(comma(out, i), receipts[i].Content...)
	}
	return append(out, `]}`...)
}

// DecodeBatch reads what EncodeBatch wrote.
func DecodeBatch(data []byte) (Batch, error) {
	var w struct {
		First        uint64    `json:"first"`
		At           int64     `json:"at"`
		Transactions []written `json:"transactions"`
	}
	if err := json.Unmarshal(data, &w); err != nil {
		return Batch{}, fmt.Errorf("ledger: decode batch: %w", err)
	}
	b := Batch{First: w.First, At: time.UnixMicro(w.At).UTC(), Transactions: make([]Transaction, len(w.Transactions))}
	for i := range w.Transactions {
		b.Transactions[i] = w.Transactions[i].transaction()
	}
	return b, nil
}

// Replay applies a batch from the journal. Anything that would not have been written is an *ImbalanceError, after which the book is not to
// be used.
func (b *Book) Replay(batch Batch) ([]Receipt, error) {
	if batch.First != b.seq+1 {
		return nil, &ImbalanceError{batch.First, "order", fmt.Sprintf("comes after transaction %d", b.seq)}
	}
	receipts := make([]Receipt, len(batch.Transactions))
	for i, t := range batch.Transactions {
		r, err := b.Apply(t)
		if err != nil {
			return nil, &ImbalanceError{b.seq + 1, "order", "it is refused: " + err.Error()}
		}
		if r.Already {
			return nil, &ImbalanceError{b.seq + 1, "key", fmt.Sprintf("it is transaction %d again", r.Seq)}
		}
		receipts[i] = r
	}
	return receipts, nil
}

// Fold makes a book of a history. It ends with the history's error, or with that of Replay.
func Fold(history iter.Seq2[Batch, error]) (*Book, error) {
	b := New()
	for batch, err := range history {
		if err != nil {
			return nil, err
		}
		if _, err := b.Replay(batch); err != nil {
			return nil, err
		}
	}
	return b, nil
}
