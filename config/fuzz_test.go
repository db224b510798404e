// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/errors/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		if strings.Contains(path, "limit_alias") {
			continue // slow by intent
		}
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data), "", "")
	}
	f.Add(whole, "MABEAM_LOG__LEVEL=inof", "tree.children[linter].command[1]=x")
	f.Add("version: 1", "MABEAM_TREE={", "tree={children: [{id: a, kind: exec, command: [x]}]}")
	f.Add("\ufeff{\"version\": 1, \"\\ud83d\\ude00\": [\"\\ud83d\"]}", "=", "=")
	f.Add("a: |\n  x\r\n\u2028b: >-\n y\n", "MABEAM_CHAOS__PANIC=\n", "work[=")
	f.Fuzz(func(t *testing.T, text, env, set string) {
		in := testInput("f.yaml", text)
		in.Env = append(in.Env, env)
		if set != "" {
			in.Sets = []string{set}
		}
		cfg, _, err := Load(in)
		if err == nil {
			if cfg.Version != Version {
				t.Fatalf("accepted version %d", cfg.Version)
			}
			return
		}
		var problems Errors
		if !errors.As(err, &problems) || len(problems) == 0 {
			t.Fatalf("error without problems: %v", err)
		}
		lines := splitLines(strings.TrimPrefix(strings.ToValidUTF8(text, "\ufffd"), "\ufeff"))
		for _, p := range problems {
			inFile(t, p, lines)
			if p.Reason == "" || p.Code == "" || p.Width < 1 {
				t.Fatalf("incomplete problem: %+v", p)
			}
		}
		if shown := problems.Text(); !utf8.ValidString(shown) || strings.ContainsAny(shown, "\x1b\x00\r") {
			t.Fatalf("text obeys the file: %q", shown)
		}
		if !utf8.Valid(problems.JSON()) {
			t.Fatal("JSON is not UTF-8")
		}
		ShowEnv(in)
	})
}

// inFile checks that a problem of the file points into the file, and one of a variable or argument into its text.
func inFile(t *testing.T, p *FieldError, lines []string) {
	t.Helper()
	source := p.Source
	if p.File == "f.yaml" {
		if p.Line < 1 || p.Line > len(lines) {
			t.Fatalf("line %d of %d: %v", p.Line, len(lines), p)
		}
		if source = lines[p.Line-1]; source != p.Source {
			t.Fatalf("line is %q, shown is %q", source, p.Source)
		}
	} else if p.Line != 0 {
		t.Fatalf("line outside the file: %v", p)
	}
	if n := utf8.RuneCountInString(source); p.Col < 1 || p.Col > n+1 || p.Col+p.Width-1 > max(n, p.Col) {
		t.Fatalf("column %d width %d of %d: %v", p.Col, p.Width, n, p)
	}
}
