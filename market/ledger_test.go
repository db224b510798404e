// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

const books = "market/ledger"

func credits(a money.Amount) money.Money { return money.Of(a, "credit") }

// opened starts a ledger under a supervisor, and ends everything with the test. what collects the events of markets.
func opened(t *testing.T, o market.LedgerOptions) (l *market.Ledger, sup *supervision.Supervisor, what func() []string) {
	t.Helper()
	o.Name, o.Stream = "ledger", books
	l, err := market.NewLedger(o)
	require.NoError(t, err)
	bus := telemetry.NewBus()
	sys := actors.New(actors.Options{Events: bus})
	t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
	var mu sync.Mutex
	var seen []string
	note := func(e telemetry.Event) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, e.EventName())
	}
	t.Cleanup(telemetry.Subscribe(bus, "test", func(e market.ProcessRecovered) { note(e) }))
	t.Cleanup(telemetry.Subscribe(bus, "test", func(e market.ProcessFenced) { note(e) }))
	t.Cleanup(telemetry.Subscribe(bus, "test", func(e market.ProcessQuarantined) { note(e) }))
	t.Cleanup(telemetry.Subscribe(bus, "test", func(e market.SnapshotFailed) { note(e) }))
	sup, err = supervision.Start(sys, "market", supervision.Spec{
		Intensity: supervision.Intensity{Max: 100, Within: time.Second},
		Children:  []supervision.Child{supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...)},
	})
	require.NoError(t, err)
	return l, sup, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), seen...)
	}
}

// fund opens ann and bob and gives ann 100.
func fund(t *testing.T, l *market.Ledger) {
	t.Helper()
	for _, x := range []ledger.Transaction{ledger.Open("open/ann", "ann"), ledger.Open("open/bob", "bob"), ledger.Deposit("in", "ann", credits(100))} {
		_, err := l.Post(t.Context(), x)
		require.NoError(t, err)
	}
}

func balance(t *testing.T, l *market.Ledger, owner string) money.Amount {
	t.Helper()
	v, err := l.Balance(ledger.Available(owner), "credit")
	require.NoError(t, err)
	return v
}

func TestWhatIsAnsweredIsDurableAndSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		l, _, _ := opened(t, market.LedgerOptions{Journal: m})
		fund(t, l)
		pay := ledger.Transfer("pay", "ann", "bob", credits(30), 1)
		r, err := l.Post(t.Context(), pay)
		require.NoError(t, err)
		assert.Equal(t, uint64(4), r.Seq)
		assert.Equal(t, []money.Amount{70, 29}, []money.Amount{balance(t, l, "ann"), balance(t, l, "bob")})
		assert.Len(t, m.types(books), 4)
		r, err = l.Post(t.Context(), pay)
		require.NoError(t, err)
		assert.Equal(t, ledger.Receipt{Seq: 4, Already: true}, r)
		assert.Len(t, m.types(books), 4, "a repetition writes nothing")
		_, err = l.Post(t.Context(), ledger.Withdraw("out", "bob", credits(30)))
		var funds *ledger.FundsError
		require.ErrorAs(t, err, &funds)
		seq, all, err := l.Read(ledger.Slot{Account: ledger.Available("bob"), Asset: "credit"}, ledger.Slot{Account: ledger.World, Asset: "credit"})
		require.NoError(t, err)
		assert.Equal(t, uint64(4), seq)
		assert.Equal(t, []money.Amount{29, -100}, all)
		s, err := l.Statement(t.Context(), ledger.Available("ann"), "credit", time.Time{}, time.Time{})
		require.NoError(t, err)
		assert.Len(t, s.Lines, 2)
		report, err := l.Verify(t.Context())
		require.NoError(t, err)
		assert.Equal(t, uint64(4), report.Transactions)
	})
}

func TestCommandsThatWaitShareAnAppendAndOneRefusalDisturbsNoNeighbour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		l, _, _ := opened(t, market.LedgerOptions{Journal: m})
		fund(t, l)
		before := len(m.types(books))
		release := make(chan struct{})
		var once sync.Once
		m.failing(func(string, []market.Event) (bool, error) {
			once.Do(func() { <-release }) // the first append takes its time
			return true, nil
		})
		var mu sync.Mutex
		good, bad := 0, 0
		var wg sync.WaitGroup
		for i := range 300 {
			wg.Go(func() {
				_, err := l.Post(context.Background(), ledger.Transfer(fmt.Sprint("t/", i), "ann", "bob", credits(1), 0))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					good++
				} else if assert.ErrorIs(t, err, ledger.ErrInsufficientFunds) {
					bad++
				}
			})
		}
		synctest.Wait()
		close(release)
		wg.Wait()
		assert.Equal(t, []int{100, 200}, []int{good, bad})
		assert.LessOrEqual(t, len(m.types(books))-before, 3, "at most 256 with each append, and the first may have had few")
		assert.Equal(t, []money.Amount{0, 100}, []money.Amount{balance(t, l, "ann"), balance(t, l, "bob")})
	})
}

