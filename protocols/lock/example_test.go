// SPDX-License-Identifier: Apache-2.0

package lock_test

import (
	"fmt"
	"time"

	"mabeam.dev/protocols/lock"
)

// A holder pauses past the end of its lease; the resource refuses what it does afterwards.
func Example() {
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	s := lock.New(lock.Options{})
	ann := s.Acquire(now, lock.Request{ID: "1", Name: "ledger", Owner: "ann", TTL: 10 * time.Second})[0]
	s.Acquire(now, lock.Request{ID: "2", Name: "ledger", Owner: "bob"})

	effects := s.Tick(now.Add(10 * time.Second))
	fmt.Println(effects[0].Kind, effects[0].Owner, effects[0].Token)
	fmt.Println(effects[1].Kind, effects[1].Owner, effects[1].Token)

	var ledger lock.Guard
	fmt.Println(ledger.Check(effects[1].Token))
	fmt.Println(ledger.Check(ann.Token))
	// Output:
	// lost ann 1.1
	// granted bob 1.2
	// <nil>
	// lock: token 1.1: 1.2 was given since
}
