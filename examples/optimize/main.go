// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"mabeam.dev/agents/exec/guest"
)

// point is what the search wants to know the value of.
type point struct {
	Values struct {
		X      float64 `json:"x"`
		Y      float64 `json:"y"`
		Layers int     `json:"layers"`
	} `json:"values"`
}

func main() {
	if err := guest.Serve(context.Background(), os.Stdin, os.Stdout, guest.Hello{}, measure); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// measure is lowest at x=2, y=-1 and three layers.
func measure(_ context.Context, t guest.Task) (any, error) {
	var p point
	if err := json.Unmarshal(t.Input, &p); err != nil {
		return nil, &guest.PermanentError{Err: err}
	}
	x, y, layers := p.Values.X-2, p.Values.Y+1, float64(p.Values.Layers-3)
	return map[string]float64{"value": x*x + y*y + layers*layers}, nil
}