func TestAnAppendInDoubtIsReadAgainAndARepetitionTellsWhatBecameOfIt(t *testing.T) {
	for _, stored := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			l, sup, events := opened(t, market.LedgerOptions{Journal: m})
			fund(t, l)
			pid := sup.Child("ledger")
			m.failing(func(string, []market.Event) (bool, error) {
				m.mu.fail = nil
				return stored, errDisk
			})
			x := ledger.Transfer("pay", "ann", "bob", credits(30), 0)
			_, err := l.Post(t.Context(), x)
			require.ErrorIs(t, err, market.ErrUnavailable)
			require.ErrorIs(t, err, errDisk)
			r, err := l.Post(t.Context(), x)
			require.NoError(t, err)
			assert.Equal(t, stored, r.Already)
			assert.Equal(t, money.Amount(30), balance(t, l, "bob"))
			assert.Equal(t, pid, sup.Child("ledger"), "the process lives on")
			assert.Equal(t, []string{"market.recovered", "market.recovered"}, events())
		})
	}
}

func TestAJournalThatTakesNothingIsNotReadWithEveryCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		l, _, events := opened(t, market.LedgerOptions{Journal: m})
		fund(t, l)
		m.failing(func(string, []market.Event) (bool, error) { return false, errDisk })
		for begin := time.Now(); time.Since(begin) < time.Minute; {
			_, err := l.Post(t.Context(), ledger.Transfer("pay", "ann", "bob", credits(30), 0))
			require.ErrorIs(t, err, errDisk)
		}
		assert.Less(t, len(events()), 80, "once a second, after the first few")
		assert.Equal(t, money.Amount(0), balance(t, l, "bob"))
		m.failing(nil)
		r, err := l.Post(t.Context(), ledger.Transfer("pay", "ann", "bob", credits(30), 0))
		require.NoError(t, err)
		assert.False(t, r.Already)
		assert.Equal(t, money.Amount(30), balance(t, l, "bob"))
	})
}

func TestASuccessorHasTheBooksAndTakesSnapshotsOnlyIfTheJournalVouchesForThem(t *testing.T) {
	for name, spoil := range map[string]func(*memory){
		"good":              func(*memory) {},
		"damaged":           func(m *memory) { m.mu.states[books].data[100] ^= 1 },
		"of another ledger": func(m *memory) { s := m.mu.states[books]; s.data = ledger.New().Encode(); m.mu.states[books] = s },
		"at a wrong place":  func(m *memory) { s := m.mu.states[books]; s.version--; m.mu.states[books] = s },
		"beyond the end":    func(m *memory) { s := m.mu.states[books]; s.version += 100; m.mu.states[books] = s },
		"lost":              func(m *memory) { clear(m.mu.states) },
	} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			l, sup, events := opened(t, market.LedgerOptions{Journal: m, Snapshots: m, SnapshotEvery: 5})
			fund(t, l)
			for i := range 9 {
				_, err := l.Post(t.Context(), ledger.Transfer(fmt.Sprint("t/", i), "ann", "bob", credits(1), 0))
				require.NoError(t, err)
			}
			synctest.Wait()
			assert.Contains(t, m.types(books), "market.ledger.checkpoint")
			_, before, err := l.Balances()
			require.NoError(t, err)
			spoil(m)
			sup.Child("ledger").Kill()
			synctest.Wait()
			r, err := l.Post(t.Context(), ledger.Transfer("t/3", "ann", "bob", credits(1), 0))
			require.NoError(t, err)
			assert.True(t, r.Already)
			_, after, err := l.Balances()
			require.NoError(t, err)
			assert.Equal(t, before, after, name)
			want := []string{"market.recovered", "market.recovered"}
			if name != "good" && name != "lost" {
				want = []string{"market.recovered", "market.snapshot_failed", "market.recovered"}
			}
			assert.Equal(t, want, events(), name)
			_, err = l.Verify(t.Context())
			require.NoError(t, err)
		})
	}
}

func TestWhoeverFindsAnotherWriterEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		l, _, events := opened(t, market.LedgerOptions{Journal: m})
		fund(t, l)
		other := ledger.New()
		for b, err := range l.History(t.Context()) {
			require.NoError(t, err)
			_, err := other.Replay(b)
			require.NoError(t, err)
		}
		r, err := other.Apply(ledger.Withdraw("other", "ann", credits(90)))
		require.NoError(t, err)
		_, err = m.Append(t.Context(), books, 3, market.Event{Type: "market.ledger.batch", Data: ledger.EncodeBatch(time.Now(), []ledger.Receipt{r})})
		require.NoError(t, err)
		_, err = l.Post(t.Context(), ledger.Withdraw("mine", "ann", credits(90)))
		require.ErrorIs(t, err, market.ErrUnavailable)
		require.ErrorIs(t, err, market.ErrVersion)
		assert.Contains(t, events(), "market.fenced")
		synctest.Wait() // until it is started anew
		_, err = l.Post(t.Context(), ledger.Withdraw("mine", "ann", credits(90)))
		require.ErrorIs(t, err, ledger.ErrInsufficientFunds, "its successor knows what the other has done")
	})
}

