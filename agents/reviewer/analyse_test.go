// SPDX-License-Identifier: Apache-2.0

package reviewer

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the reports into testdata/reports")

const reportName = "report.json"

// Each archive holds the files of one package and the report that they must give.
func TestReportsOfKnownPackages(t *testing.T) {
	archives, err := filepath.Glob("testdata/reports/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, name := range archives {
		base := strings.TrimSuffix(filepath.Base(name), ".txtar")
		t.Run(base, func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			require.NoError(t, err)
			dir, want := t.TempDir(), ""
			for _, f := range archive.Files {
				if f.Name == reportName {
					want = string(f.Data)
					continue
				}
				require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644))
			}
			o := Options{}
			if base == "findings" {
				o = Options{Complexity: 4, FunctionLines: 8}
			}
			report, err := Review(t.Context(), Package{ImportPath: "example/" + base, Dir: dir}, o)
			require.NoError(t, err)
			data, err := report.JSON()
			require.NoError(t, err)
			var pretty bytes.Buffer
			require.NoError(t, json.Indent(&pretty, data, "", "  "))
			pretty.WriteByte('\n')
			if *update {
				archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == reportName })
				archive.Files = append(archive.Files, txtar.File{Name: reportName, Data: pretty.Bytes()})
				require.NoError(t, os.WriteFile(name, txtar.Format(archive), 0o644))
				return
			}
			assert.Equal(t, want, pretty.String())
		})
	}
}

func TestOrderOfSourcesDoesNotMatter(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/reports/findings.txtar")
	require.NoError(t, err)
	var sources []Source
	for _, f := range archive.Files {
		if f.Name != reportName {
			sources = append(sources, Source{Name: f.Name, Text: f.Data})
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, errA := Analyse("p", sources, Options{})
		b, errB := Analyse("p", rapid.Permutation(sources).Draw(t, "order"), Options{})
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		jsonA, errA := a.JSON()
		jsonB, errB := b.JSON()
		if errA != nil || errB != nil || !bytes.Equal(jsonA, jsonB) {
			t.Fatalf("%s\n%s", jsonA, jsonB)
		}
	})
}

// body writes random statements and counts, while it writes, the places where the way parts.
func body(t *rapid.T, b *strings.Builder, depth int) int {
	n := 0
	for range rapid.IntRange(0, 3).Draw(t, "statements") {
		inner := func(open, closing string, ways int) {
			n += ways
			b.WriteString(open)
			if depth > 0 {
				n += body(t, b, depth-1)
			}
			b.WriteString(closing)
		}
		switch rapid.IntRange(0, 8).Draw(t, "kind") {
		case 0:
			inner("if x {\n", "}\n", 1)
		case 1:
			inner("if x && y || !x {\n", "} else {\n}\n", 3)
		case 2:
			inner("for {\n", "}\n", 1)
		case 3:
			inner("for range c {\n", "}\n", 1)
		case 4:
			inner("switch {\ncase x, y:\n", "case !x:\ndefault:\n}\n", 2)
		case 5:
			inner("select {\ncase <-c:\n", "default:\n}\n", 1)
		case 6:
			inner("func() {\n", "}()\n", 0)
		case 7:
			inner("switch z := v.(type) {\ncase int:\n_ = z\n", "}\n", 1)
		case 8:
			b.WriteString("_ = x == y\n")
		}
	}
	return n
}

func TestComplexityIsOnePlusThePlacesWhereTheWayParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString("package p\nfunc f(x, y bool, c chan int, v any) {\n")
		want := 1 + body(t, &b, 3)
		b.WriteString("}\n")
		r, err := Analyse("p", []Source{{"f.go", []byte(b.String())}}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Broken != 0 || r.Complexity.Max != want {
			t.Fatalf("expected %d, got %d (%v) for\n%s", want, r.Complexity.Max, r.Findings, b.String())
		}
	})
}

func TestCodeLinesAreThoseWithATokenOnThem(t *testing.T) {
	for source, want := range map[string]int{
		"":                                    0,
		"package p":                           1,
		"package p\n\n// comment\n/* x\ny */": 1,
		"package p\nvar x = `a\nb\n\nc`\n":    5,
		"package p; var x, y = 1, `a\n`":      2,
		"package p\nvar s = `a\n` + `b\n`\n":  4,
	} {
		assert.Equal(t, want, countCodeLines([]byte(source)), "%q", source)
	}
}

func TestFindingsBeyondTheLimitAreCountedTheLeastSevereFirst(t *testing.T) {
	var b strings.Builder
	b.WriteString("package p\n")
	for i := range 20 {
		fmt.Fprintf(&b, "func F%02d() {}\n", i)
	}
	b.WriteString("func long() {\n\n\n}\n")
	r, err := Analyse("p", []Source{{"f.go", []byte(b.String())}, {"bad.go", []byte("x")}}, Options{MaxFindings: 3, FunctionLines: 3})
	require.NoError(t, err)
	assert.Equal(t, 23, r.Total)
	assert.Equal(t, 20, r.Dropped)
	assert.Equal(t, map[string]int{RuleUndocumented: 20, RuleLongFunction: 1, RuleSyntax: 1, RulePackageComment: 1}, r.ByRule)
	require.Len(t, r.Findings, 3)
	assert.Equal(t, []string{RuleSyntax, RulePackageComment, RuleLongFunction},
		[]string{r.Findings[0].Rule, r.Findings[1].Rule, r.Findings[2].Rule})
}

func TestThresholdsCanBeSwitchedOff(t *testing.T) {
	text := "// Package p is long.\npackage p\nfunc f(a bool) {\n" + strings.Repeat("if a && a {\n}\n", 100) + "}\n"
	r, err := Analyse("p", []Source{{"f.go", []byte(text)}}, Options{Complexity: Never, FunctionLines: Never})
	require.NoError(t, err)
	assert.Zero(t, r.Total)
	assert.Equal(t, 201, r.Complexity.Max)
}

func TestEveryFaultOfOptionsIsReported(t *testing.T) {
	_, err := Analyse("p", nil, Options{Complexity: -2, FunctionLines: -2, MaxFileBytes: -1, MaxFindings: -1})
	var wrong *OptionsError
	require.ErrorAs(t, err, &wrong)
	assert.Len(t, wrong.Reasons, 4)
	_, err = Analyse("p", nil, Options{})
	require.ErrorIs(t, err, ErrNoFiles)
}

func FuzzAnalyse(f *testing.F) {
	archives, err := filepath.Glob("testdata/reports/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(file.Data)
		}
	}
	f.Add([]byte("package p\n//line x.go:1000000:7\nfunc F("))
	f.Add([]byte("\xef\xbb\xbfpackage p\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Analyse("p", []Source{{"f.go", text}}, Options{Complexity: 1, FunctionLines: 1, MaxFileBytes: 1 << 16, MaxFindings: 50})
		if err != nil {
			t.Fatal(err)
		}
		lines := countLines(text)
		if r.CodeLines > lines || r.Undocumented > r.Exported || r.Total != len(r.Findings)+r.Dropped {
			t.Fatalf("figures that cannot be: %+v", r)
		}
		if !slices.IsSortedFunc(r.Findings, byPosition) {
			t.Fatalf("not sorted: %v", r.Findings)
		}
		for _, x := range r.Findings {
			if x.Line < 0 || x.Line > lines+1 {
				t.Fatalf("outside the file of %d lines: %v", lines, x)
			}
		}
		if _, err := r.JSON(); err != nil {
			t.Fatal(err)
		}
	})
}
