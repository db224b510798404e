// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

const payers = 4

// onDisk is a ledger on a file.
func onDisk(dir string) (l *market.Ledger, end func() error, err error) {
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{CheckpointPages: 50})
	if err != nil {
		return nil, nil, err
	}
	sys := actors.New(actors.Options{})
	j := events.NewJournal(store, events.JournalOptions{})
	if _, err := j.Start(sys); err != nil {
		return nil, nil, err
	}
	l, err = market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: books, Journal: marketlog.New(j), Snapshots: marketlog.New(j), SnapshotEvery: 50})
	if err != nil {
		return nil, nil, err
	}
	if _, err := l.Start(sys); err != nil {
		return nil, nil, err
	}
	return l, func() error {
		if err := sys.Close(context.Background()); err != nil {
			return err
		}
		return store.Close()
	}, nil
}

// payForEver is the child: each payer holds 10, pays 6 and a fee of 1 from it, and says so after each answer.
func payForEver(dir string) error {
	l, _, err := onDisk(dir)
	if err != nil {
		return err
	}
	ctx := context.Background()
	begin := ledger.Deposit("in", "ann", credits(1_000_000))
	begin.Accounts = []ledger.Account{ledger.Available("ann"), ledger.Available("bob")}
	if _, err := l.Post(ctx, begin); err != nil {
		return err
	}
	failed := make(chan error)
	for p := range payers {
		go func() { failed <- pay(ctx, l, p) }() // ends with the process; payForEver waits for the first failure
	}
	return <-failed
}

func pay(ctx context.Context, l *market.Ledger, p int) error {
	for n := 0; ; n++ {
		id, ref := fmt.Sprintf("%d/%d", p, n), fmt.Sprintf("deal/%d/%d", p, n)
		held, err := l.Post(ctx, ledger.Set("hold/"+id, ledger.Hold{ID: id, Owner: "ann", Ref: ref, Asset: "credit", Amount: 10}))
		if err != nil {
			return err
		}
		paid, err := l.Post(ctx, ledger.Capture("pay/"+id, id, []ledger.Posting{{Account: ledger.Available("bob"), Asset: "credit", Amount: 6}, {Account: ledger.Fees, Asset: "credit", Amount: 1}}))
		if err != nil {
			return err
		}
		if !held.Already || !paid.Already { // what an earlier child has done is said once
			fmt.Printf("%d %d %d\n", p, n, paid.Seq)
		}
	}
}

// The process is killed by the system at random moments: what was answered is in the books once, and they balance.
func TestAKilledNodeLosesNoTransactionThatWasAnswered(t *testing.T) {
	dir := t.TempDir()
	rnd := rand.New(rand.NewPCG(4, 2))
	answered := map[string]bool{}
	for range 5 {
		self, err := os.Executable()
		require.NoError(t, err)
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), childEnv+"="+dir)
		cmd.Stderr = os.Stderr
		pipe, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		after, said := rnd.IntN(60), 0
		for lines := bufio.NewScanner(pipe); lines.Scan(); said++ {
			if said == after {
				time.AfterFunc(time.Duration(rnd.IntN(2000))*time.Microsecond, func() { _ = cmd.Process.Kill() }) // it may be gone already, which its status shows
			}
			var p, n int
			var seq uint64
			if _, err := fmt.Sscanf(lines.Text(), "%d %d %d", &p, &n, &seq); err != nil {
				break // the last line may be half a line
			}
			id := fmt.Sprintf("%d/%d", p, n)
			assert.False(t, answered[id], "done twice")
			answered[id] = true
		}
		var exit *exec.ExitError
		require.ErrorAs(t, cmd.Wait(), &exit)
		require.Equal(t, "signal: killed", exit.Error(), "the child must live until it is killed")

		l, end, err := onDisk(dir)
		require.NoError(t, err)
		report, err := l.Verify(t.Context())
		require.NoError(t, err)
		bob := report.Balances[ledger.Slot{Account: ledger.Available("bob"), Asset: "credit"}]
		assert.Equal(t, bob, 6*report.Balances[ledger.Slot{Account: ledger.Fees, Asset: "credit"}])
		assert.GreaterOrEqual(t, bob, money.Amount(6*len(answered)))
		for id := range answered {
			r, err := l.Post(t.Context(), ledger.Release("again/"+id, []string{id}))
			require.ErrorIs(t, err, ledger.ErrHoldClosed, "%s %v", id, r)
		}
		require.NoError(t, end())
	}
	assert.NotEmpty(t, answered)
}
