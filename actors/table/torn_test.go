// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
)

// readsEnv is how many reads the test of torn reads does, such as 100000000.
const readsEnv = "MABEAM_TEST_READS"

// reads returns how many.
func reads(t *testing.T) int {
	text := os.Getenv(readsEnv)
	if text == "" {
		return 200_000
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, readsEnv)
	return n
}

// wide is a value of several words that belong together.
type wide struct {
	n, not, thrice uint64
	text           string
}

func widened(n uint64) wide { return wide{n, ^n, 3 * n, strconv.FormatUint(n, 10)} }

func (w wide) torn() bool {
	return w.not != ^w.n || w.thrice != 3*w.n || len(w.text) == 0 || w.text[len(w.text)-1] != byte('0'+w.n%10)
}

const wideKeys = 64

// wideTables are one of each kind that hold the same.
type wideTables struct {
	set     *table.Set[int, wide]
	bag     *table.Bag[int, wide]
	ordered *table.Ordered[int, wide]
}

func newWide(c *cx) (w wideTables, err error) {
	var errs [3]error
	w.set, errs[0] = table.NewSet[int, wide](c, "", table.Options{CountReads: true})
	w.bag, errs[1] = table.NewBag[int, wide](c, "", table.Options{})
	w.ordered, errs[2] = table.NewOrdered[int, wide](c, "", cmp.Less[int], table.Options{})
	return w, errors.Join(errs[:]...)
}

// write makes n the newest number of a key. A bag keeps the two newest.
func (w wideTables) write(n uint64) error {
	k, v := int(n%wideKeys), widened(n)
	errs := []error{w.set.Put(k, v), w.ordered.Put(k, v), w.bag.Put(k, v)}
	if n >= 2*wideKeys {
		errs = append(errs, w.bag.DeletePair(k, widened(n-2*wideKeys)))
	}
	return errors.Join(errs...)
}

// read does n reads and checks that no value is torn, and that no key's numbers go down.
func (w wideTables) read(n int) error {
	var newest [3][wideKeys]uint64
	for i := range n {
		k, kind := i%wideKeys, i/wideKeys%3
		var v wide
		var found bool
		var err error
		switch kind {
		case 0:
			v, found, err = w.set.Lookup(k)
		case 1:
			v, found, err = w.ordered.Lookup(k)
		case 2:
			var vs []wide
			vs, err = w.bag.Lookup(k)
			if found = len(vs) > 0; found {
				v = vs[len(vs)-1]
			}
		}
		switch {
		case err != nil:
			return err
		case found && v.torn():
			return fmt.Errorf("kind %d: torn value %+v", kind, v)
		case found && v.n < newest[kind][k], !found && newest[kind][k] > 0:
			return fmt.Errorf("kind %d: key %d goes from %d back to %d", kind, k, newest[kind][k], v.n)
		}
		newest[kind][k] = v.n
	}
	return nil
}

func TestNoReadIsTornWhileTheOwnerWrites(t *testing.T) {
	owner := start(newSystem(t))
	w := made(t, owner, newWide)
	var done atomic.Bool
	wrote := make(chan error, 1)
	owner.Tell(func(*cx) error {
		n := uint64(0)
		var err error
		for err == nil && !done.Load() {
			err = w.write(n)
			n++
		}
		wrote <- err
		return nil
	})
	cores := runtime.GOMAXPROCS(0)
	errs := make([]error, cores)
	var all sync.WaitGroup
	for i := range cores {
		all.Go(func() { errs[i] = w.read(reads(t) / cores) })
	}
	all.Wait()
	done.Store(true)
	require.NoError(t, errors.Join(append(errs, <-wrote)...))
	third := int64(reads(t)) / 3
	require.InEpsilon(t, third, w.set.Info().Reads, 0.4, "reads are counted, about")
}

