// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"mabeam.dev/internal/benchtab"
)

// reports are the tables that the documentation shows.
var reports = []string{"kernel", "scaling", "million", "otp", "registry", "events", "telemetry", "market", "protocols", "coordination", "cognitive", "variables"}

// plots takes the rows that were measured into the documentation and makes its pictures and tables of them. Rows that were not measured
// again stay as they are there.
func plots(s settings, w io.Writer) error {
	folder := filepath.Join(s.docs, "plots")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("bench plots: %w", err)
	}
	for _, name := range reports {
		from := filepath.Join(s.out, name+".json")
		if _, err := benchtab.Read(from); errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(w, "bench plots: %s was not measured, what is in %s stays\n", name, folder)
			continue
		} else if err != nil {
			return err
		}
		data, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name+".json"), data, 0o644)
		}
		if err != nil {
			return fmt.Errorf("bench plots: %w", err)
		}
	}
	files, err := document(s.docs)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(f.path, f.data, 0o644); err != nil {
			return fmt.Errorf("bench plots: %w", err)
		}
		fmt.Fprintf(w, "written %s\n", f.path)
	}
	return nil
}

// made is a file that follows from the rows.
type made struct {
	path string
	data []byte
}

// document makes the pictures and the page from the rows below docs/plots, without writing them.
func document(docs string) (files []made, err error) {
	page := filepath.Join(docs, "performance.md")
	text, err := os.ReadFile(page)
	if err != nil {
		return nil, fmt.Errorf("bench plots: %w", err)
	}
	for _, name := range reports {
		result, err := benchtab.Read(filepath.Join(docs, "plots", name+".json"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		block := "Not measured yet.\n"
		if err == nil {
			block = markdown(result)
			if svg := picture(result); svg != nil {
				files = append(files, made{filepath.Join(docs, "plots", name+".svg"), svg})
			}
		}
		if text, err = replaceBlock(text, name, block); err != nil {
			return nil, fmt.Errorf("bench plots: %q: %w", page, err)
		}
	}
	return append(files, made{page, text}), nil
}
