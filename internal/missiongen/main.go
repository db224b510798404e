// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// output is where the page lives, relative to the module.
const output = "docs/reference/mission.md"

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root string) error {
	text, summary, err := generate(os.DirFS(root))
	if err != nil {
		return err
	}
	path := filepath.Join(root, filepath.FromSlash(output))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("missiongen: write %q: %w", output, err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return fmt.Errorf("missiongen: write %q: %w", output, err)
	}
	fmt.Printf("mission: %s (%s)\n", summary, output)
	return nil
}

// generate returns the page for a tree and the line that sums it up.
func generate(tree fs.FS) (text, summary string, err error) {
	rows, err := parseRows(rowsTSV)
	if err != nil {
		return "", "", err
	}
	claims, err := scan(tree, rows)
	if err != nil {
		return "", "", err
	}
	return page(rows, claims), count(rows, claims), nil
}