// The table goes from owner to owner, by gift and by death, while others read: they notice nothing.
func TestReadersNoticeNothingOfTransfers(t *testing.T) {
	const rounds = 40
	sys := newSystem(t)
	first := start(sys)
	s := made(t, first, func(c *cx) (*table.Set[int, wide], error) { return table.NewSet[int, wide](c, "t", table.Options{}) })
	for k := range wideKeys {
		require.NoError(t, s.Put(k, widened(uint64(k))))
	}
	var done atomic.Bool
	var readers sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		r := s.Reader()
		readers.Go(func() {
			for k := 0; !done.Load() && errs[i] == nil; k = (k + 1) % wideKeys {
				v, found, err := r.Lookup(k)
				if err != nil || !found || v.torn() {
					errs[i] = fmt.Errorf("key %d: %+v, %v: %w", k, v, found, err)
				}
				if k == 0 {
					runtime.Gosched() // the others need the core, too
				}
			}
		})
	}
	owner, handle := first, s
	for n := range rounds {
		next := start(sys)
		got := make(chan table.Transfer[*table.Set[int, wide]], 1)
		to := made(t, next, func(c *cx) (table.Receiver[*table.Set[int, wide]], error) {
			return table.Receive(c, func(tr table.Transfer[*table.Set[int, wide]]) do {
				return func(*cx) error { got <- tr; return nil }
			})
		})
		// The owner writes on while it loses the table: some writes are in time and the others are refused.
		began, wrote := make(chan struct{}), make(chan error, 1)
		owner.Tell(func(*cx) error {
			close(began)
			var err error
			for k := 0; err == nil; k = (k + 1) % wideKeys {
				err = handle.Put(k, widened(uint64(k)))
				if k == 0 {
					runtime.Gosched()
				}
			}
			wrote <- err
			return nil
		})
		<-began
		want := error(table.ErrNotOwner)
		if n%2 == 0 {
			require.NoError(t, handle.GiveAway(to, n))
		} else {
			require.NoError(t, handle.SetHeir(to, n))
			owner.PID().Kill()
			want = actors.ErrFenced
		}
		require.ErrorIs(t, <-wrote, want)
		tr := <-got
		require.Equal(t, n, tr.Data)
		owner, handle = next, tr.Table
		require.NoError(t, handle.Put(0, widened(0)))
	}
	done.Store(true)
	readers.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, owner.PID(), s.Info().Owner)
}

// What a killed owner had written when its death was announced is what stays: its handler goes on writing and changes nothing.
func TestNothingIsWrittenAfterTheDeathIsAnnounced(t *testing.T) {
	for _, access := range []table.Access{table.Protected, table.Public} {
		t.Run(access.String(), func(t *testing.T) {
			sys := newSystem(t)
			holder := start(sys)
			for range 100 {
				writer, heir := start(sys), start(sys)
				got := make(chan *table.Set[int, int], 1)
				to := made(t, heir, func(c *cx) (table.Receiver[*table.Set[int, int]], error) {
					return table.Receive(c, func(tr table.Transfer[*table.Set[int, int]]) do {
						return func(*cx) error { got <- tr.Table; return nil }
					})
				})
				var s *table.Set[int, int]
				if access == table.Public {
					set(t, holder, "t", table.Options{Access: access})
					s = made(t, writer, func(c *cx) (*table.Set[int, int], error) { return table.PublicSet[int, int](c, "t") })
				} else {
					s = set(t, writer, "t", table.Options{})
					require.NoError(t, s.SetHeir(to, nil))
				}
				began, ended := make(chan struct{}), make(chan error, 1)
				writer.Tell(func(*cx) error {
					var err error
					for n := 0; err == nil; n++ {
						_, err = table.UpdateCounter(s, 1, 1, table.Counter[int]{})
						if n == 10 {
							close(began)
						}
					}
					ended <- err
					return nil
				})
				<-began
				writer.PID().Kill() // and when it returns everybody has been told
				before, _, err := s.Lookup(1)
				require.NoError(t, err)
				require.ErrorIs(t, <-ended, actors.ErrFenced)
				after, _, err := s.Lookup(1)
				require.NoError(t, err)
				require.Equal(t, before, after)
				if access == table.Public {
					holder.PID().Kill()
					holder = start(sys)
				} else {
					require.NoError(t, (<-got).Drop())
				}
			}
		})
	}
}
