// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// event is one line of go test -json, as cmd/test2json documents it.
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
	Elapsed    float64
	// FailedBuild names the build whose failure made this package fail; its output came under that ImportPath.
	FailedBuild string
}

// skip is one test that chose not to run.
type skip struct {
	pkg, test, reason string
}

// testKey names a test across packages; an empty test is the package itself.
type testKey struct{ pkg, test string }

// Run folds the event stream of one go test into a report. Its owner is the goroutine that reads the stream.
type Run struct {
	output  map[testKey][]string
	builds  map[string][]string
	open    map[string]bool
	skips   []skip
	failed  []testKey
	noTests []string

	packages, passed int
	elapsed          time.Duration
}

// NewRun returns an empty report.
func NewRun() *Run {
	return &Run{output: map[testKey][]string{}, builds: map[string][]string{}, open: map[string]bool{}}
}

// Line takes one line of the stream and returns the text to print now, often none. A line that is not an event is returned
// unchanged: go test prints some build errors outside the event stream.
func (r *Run) Line(line string) string {
	var e event
	if err := json.Unmarshal([]byte(line), &e); err != nil || e.Action == "" {
		return line + "\n"
	}
	key := testKey{e.Package, e.Test}
	switch e.Action {
	case "start":
		r.open[e.Package] = true
	case "output":
		r.output[key] = append(r.output[key], e.Output)
	case "build-output":
		r.builds[e.ImportPath] = append(r.builds[e.ImportPath], e.Output)
		return e.Output
	case "pass", "fail", "skip":
		return r.end(key, e)
	}
	return ""
}

func (r *Run) end(key testKey, e event) string {
	if key.test == "" {
		return r.endPackage(key, e)
	}
	switch e.Action {
	case "pass":
		r.passed++
		delete(r.output, key)
	case "skip":
		r.skips = append(r.skips, skip{key.pkg, key.test, reason(r.output[key])})
		delete(r.output, key)
	case "fail":
		r.failed = append(r.failed, key)
	}
	return ""
}

// endPackage closes a package: its own lines (ok, FAIL, panics) are printed, and before them everything that its failing
// tests wrote, including those that never ended because the process died.
func (r *Run) endPackage(key testKey, e event) string {
	delete(r.open, key.pkg)
	r.elapsed += time.Duration(e.Elapsed * float64(time.Second))
	own := r.output[key]
	var b strings.Builder
	switch e.Action {
	case "skip":
		r.noTests = append(r.noTests, key.pkg)
	case "fail":
		r.packages++
		r.failed = append(r.failed, key)
		r.writeUnfinished(&b, key.pkg)
	default:
		r.packages++
	}
	if e.Action != "skip" {
		for _, line := range own {
			if line != "PASS\n" {
				b.WriteString(line)
			}
		}
	}
	for k := range r.output {
		if k.pkg == key.pkg {
			delete(r.output, k)
		}
	}
	return b.String()
}

func (r *Run) writeUnfinished(b *strings.Builder, pkg string) {
	var tests []string
	for k := range r.output {
		if k.pkg == pkg && k.test != "" {
			tests = append(tests, k.test)
		}
	}
	slices.Sort(tests)
	for _, t := range tests {
		for _, line := range r.output[testKey{pkg, t}] {
			b.WriteString(line)
		}
	}
}

// reason takes the last thing that a skipped test said, without the file position that the testing package puts before it.
func reason(lines []string) string {
	for _, line := range slices.Backward(lines) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "---") || strings.HasPrefix(line, "===") {
			continue
		}
		if _, text, ok := strings.Cut(line, ".go:"); ok {
			if _, text, ok = strings.Cut(text, ": "); ok {
				return text
			}
		}
		return line
	}
	return "no reason given"
}
