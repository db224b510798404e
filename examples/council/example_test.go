// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"strings"
)

// The node asks one question; the answer to a second one would come in any order.
func Example() {
	in := strings.NewReader(`{"type":"vote_request","id":"v/1","role":"vote","question":"Lunch?","options":["soup","bread"],"deadline_ms":60000}` + "\n")
	fmt.Println(serve(context.Background(), in, os.Stdout, []string{"salad", "soup"}))
	// Output:
	// {"capabilities":null,"features":["ping","vote"],"protocol":1,"type":"hello"}
	// {"choice":"soup","id":"v/1","text":"I like soup","type":"vote"}
	// <nil>
}

func Example_critique() {
	in := strings.NewReader(`{"type":"propose_request","id":"v/1","role":"critique","items":[{"id":"p","text":"some soup"}],"deadline_ms":60000}` + "\n")
	fmt.Println(serve(context.Background(), in, os.Stdout, []string{"salad", "soup"}))
	// Output:
	// {"capabilities":null,"features":["ping","vote"],"protocol":1,"type":"hello"}
	// {"id":"v/1","scores":[{"item":"p","value":0.5}],"type":"propose"}
	// <nil>
}
