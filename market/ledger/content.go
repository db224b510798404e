// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"

	"mabeam.dev/market/money"
)

// digest stands for the content of a transaction.
type digest [16]byte

// encode writes a transaction as JSON, always the same for the same transaction, and sums up what is content: everything but the
// fences, unless it has nothing else. Its names were validated: none needs quoting.
func encode(t *Transaction) ([]byte, digest) {
	out := make([]byte, 0, 64+len(t.Key)+len(t.Memo)+96*t.legs())
	out = text(append(out, `{"key":`...), t.Key)
	if t.Memo != "" {
		out = text(append(out, `,"memo":`...), t.Memo)
	}
	if len(t.Accounts) > 0 {
		out = append(out, `,"accounts":[`...)
		for i, a := range t.Accounts {
			out = text(comma(out, i), string(a))
		}
		out = append(out, ']')
	}
	if len(t.Postings) > 0 {
		out = list(append(out, `,"postings":`...), t.Postings)
	}
	if len(t.Hold) > 0 {
		out = append(out, `,"hold":[`...)
		for i := range t.Hold {
			h := &t.Hold[i]
			out = text(append(comma(out, i), `{"id":`...), h.ID)
			out = text(append(out, `,"owner":`...), h.Owner)
			out = text(append(out, `,"ref":`...), h.Ref)
			out = text(append(out, `,"asset":`...), string(h.Asset))
			out = append(money.AppendFormat(append(out, `,"amount":"`...), h.Amount), `"}`...)
		}
		out = append(out, ']')
	}
	if len(t.Close) > 0 {
		out = append(out, `,"close":[`...)
		for i := range t.Close {
			out = text(append(comma(out, i), `{"id":`...), t.Close[i].ID)
			if len(t.Close[i].Pay) > 0 {
				out = list(append(out, `,"pay":`...), t.Close[i].Pay)
			}
			out = append(out, '}')
		}
		out = append(out, ']')
	}
	content := len(out)
	if len(t.Fences) > 0 {
		out = append(out, `,"fences":[`...)
		for i, f := range t.Fences {
			out = text(append(comma(out, i), `{"ref":`...), f.Ref)
			out = append(strconv.AppendUint(append(out, `,"epoch":`...), f.Epoch, 10), '}')
		}
		out = append(out, ']')
	}
	if len(t.Fences) == t.legs() {
		content = len(out) // there is nothing else
	}
	hash := sha256.Sum256(out[:content])
	return append(out, '}'), digest(hash[:16])
}

func text(out []byte, s string) []byte {
	return append(append(append(out, '"'), s...), '"')
}

func comma(out []byte, i int) []byte {
	if i > 0 {
		return append(out, ',')
	}
	return out
}

func list(out []byte, postings []Posting) []byte {
	out = append(out, '[')
	for i := range postings {
		o := &postings[i]
		out = text(append(comma(out, i), '['), string(o.Account))
		out = text(append(out, ','), string(o.Asset))
		out = append(money.AppendFormat(append(out, `,"`...), o.Amount), `"]`...)
	}
	return append(out, ']')
}

// written is how a transaction stands in the journal.
type written struct {
	Key      string        `json:"key"`
	Memo     string        `json:"memo"`
	Accounts []Account     `json:"accounts"`
	Postings []Posting     `json:"postings"`
	Hold     []writtenHold `json:"hold"`
	Close    []struct {
		ID  string    `json:"id"`
		Pay []Posting `json:"pay"`
	} `json:"close"`
	Fences []struct {
		Ref   string `json:"ref"`
		Epoch uint64 `json:"epoch"`
	} `json:"fences"`
}

type writtenHold struct {
	ID     string       `json:"id"`
	Owner  string       `json:"owner"`
	Ref    string       `json:"ref"`
	Asset  money.Asset  `json:"asset"`
	Amount money.Amount `json:"amount"`
}

// UnmarshalJSON reads account, asset and amount.
func (o *Posting) UnmarshalJSON(data []byte) error {
	var parts []string
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	if len(parts) != 3 {
		return fmt.Errorf("ledger: decode posting: %d parts, want 3", len(parts))
	}
	amount, err := money.Parse(parts[2])
	if err != nil {
		return err
	}
	*o = Posting{Account(parts[0]), money.Asset(parts[1]), amount}
	return nil
}

// MarshalJSON writes account, asset and amount.
func (o Posting) MarshalJSON() ([]byte, error) {
	return json.Marshal([3]string{string(o.Account), string(o.Asset), money.Format(o.Amount)})
}

// Decode reads a transaction as Receipt.Content has it. It does not validate it: Apply does.
func Decode(content []byte) (Transaction, error) {
	var w written
	if err := json.Unmarshal(content, &w); err != nil {
		return Transaction{}, fmt.Errorf("ledger: decode transaction: %w", err)
	}
	return w.transaction(), nil
}

func (w *written) transaction() Transaction {
	t := Transaction{Key: w.Key, Memo: w.Memo, Accounts: w.Accounts, Postings: w.Postings}
	for _, h := range w.Hold {
		t.Hold = append(t.Hold, Hold(h))
	}
	for _, c := range w.Close {
		t.Close = append(t.Close, Close{c.ID, c.Pay})
	}
	for _, f := range w.Fences {
		t.Fences = append(t.Fences, Fence{f.Ref, f.Epoch})
	}
	return t
}
