// SPDX-License-Identifier: Apache-2.0

package market

import (
	"encoding/json"
	"fmt"

	"mabeam.dev/market/predict"
)

// predictionSnapshot is the state of a prediction market, as it is between two batches.
type predictionSnapshot struct {
	Rules   predictionRules   `json:"rules"`
	Market  json.RawMessage   `json:"market"`
	Funded  bool              `json:"funded,omitempty"`
	Braked  bool              `json:"braked,omitempty"`
	At      int64             `json:"at,omitempty"`
	Batches uint64            `json:"batches"`
	Trades  uint64            `json:"trades,omitempty"`
	Keys    []kept[Predicted] `json:"keys,omitempty"` // the earliest first
}

func (k *predictionKeeper) encode() []byte {
	k.taken = 0
	return written(predictionSnapshot{k.rules, k.market.Encode(), k.funded, k.braked, k.at, k.batches, k.trades, k.keys.encode()})
}

func (k *predictionKeeper) decode(state []byte) error {
	var s predictionSnapshot
	if err := json.Unmarshal(state, &s); err != nil {
		return fmt.Errorf("market: decode prediction: %w", err)
	}
	m, err := predict.Decode(s.Rules.Spec, s.Market)
	if err != nil {
		return err
	}
	if err := k.begin(s.Rules); err != nil {
		return err
	}
	k.market, k.funded, k.braked, k.at, k.batches, k.trades = m, s.Funded, s.Braked, s.At, s.Batches, s.Trades
	k.keys.decode(s.Keys)
	k.was, k.told = m.State(), s.Funded
	return nil
}

func (k *predictionKeeper) since() int { return k.taken }
