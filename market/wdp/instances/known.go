// SPDX-License-Identifier: Apache-2.0

package instances

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"mabeam.dev/market/wdp/cert"
)

//go:embed testdata/problems/*.json testdata/answers/*.json
var files embed.FS

// Answer is what is known of a problem. Payments are those for the winners of Winners.
type Answer struct {
	// Revenue is the optimum.
	Revenue int64 `json:"optimal_revenue"`
	// Winners are one set of bids that reaches it.
	Winners []int `json:"winning_bids"`
	// Without is, for each winner, the optimum without its bids; nil for the largest problems.
	Without map[int]int64 `json:"welfare_without"`
	// VCG is the VCG payment of each winner.
	VCG map[int]int64 `json:"vcg_payment"`
	// CoreRevenue is the least sum of payments that leaves no coalition a reason to object; it need not be whole. Nil where unknown.
	CoreRevenue *float64 `json:"core_min_revenue"`
}

// Case is a problem with its answer.
type Case struct {
	// Size is small, medium or large.
	Size    string
	Problem *cert.Problem
	Answer  Answer
}

// Known returns the problems whose answers are known, by name.
func Known() ([]Case, error) {
	entries, err := files.ReadDir("testdata/problems")
	if err != nil {
		return nil, err
	}
	var out []Case
	for _, e := range entries {
		c, err := known(e.Name())
		if err != nil {
			return nil, fmt.Errorf("instances: read %q: %w", e.Name(), err)
		}
		out = append(out, c)
	}
	return out, nil
}

func known(file string) (c Case, err error) {
	data, err := files.ReadFile(path.Join("testdata/problems", file))
	if err != nil {
		return c, err
	}
	if c.Problem, err = cert.Decode(data); err != nil {
		return c, err
	}
	if data, err = files.ReadFile(path.Join("testdata/answers", file)); err != nil {
		return c, err
	}
	c.Size, _, _ = strings.Cut(file, "-")
	return c, json.Unmarshal(data, &c.Answer)
}
