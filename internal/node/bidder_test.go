// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"mabeam.dev/agents/exec/guest"
	"mabeam.dev/market/money"
)

// bidderRole is set where the test binary is to be an agent's program.
const bidderRole = "NODE_TEST_BIDDER"

// bids is the program: one that asks a credit and a half, one whose bids are all wrong, or one that does not bid.
func bids(role string) {
	echo := func(_ context.Context, t guest.Task) (any, error) { return t.Input, nil }
	var hello guest.Hello
	switch role {
	case "cheap":
		hello.OnBid = func(_ context.Context, r guest.BidRequest) (guest.Bid, error) {
			if len(r.Tasks) != 1 || r.Tasks[0].Kind != "x" || r.Tasks[0].Bytes != 4 || r.Currency != "credit" || r.Ceiling != 5*money.Unit || r.Deadline <= 60_000 { // of the 90 s that the config gives it
				return guest.Bid{}, errors.New("not what was called for")
			}
			return guest.Bid{Price: 3 * money.Unit / 2}, nil
		}
	case "hostile":
		garbage()
		return
	}
	if err := guest.Serve(context.Background(), os.Stdin, os.Stdout, hello, echo); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// garbage answers each request with every bid that does not count, and more than one of them.
func garbage() {
	wrong := []string{
		`"price":-1`, `"price":0`, `"price":1.0000001`, `"price":99999999999999999999`, `"price":"all"`, `"price":{}`, `"bundles":[{"tasks":["none"],"price":1}]`, `"x":1`,
	}
	fmt.Println(`{"type":"hello","protocol":1,"features":["bid"]}`)
	in := bufio.NewScanner(os.Stdin)
	for n := 0; in.Scan(); {
		var m struct{ Type, ID string }
		if json.Unmarshal(in.Bytes(), &m) != nil || m.Type == "stop" {
			return
		}
		if m.Type == "bid_request" {
			fmt.Printf(`{"type":"bid","id":%q,%s}`+"\n", m.ID, wrong[n%len(wrong)])
			fmt.Printf(`{"type":"bid","id":%q,"price":"0.1"}`+"\n", m.ID)
			fmt.Printf(`{"type":"bid","id":"nobody","price":"0.1"}` + "\n")
			n++
		}
	}
}