func TestAJournalThatCannotBeUnderstoodIsLeftAlone(t *testing.T) {
	for name, spoil := range map[string]func(*market.Event){
		"no JSON":       func(ev *market.Event) { ev.Data = []byte("{") },
		"foreign":       func(ev *market.Event) { ev.Type = "tea.brewed" },
		"never written": func(ev *market.Event) { ev.Data = []byte(`{"first":3,"transactions":[{"key":"in"}]}`) },
		"out of order":  func(ev *market.Event) { ev.Data = []byte(`{"first":7,"transactions":[]}`) },
	} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			l, sup, events := opened(t, market.LedgerOptions{Journal: m})
			fund(t, l)
			m.alter(books, 2, spoil)
			sup.Child("ledger").Kill()
			synctest.Wait()
			_, err := l.Post(t.Context(), ledger.Open("open/cyd", "cyd"))
			require.ErrorIs(t, err, market.ErrUnavailable, name)
			assert.Contains(t, events(), "market.quarantined")
			assert.Len(t, m.types(books), 3)
			assert.Equal(t, money.Amount(100), balance(t, l, "ann"), "readers have what was there")
		})
	}
}

func TestAnEpochThatWasTakenKeepsOthersOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _, _ := opened(t, market.LedgerOptions{Journal: newMemory()})
		fund(t, l)
		hold := func(key string, fences ...ledger.Fence) error {
			_, err := l.Post(t.Context(), ledger.Set(key, ledger.Hold{ID: key, Owner: "ann", Ref: "auction/1", Asset: "credit", Amount: 10}, fences...))
			return err
		}
		require.NoError(t, hold("h1"))
		for want := range uint64(2) {
			epoch, err := l.Take(t.Context(), "auction/1")
			require.NoError(t, err)
			assert.Equal(t, want+1, epoch)
		}
		require.ErrorIs(t, hold("h2", ledger.Fence{Ref: "auction/1", Epoch: 1}), ledger.ErrFenced)
		require.NoError(t, hold("h3", ledger.Fence{Ref: "auction/1", Epoch: 2}))
		holds, err := l.Reconcile(t.Context(), "auction/1")
		require.NoError(t, err)
		assert.Equal(t, []string{"h1", "h3"}, []string{holds[0].ID, holds[1].ID})
		assert.Equal(t, money.Amount(80), balance(t, l, "ann"))
	})
}

func TestALedgerThatNobodyStartedIsUnavailable(t *testing.T) {
	_, err := market.NewLedger(market.LedgerOptions{})
	require.ErrorContains(t, err, "no name")
	require.ErrorContains(t, err, "no stream")
	require.ErrorContains(t, err, "no journal")
	l, err := market.NewLedger(market.LedgerOptions{Name: "l", Stream: "s", Journal: newMemory()})
	require.NoError(t, err)
	_, err = l.Post(t.Context(), ledger.Open("o", "ann"))
	require.ErrorIs(t, err, market.ErrUnavailable)
	_, err = l.Balance(ledger.Fees, "credit")
	require.ErrorIs(t, err, market.ErrUnavailable)
	_, _, err = l.Balances()
	require.ErrorIs(t, err, market.ErrUnavailable)
}

// Readers on other goroutines see whole transactions only: what two accounts have together never changes.
func TestReadersSeeWholeTransactions(t *testing.T) {
	l, _, _ := opened(t, market.LedgerOptions{Journal: newMemory()})
	fund(t, l)
	stop := make(chan struct{})
	var readers, writers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			last := uint64(0)
			for {
				select {
				case <-stop:
					return
				default:
				}
				seq, all, err := l.Read(ledger.Slot{Account: ledger.Available("ann"), Asset: "credit"}, ledger.Slot{Account: ledger.Available("bob"), Asset: "credit"})
				if !assert.NoError(t, err) || !assert.Equal(t, money.Amount(100), all[0]+all[1]) || !assert.GreaterOrEqual(t, seq, last) {
					return
				}
				last = seq
			}
		})
	}
	for w := range 4 {
		writers.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(w)))
			for i := range 200 {
				from, to := "ann", "bob"
				if rng.IntN(2) == 0 {
					from, to = to, from
				}
				_, err := l.Post(context.Background(), ledger.Transfer(fmt.Sprint(w, "/", i), from, to, credits(money.Amount(1+rng.IntN(30))), 0))
				if err != nil && !assert.ErrorIs(t, err, ledger.ErrInsufficientFunds) {
					return
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
}
