// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var planting = flag.Bool("mutants", false, "build each planted mistake into the auctioneer and see that the tests of sales find it; takes minutes")

// mutant is a mistake that somebody could make.
type mutant struct {
	file, right, wrong string
	in                 string // package whose tests find it; empty means this one
}

// mutants are mistakes in what keeps a sale exact.
func mutants() map[string]mutant {
	return map[string]mutant{
		"the settlement has a key of the incarnation":     {file: "auctioneer_money.go", right: "Key: a.m.SettlementKey()", wrong: "Key: a.fresh()"},
		"the settlement is not in the journal":            {file: "auctioneer_money.go", right: "			list = append(list, ev)\n", wrong: "			_ = ev\n"},
		"winners are charged after the settlement":        {file: "auctioneer_money.go", right: "if a.settling != nil { // all had paid", wrong: "if false { // all had paid"},
		"holds are given back before the bids are stored": {file: "auctioneer_batch.go", right: "	if len(data) > 0 {\n		if err := a.append", wrong: "	if err := a.giveBack(ctx); err != nil {\n		return err\n	}\n	if len(data) > 0 {\n		if err := a.append"},
		"bids are answered before they are stored": {
			file: "auctioneer_batch.go", right: "	if len(data) > 0 {\n		if err := a.append", wrong: "	for i := range batch {\n		if batch[i].err == nil {\n			batch[i].reply.Send(batch[i].result)\n		}\n	}\n	if len(data) > 0 {\n		if err := a.append",
		},
		"a repeated bid is in the log twice":                 {file: "auctioneer_batch.go", right: "} else if !p.result.Duplicate {", wrong: "} else {"},
		"a bid without a hold is accepted":                   {file: "auction/prepared.go", right: "if what.hold > held {", wrong: "if false {"},
		"a successor does not know what is held":             {file: "auctioneer_actor.go", right: "		a.keep(holds)\n", wrong: "		a.keep(holds[:0])\n"},
		"a successor reads before its predecessor is silent": {file: "auctioneer_actor.go", right: "if _, err := j.Append(ctx, stream, math.MaxInt64, Event{Type: auctionInput}); !errors.Is(err, ErrVersion) {", wrong: "if err := ctx.Err(); err != nil && math.MaxInt64 > 0 {"},
		"a refused hold counts":                              {file: "auctioneer_batch.go", right: "			of[i].refused = r.Err\n", wrong: "			a.add(holds[i])\n"},
		"what is held stays so when all is over":             {file: "auctioneer_batch.go", right: "over := a.m.State().Terminal()", wrong: "over := false"},
		"an auction is not decided again after a crash":      {file: "auctioneer_actor.go", right: "		case auction.Closing:\n", wrong: "		case auction.Closing:\n			if a.epoch > 1 {\n				return nil\n			}\n"},
		"a stale timer is accepted":                          {file: "auction/clock.go", right: "if in.Gen != m.gen {", wrong: "if false {", in: "./auction"},
		"a key stands for anything":                          {file: "auction/machine.go", right: "case was.digest != p.digest:", wrong: "case false:", in: "./auction"},
	}
}

// TestPlantedMistakesAreFound looks whether the mistakes could still be made, and with -mutants makes them.
func TestPlantedMistakesAreFound(t *testing.T) {
	here, err := os.Getwd()
	require.NoError(t, err)
	for name, m := range mutants() {
		t.Run(name, func(t *testing.T) {
			source, err := os.ReadFile(m.file)
			require.NoError(t, err)
			require.Equal(t, 1, strings.Count(string(source), m.right), "the place is there once")
			if !*planting {
				return
			}
			dir := t.TempDir()
			changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
			require.NoError(t, os.WriteFile(changed, []byte(strings.Replace(string(source), m.right, m.wrong, 1)), 0o600))
			list, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(here, filepath.FromSlash(m.file)): changed}})
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(overlay, list, 0o600))
			args := []string{"test", "-vet=off", "-overlay", overlay, "-timeout", "5m"}
			if m.in == "" {
				args = append(args, ".", "-run", "AuctionSimulation|AnEndAtEachPoint|ALastWord", "-seeds", "1000")
			} else {
				args = append(args, m.in)
			}
			out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput()
			require.Error(t, err, "nobody has found it")
			require.Contains(t, string(out), "--- FAIL", "it is found by a test, and not by the compiler: %s", out)
		})
	}
}
