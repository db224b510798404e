// SPDX-License-Identifier: Apache-2.0

package statem

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
)

// goldens are the files of testdata/golden, whose traces are those of real OTP: TestOTPAgreesWithTheGoldenTraces compares.
var goldens = []string{"ends", "enter", "order", "timeouts"}

func goldenPath(name string) string { return filepath.Join("testdata", "golden", name+".txt") }

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
	for _, name := range goldens {
		t.Run(name, func(t *testing.T) {
			r := &pure{}
			datadriven.RunTest(t, goldenPath(name), func(t *testing.T, d *datadriven.TestData) string {
				return strings.Join(command(t, r, d), "\n")
			})
		})
	}
}

// Processes give the traces of real OTP.
func TestProcessGivesTheGoldenTraces(t *testing.T) {
	for _, name := range goldens {
		t.Run(name, func(t *testing.T) {
			var all []datadriven.TestData
			datadriven.RunTest(t, goldenPath(name), func(_ *testing.T, d *datadriven.TestData) string { // to read the file
				all = append(all, *d)
				return d.Expected
			})
			inBubble(t, func(t *testing.T, l *live) {
				for _, d := range all {
					if got := strings.Join(command(t, l, &d), "\n"); strings.TrimSuffix(d.Expected, "\n") != got {
						t.Errorf("%s: %s\nwant:\n%s\ngot:\n%s", d.Pos, d.Cmd, d.Expected, got)
					}
				}
			})
		})
	}
}

// No golden file is left out.
func TestEveryGoldenFileIsRun(t *testing.T) {
	files, err := os.ReadDir(filepath.Join("testdata", "golden"))
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".txt"))
	}
	require.Equal(t, goldens, names)
}
