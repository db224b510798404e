// SPDX-License-Identifier: Apache-2.0

package statem

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
)

// job is one script with what is done to its machine.
type job struct {
	name  string
	text  string
	dos   []string // "send WORD..." or "wait N"
	timed bool     // it waits for real time
}

// onOTP runs jobs on gen_statem and returns the trace of the start and of each do. unit is how long one of their units is.
func onOTP(t *testing.T, jobs []job, unitMS int) [][]string {
	t.Helper()
	dir := t.TempDir()
	args := []string{"testdata/otp.escript", strconv.Itoa(unitMS)}
	for i, j := range jobs {
		path := filepath.Join(dir, fmt.Sprintf("%05d.txt", i))
		text := j.text + "\n"
		for _, do := range j.dos {
			text += "do " + do + "\n"
		}
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		args = append(args, path)
	}
	cmd := exec.CommandContext(t.Context(), "escript", args...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(t, cmd.Run(), "escript: %s", &output)
	traces := make([][]string, len(jobs))
	for i := range jobs {
		data, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%05d.txt.trace", i)))
		require.NoError(t, err)
		for block := range strings.SplitSeq(strings.TrimSuffix(string(data), "--\n"), "--\n") {
			traces[i] = append(traces[i], strings.TrimSuffix(block, "\n"))
		}
	}
	return traces
}

func needOTP(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("escript"); err != nil {
		t.Skip("Erlang is not installed")
	}
}

// goldenJobs reads the golden files; want has the traces that they hold.
func goldenJobs(t *testing.T) (jobs []job, want [][]string) {
	for _, name := range goldens {
		datadriven.RunTest(t, goldenPath(name), func(_ *testing.T, d *datadriven.TestData) string {
			expected := strings.TrimSuffix(d.Expected, "\n")
			if d.Cmd == "machine" {
				jobs = append(jobs, job{name: d.Pos, text: d.Input})
				want = append(want, []string{expected})
				return d.Expected
			}
			words := []string{d.Cmd}
			for _, a := range d.CmdArgs {
				words = append(words, a.Key)
			}
			last := len(jobs) - 1
			jobs[last].dos = append(jobs[last].dos, strings.Join(words, " "))
			jobs[last].timed = jobs[last].timed || d.Cmd == "wait"
			want[last] = append(want[last], expected)
			return d.Expected
		})
	}
	return jobs, want
}

// Where Erlang is installed, real OTP gives the golden traces too. Time is real there, and a busy machine may be late for it: a script that
// waits counts as different only if it is so at each of several speeds.
func TestOTPAgreesWithTheGoldenTraces(t *testing.T) {
	needOTP(t)
	jobs, want := goldenJobs(t)
	got := onOTP(t, jobs, 20)
	for i, j := range jobs {
		for unitMS := 60; j.timed && !equal(want[i], got[i]) && unitMS < 600; unitMS *= 3 {
			got[i] = onOTP(t, jobs[i:i+1], unitMS)[0]
		}
		if !equal(want[i], got[i]) {
			t.Errorf("%s:\n%s\nwant:\n%s\nOTP:\n%s", j.name, j.text, strings.Join(want[i], "\n--\n"), strings.Join(got[i], "\n--\n"))
		}
	}
}

func equal(a, b []string) bool { return strings.Join(a, "\n--\n") == strings.Join(b, "\n--\n") }
