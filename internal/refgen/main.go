// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"mabeam.dev/actors/fault"
	"mabeam.dev/cmd/runtime/app"
	"mabeam.dev/config"
	"mabeam.dev/internal/archtest"
	"mabeam.dev/testkit/scenario"
)

// folder is where the pages live, relative to the module.
const folder = "docs/reference"

// page is one generated file.
type page struct {
	name   string
	render func(*source) (string, error)
}

// pages are all of them.
var pages = []page{
	{"alerts.md", alertsPage},
	{"cli.md", func(*source) (string, error) { return banner("cmd/runtime/app") + app.Reference(), nil }},
	{"config.md", func(*source) (string, error) { return config.Markdown(), nil }},
	{"errors.md", errorsPage},
	{"events.md", eventsPage},
	{"messages.md", messagesPage},
	{"metrics.md", metricsPage},
	{"scenario.md", func(*source) (string, error) { return banner("testkit/scenario") + scenario.Markdown(), nil }},
}

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if err := run(root); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes all pages, or none.
func run(root string) error {
	texts, err := generate(root)
	if err != nil {
		return err
	}
	dir := filepath.Join(root, filepath.FromSlash(folder))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("refgen: write %q: %w", folder, err)
	}
	for _, p := range pages {
		if err := os.WriteFile(filepath.Join(dir, p.name), []byte(texts[p.name]), 0o644); err != nil {
			return fmt.Errorf("refgen: write %q: %w", folder+"/"+p.name, err)
		}
	}
	return nil
}

// generate returns every page's text by its name; the texts are complete only without an error.
func generate(root string) (map[string]string, error) {
	m, err := archtest.Load(root)
	if err != nil {
		return nil, err
	}
	s := read(m)
	texts := map[string]string{}
	errs := append(slices.Clone(s.errs), s.uncoded(fault.All())...)
	for _, p := range pages {
		text, err := p.render(s)
		texts[p.name], errs = text, append(errs, err)
	}
	return texts, errors.Join(errs...)
}

// banner says that a page is not to be edited, and where its contents come from.
func banner(from string) string {
	return "<!-- Written by `make docs` from " + from + ". Do not edit. -->\n\n"
}
