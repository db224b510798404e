// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/config"
	"mabeam.dev/market/money"
)

func TestBooksAndPredictionsOfAFileBecomeTheirRules(t *testing.T) {
	c, _, err := config.Load(config.Input{Name: "node.yaml", Data: []byte(`version: 1
market:
  accounts: [{owner: ann, money: {credit: 1000}}]
  books: [{book: hours, base: gpu-hour, tick: 0.01, taker_fee_per_million: 1000}]
  predictions: [{prediction: launch, outcomes: [done, late], maker: ann, oracle: bob, judge: cid, disputes: 2h}]
`)})
	require.NoError(t, err)
	spec, fees := c.Market.Books[0].Rules(*c.Market)
	assert.Equal(t, money.Asset("credit"), spec.Quote)
	assert.Equal(t, money.Unit/100, spec.Tick)
	assert.Equal(t, int64(1000), fees.Taker)
	require.NoError(t, spec.Validate())
	forecast, currency := c.Market.Predictions[0].Spec(*c.Market)
	assert.Equal(t, money.Asset("credit"), currency)
	assert.Equal(t, int64(7200e9), forecast.Disputes)
	require.NoError(t, forecast.Validate())
}

// Every mistake of a book or of a prediction market has its place in the file.
func TestMistakesOfBooksAndPredictionsHaveTheirPlaces(t *testing.T) {
	_, _, err := config.Load(config.Input{Name: "node.yaml", Data: []byte(`version: 1
market:
  books:
    - {book: hours, base: credit}
    - {book: hours, base: tea, lot: 0, tick: 0.0000001}
    - {book: more, base: "a b"}
  predictions:
    - {prediction: launch, outcomes: [done, done], maker: ann, oracle: "b/b", judge: cid, liquidity: 1000000}
`)})
	var all config.Errors
	require.ErrorAs(t, err, &all)
	var places []string
	for _, e := range all {
		places = append(places, e.Path)
		assert.Positive(t, e.Line, e.Path)
	}
	for _, place := range []string{
		"market.books[0].quote", "market.books[1].book", "market.books[1].lot", "market.books[1].tick", "market.books[2].base",
		"market.predictions[0].outcomes", "market.predictions[0].maker", "market.predictions[0].oracle", "market.predictions[0].liquidity",
	} {
		assert.Contains(t, places, place)
	}
}
