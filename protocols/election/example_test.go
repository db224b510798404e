// SPDX-License-Identifier: Apache-2.0

package election_test

import (
	"fmt"
	"time"

	"mabeam.dev/protocols/election"
)

// The healthiest candidate leads next, and the term that is over is good for nothing.
func Example() {
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	e, err := election.New(election.Spec{})
	if err != nil {
		panic(err)
	}
	var first election.Term
	for i, c := range []election.Candidacy{{Candidate: "ann", Health: 50}, {Candidate: "bob", Health: 60}, {Candidate: "cid", Health: 90}} {
		c.ID = fmt.Sprint(i)
		out, err := e.Campaign(now, c)
		for _, f := range out {
			fmt.Println(f.Kind, f.Candidate, f.Term)
			first = f.Term
		}
		if err != nil {
			panic(err)
		}
	}
	for _, f := range e.Down(now, "ann") {
		fmt.Println(f.Kind, f.Candidate, f.Term)
	}
	fmt.Println(e.Check(now, first))
	// Output:
	// elected ann 1.1
	// deposed ann 1.1
	// elected cid 1.2
	// election: cid leads, in term 1.2
}
