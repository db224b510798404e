// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Claims maps a row id to the functions that hold it, each as "package/dir TestName".
type Claims map[string][]string

// ClaimError is a comment that claims something it cannot.
type ClaimError struct {
	File   string
	Line   int
	Reason string
}

// Error puts the place first, as compilers do.
func (e *ClaimError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason) }

var (
	holdsLine  = regexp.MustCompile(`(?m)^//\s*Holds:(.*)$`)
	runnable   = regexp.MustCompile(`^(Test|Fuzz|Benchmark|Example)([^a-z]|$)`)
	skipFolder = map[string]bool{".git": true, "testdata": true, "bin": true, "out": true, "data": true, "vendor": true}
)

// scan reads every test file of the tree. All errors are joined; the claims are complete only without any.
func scan(tree fs.FS, rows []Row) (Claims, error) {
	known := map[string]bool{}
	for _, r := range rows {
		known[r.ID] = true
	}
	claims := Claims{}
	var errs []error
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipFolder[d.Name()]:
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		errs = append(errs, scanFile(claims, known, name, source)...)
		return nil
	})
	for id := range claims {
		slices.Sort(claims[id])
	}
	return claims, errors.Join(append(errs, err)...)
}

func scanFile(claims Claims, known map[string]bool, name string, source []byte) []error {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return []error{err}
	}
	owners := map[*ast.CommentGroup]string{}
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Doc != nil && runnable.MatchString(fn.Name.Name) {
			owners[fn.Doc] = fn.Name.Name
		}
	}
	var errs []error
	for _, group := range file.Comments {
		for _, c := range group.List {
			match := holdsLine.FindStringSubmatch(c.Text)
			if match == nil {
				continue
			}
			line := fset.Position(c.Pos()).Line
			owner, ok := owners[group]
			if !ok {
				errs = append(errs, &ClaimError{name, line, "a claim must stand right above a test function"})
				continue
			}
			errs = append(errs, claim(claims, known, path.Dir(name)+" "+owner, match[1], name, line)...)
		}
	}
	return errs
}

func claim(claims Claims, known map[string]bool, owner, list, name string, line int) []error {
	var errs []error
	for id := range strings.SplitSeq(list, ",") {
		id = strings.TrimSuffix(strings.TrimSpace(id), ".")
		switch {
		case !known[id]:
			errs = append(errs, &ClaimError{name, line, fmt.Sprintf("%q is not a row of the mission", id)})
		case slices.Contains(claims[id], owner):
			errs = append(errs, &ClaimError{name, line, fmt.Sprintf("%s is claimed twice", id)})
		default:
			claims[id] = append(claims[id], owner)
		}
	}
	return errs
}
