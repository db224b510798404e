// SPDX-License-Identifier: Apache-2.0

package benchtab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// file is the JSON form. A ratio, a goal and a verdict that do not exist are null, so that a program can tell "not asked"
// from "missed".
type file struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
	Env
	Rows []jsonRow `json:"rows"`
}

type jsonRow struct {
	Measure      string   `json:"measure"`
	Value        float64  `json:"value"`
	Unit         string   `json:"unit"`
	Baseline     *float64 `json:"baseline"`
	BaselineName string   `json:"baseline_name,omitempty"`
	Ratio        *float64 `json:"ratio"`
	Goal         *string  `json:"goal"`
	Met          *bool    `json:"met"`
}

func (t *Table) encode(env Env, at time.Time) ([]byte, error) {
	f := file{Name: t.name, At: at.UTC(), Env: env, Rows: make([]jsonRow, 0, len(t.rows))}
	for _, r := range t.rows {
		row := jsonRow{Measure: r.Measure, Value: r.Value, Unit: r.Unit}
		if ratio, ok := r.Ratio(); ok {
			row.Baseline, row.BaselineName, row.Ratio = &r.Baseline, r.BaselineName, &ratio
		}
		if met, known := r.Met(); known {
			goal := r.Goal.String()
			row.Goal, row.Met = &goal, &met
		}
		f.Rows = append(f.Rows, row)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // a goal reads "<= 1.05x"
	enc.SetIndent("", "  ")
	if err := enc.Encode(f); err != nil {
		return nil, fmt.Errorf("benchtab: encode %q: %w", t.name, err)
	}
	return out.Bytes(), nil
}
