// SPDX-License-Identifier: Apache-2.0

package byzantine_test

import (
	"context"
	"fmt"
	"strconv"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/supervision"
)

// sum is a replicated number.
type sum struct{ total int }

func newSum() pbft.App { return &sum{} }

func (a *sum) Validate(op []byte) error { _, err := strconv.Atoi(string(op)); return err }

func (a *sum) Apply(_ pbft.Place, op []byte) []byte {
	n, _ := strconv.Atoi(string(op))
	a.total += n
	return a.Snapshot()
}

func (a *sum) Snapshot() []byte { return strconv.AppendInt(nil, int64(a.total), 10) }

func (a *sum) Restore(b []byte) (err error) {
	if a.total = 0; len(b) > 0 {
		a.total, err = strconv.Atoi(string(b))
	}
	return err
}

// Four members, one of whom votes for two things at once.
func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	host, err := byzantine.NewHost("groups", byzantine.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{host.Child()}}); err != nil {
		fmt.Println(err)
		return
	}
	_ = host.Rehearse("dan", byzantine.Equivocate)
	group, err := host.Open(ctx, byzantine.Spec{ID: "council", Members: []string{"ann", "bob", "cid", "dan"}, App: newSum})
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := group.Submit(ctx, 0, "first", []byte("40"), []byte("2"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s, proven: %v\n", d.Results, d.Certificate.Verify(group.Config(), d.Request) == nil)
	for n := 0; len(group.Accused()) == 0 && err == nil; n++ { // it goes on lying, and one half of a lie is no proof
		_, err = group.Submit(ctx, 0, fmt.Sprint("more ", n), []byte("1"))
		_ = group.Settle(ctx)
	}
	for _, a := range group.Accused() {
		e, _ := pbft.DecodeEvidence(a.Evidence)
		fmt.Printf("%s: %s, proven: %v\n", a.Agent, a.Kind, e.Verify(group.Config()) == nil)
	}
	// Output:
	// [40 42], proven: true
	// dan: two votes, proven: true
}
