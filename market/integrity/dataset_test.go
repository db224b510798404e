// SPDX-License-Identifier: Apache-2.0

package integrity_test

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/integrity"
)

// dataSet names the file of the Shill Bidding Dataset of the UCI repository (6,321 rows), which is not part of this repository.
const dataSet = "MABEAM_SHILL_DATA"

func TestTheTwoConditionsReachTheKnownFiguresOnThePublicDataSet(t *testing.T) {
	path := os.Getenv(dataSet)
	if path == "" {
		t.Skipf("the public data set is not shipped: set %s to its file", dataSet)
	}
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	var hit, wrong, missed float64
	for _, row := range rows[1:] {
		of := func(name string) float64 {
			v, err := strconv.ParseFloat(row[column[name]], 64)
			require.NoError(t, err, name)
			return v
		}
		shill := integrity.Features{
			Tendency: of("Bidder_Tendency"), Ratio: of("Bidding_Ratio"), Outbidding: of("Successive_Outbidding"), Last: of("Last_Bidding"),
			Bids: of("Auction_Bids"), Starting: of("Starting_Price_Average"), Early: of("Early_Bidding"), Winning: of("Winning_Ratio"),
		}.Suspicious()
		switch {
		case shill && row[column["Class"]] == "1":
			hit++
		case shill:
			wrong++
		case row[column["Class"]] == "1":
			missed++
		}
	}
	precision, recall := hit/(hit+wrong), hit/(hit+missed)
	t.Logf("precision %.3f recall %.3f F1 %.3f", precision, recall, 2*precision*recall/(precision+recall))
	assert.InDelta(t, .862, precision, .001)
	assert.InDelta(t, .988, recall, .001)
}
