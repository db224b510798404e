// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"mabeam.dev/internal/benchtab"
)

// replaceBlock replaces what stands between the marks of a block.
func replaceBlock(page []byte, name, block string) ([]byte, error) {
	begin := fmt.Sprintf("<!-- bench %s: written by make plots, do not edit -->\n", name)
	const end = "<!-- bench end -->\n"
	at := bytes.Index(page, []byte(begin))
	if at < 0 {
		return nil, fmt.Errorf("no line %q", strings.TrimSpace(begin))
	}
	at += len(begin)
	length := bytes.Index(page[at:], []byte(end))
	if length < 0 {
		return nil, fmt.Errorf("no line %q after %q", strings.TrimSpace(end), strings.TrimSpace(begin))
	}
	return bytes.Join([][]byte{page[:at], []byte(block), page[at+length:]}, nil), nil
}

// markdown shows a table of rows with what it was measured on.
func markdown(r benchtab.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s.\n\n", r.At.Format("2006-01-02"), r.Env)
	b.WriteString("| Measure | Value | Baseline | Ratio | Goal | Met |\n|---|---|---|---|---|---|\n")
	for _, row := range r.Rows {
		baseline, ratio, met := "", "", ""
		if x, ok := row.Ratio(); ok {
			baseline, ratio = benchtab.Figure(row.Baseline)+" "+row.Unit+", "+row.BaselineName, times(x)
		}
		if ok, known := row.Met(); known {
			met = map[bool]string{true: "yes", false: "**no**"}[ok]
		}
		fmt.Fprintf(&b, "| %s | %s %s | %s | %s | %s | %s |\n", row.Measure, benchtab.Figure(row.Value), row.Unit, baseline, ratio, row.Goal, met)
	}
	if picture(r) != nil {
		fmt.Fprintf(&b, "\n![%s, as a picture](plots/%s.svg)\n", title(r.Name), r.Name)
	}
	return b.String()
}

// times writes a ratio: 1.05x.
func times(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) + "x" }
