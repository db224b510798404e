// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const licenceLine = "// SPDX-License-Identifier: Apache-2.0"

// doc wants one package comment, in doc.go, for every package and program.
func (j *judge) doc(p *Package) {
	if len(p.Files) == 0 && len(p.Tests) == 0 {
		return
	}
	found := false
	for _, f := range p.Files {
		if f.Syntax == nil || f.Syntax.Doc == nil || strings.TrimSpace(f.Syntax.Doc.Text()) == "" {
			continue
		}
		if path.Base(f.Name) == "doc.go" {
			found = true
		} else {
			j.add(LawDoc, f.Name, f.line(f.Syntax.Doc), "a package comment outside doc.go")
		}
	}
	if !found {
		j.add(LawDoc, p.Rel, 0, "the package has no doc.go with a package comment")
	}
}

// headers wants the licence on the first line of every Go file of the tree, test data and nested modules included.
func (j *judge) headers() {
	err := filepath.WalkDir(j.m.Root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(j.m.Root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			switch rel {
			case ".git", "bin", "out", "data":
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if first, _, _ := bytes.Cut(source, []byte("\n")); string(first) != licenceLine {
			j.add(LawHeader, rel, 1, "the first line is not %q", licenceLine)
		}
		return nil
	})
	if err != nil {
		j.add(LawParse, ".", 0, "walk the tree: %v", err)
	}
}
