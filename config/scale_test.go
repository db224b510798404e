// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// large is a file of at least n lines.
func large(n int) string {
	var b strings.Builder
	b.WriteString("version: 1\ntree:\n  children:\n")
	for i := 0; i*5 < n; i++ {
		fmt.Fprintf(&b, "    - id: c%d\n      kind: text.index\n      count: 2\n      capabilities: [a, b]\n      restart: transient\n", i)
	}
	return b.String()
}

func TestAFileOfTenThousandLinesLoadsWhole(t *testing.T) {
	text := large(10_000)
	require.GreaterOrEqual(t, strings.Count(text, "\n"), 10_000)
	cfg, _ := load(t, testInput("large.yaml", text))
	require.Len(t, cfg.Tree.Children, 2000)
}

func TestTenThousandMistakesAreAllReported(t *testing.T) {
	text := strings.ReplaceAll(large(10_000), "transient", "transiant")
	_, _, err := Load(testInput("large.yaml", text))
	var problems Errors
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems, 2000)
	require.Contains(t, problems.Text(), "\nand 1980 more\n")
}

// A way of counting columns from the start of the line each time would take hours here.
func TestAJSONFileOfOneHugeLineIsReadOnceOver(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"version": 1, "tree": {"children": [`)
	for i := range 20_000 {
		fmt.Fprintf(&b, `{"id": "c%d", "kind": "exec", "command": ["\ud83d\ude00é"], "restart": "transiant"}, `, i)
	}
	b.WriteString(`{"id": "last", "kind": "text.index"}]}}`)
	_, _, err := Load(testInput("line.json", b.String()))
	var problems Errors
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems, 20_000)
	last := problems[len(problems)-1]
	require.Equal(t, `"transiant"`, string([]rune(last.Source)[last.Col-1:][:last.Width]))
}

// BenchmarkLoad/10000-lines has a goal of 200 ms.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		in := testInput("large.yaml", large(n))
		b.Run(fmt.Sprintf("%d-lines", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Load(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
