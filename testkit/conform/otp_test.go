// SPDX-License-Identifier: Apache-2.0

package conform_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/testkit/conform"
)

// oracle runs scripts on real OTP, all in one call, and returns their traces.
func oracle(t *testing.T, texts []string) []string {
	t.Helper()
	dir := t.TempDir()
	out := filepath.Join(dir, "traces")
	require.NoError(t, os.Mkdir(out, 0o755))
	args := []string{"testdata/otp_oracle.escript", "--out", out}
	for i, text := range texts {
		path := filepath.Join(dir, fmt.Sprintf("%05d.txt", i))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		args = append(args, path)
	}
	cmd := exec.CommandContext(t.Context(), "escript", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Run(), "escript: %s", &stderr)
	traces := make([]string, len(texts))
	for i := range texts {
		text, err := os.ReadFile(filepath.Join(out, fmt.Sprintf("%05d.txt", i)))
		require.NoError(t, err)
		traces[i] = string(text)
	}
	return traces
}

// engines are what real OTP is compared with.
var engines = map[string]func() conform.Engine{
	"plan":    func() conform.Engine { return conform.NewPure() },
	"runtime": func() conform.Engine { return conform.NewLive() },
}

func traceOf(t *testing.T, text string, engine func() conform.Engine) (string, error) {
	t.Helper()
	script, err := conform.Parse("generated", text)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return conform.Run(ctx, script, engine())
}

func setting(t *testing.T, key string, standard uint64) uint64 {
	t.Helper()
	text := os.Getenv(key)
	if text == "" {
		return standard
	}
	n, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err, key)
	return n
}

// CONFORM_SEED and CONFORM_COUNT choose the scripts.
func TestRandomScriptsHaveTheTraceOfRealOTP(t *testing.T) {
	if _, err := exec.LookPath("escript"); err != nil {
		t.Skip("Erlang is not installed: no program escript on PATH to compare random scripts with")
	}
	seed, count := setting(t, "CONFORM_SEED", 1), setting(t, "CONFORM_COUNT", 40)
	t.Logf("CONFORM_SEED=%d CONFORM_COUNT=%d", seed, count)
	texts := make([]string, count)
	for i := range texts {
		texts[i] = conform.Generate(seed, uint64(i)+1)
	}
	for i, expected := range oracle(t, texts) {
		for name, engine := range engines {
			got, err := traceOf(t, texts[i], engine)
			require.NoError(t, err, texts[i])
			if conform.Compare(expected, got) != nil {
				t.Fatalf("CONFORM_SEED=%d, number %d: the %s differs from OTP; what is left of it after dropping operations:\n%s",
					seed, i+1, name, smallest(t, texts[i], engine))
			}
		}
	}
}

// smallest drops operations while the difference stays, and shows what is left with the first difference.
func smallest(t *testing.T, text string, engine func() conform.Engine) string {
	t.Helper()
	script, err := conform.Parse("generated", text)
	require.NoError(t, err)
	small := conform.Minimize(script, func(s conform.Script) bool {
		got, err := traceOf(t, s.Text(), engine)
		return err == nil && conform.Compare(oracle(t, []string{s.Text()})[0], got) != nil // real OTP would hang on what we refuse
	}).Text()
	got, err := traceOf(t, small, engine)
	require.NoError(t, err)
	return fmt.Sprintf("%s\n%v", small, conform.Compare(oracle(t, []string{small})[0], got))
}
