// SPDX-License-Identifier: Apache-2.0

package main

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed rows.tsv
var rowsTSV string

// Row is one thing that the product owes.
type Row struct {
	ID      string
	Cluster bool // needs several nodes
	Area    string
	Named   string
}

// parseRows reads the tab-separated list; the first line names the columns.
func parseRows(tsv string) ([]Row, error) {
	var rows []Row
	seen := map[string]bool{}
	for n, line := range strings.Split(strings.TrimSuffix(tsv, "\n"), "\n") {
		fields := strings.Split(line, "\t")
		if n == 0 {
			if line != "id\tcluster\tarea\tnamed" {
				return nil, fmt.Errorf("missiongen: read %q: line 1: unknown columns", "rows.tsv")
			}
			continue
		}
		if len(fields) != 4 || fields[0] == "" || (fields[1] != "C" && fields[1] != "-") || seen[fields[0]] {
			return nil, fmt.Errorf("missiongen: read %q: line %d: want a new id, C or -, area, name", "rows.tsv", n+1)
		}
		seen[fields[0]] = true
		rows = append(rows, Row{ID: fields[0], Cluster: fields[1] == "C", Area: fields[2], Named: fields[3]})
	}
	return rows, nil
}
