// SPDX-License-Identifier: Apache-2.0

package statem

import (
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// golden runs the scripts of testdata/golden, whose traces are those of real OTP: TestOTPAgreesWithTheGoldenTraces compares.
func golden(t *testing.T, path string, r runner) {
	datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
		return strings.Join(command(t, r, d), "\n")
	})
}

// command performs one directive of a golden file.
func command(t *testing.T, r runner, d *datadriven.TestData) []string {
	t.Helper()
	var words []string
	for _, a := range d.CmdArgs {
		words = append(words, a.Key)
	}
	switch d.Cmd {
	case "machine":
		return r.begin(parseScript(d.Input))
	case "send":
		return r.send(words)
	case "wait":
		n, err := strconv.Atoi(words[0])
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
		return r.wait(n)
	}
	d.Fatalf(t, "unknown command %s", d.Cmd)
	return nil
}

// The decisions alone give the traces of real OTP.
func TestCoreGivesTheGoldenTraces(t *testing.T) {
	datadriven.Walk(t, "testdata/golden", func(t *testing.T, path string) { golden(t, path, &pure{}) })
}

// Processes give the traces of real OTP.
func TestProcessGivesTheGoldenTraces(t *testing.T) {
	datadriven.Walk(t, "testdata/golden", func(t *testing.T, path string) {
		var all []datadriven.TestData
		var traces [][]string
		datadriven.RunTest(t, path, func(_ *testing.T, d *datadriven.TestData) string { // to read the file
			all = append(all, *d)
			return d.Expected
		})
		inBubble(t, func(t *testing.T, l *live) {
			for _, d := range all {
				traces = append(traces, command(t, l, &d))
			}
		})
		for i, d := range all {
			if got := strings.Join(traces[i], "\n"); strings.TrimSuffix(d.Expected, "\n") != got {
				t.Errorf("%s: %s\nwant:\n%s\ngot:\n%s", d.Pos, d.Cmd, d.Expected, got)
			}
		}
	})
}
