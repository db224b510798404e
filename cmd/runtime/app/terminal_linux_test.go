// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// openTerminal returns both ends of a pseudo-terminal of some width.
func openTerminal(t *testing.T, columns uint16) (control, terminal *os.File) {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		t.Skip("this system gives out no pseudo-terminals: ", err)
	}
	require.NoError(t, err)
	fd := int(control.Fd())
	require.NoError(t, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}))
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	return control, terminal
}

func TestBarOnATerminal(t *testing.T) {
	for _, columns := range []uint16{40, 80, 200} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			control, terminal := openTerminal(t, columns)
			defer control.Close()
			seen := make(chan string, 1) // sent to once
			go func() {
				var all bytes.Buffer
				_, err := io.Copy(&all, control)
				if !errors.Is(err, syscall.EIO) { // which is how the other end says goodbye
					fmt.Fprint(&all, err)
				}
				seen <- all.String()
			}()

			dir, err := os.MkdirTemp("", "tt") // short enough for a socket's path
			require.NoError(t, err)
			defer os.RemoveAll(dir)
			config := filepath.Join(dir, "node.yaml")
			var tasks strings.Builder
			for i := range 3 {
				fmt.Fprintf(&tasks, `{"id":"t%d","kind":"x","input":"busy"}`+"\n", i)
			}
			require.NoError(t, os.WriteFile(filepath.Join(dir, "tasks.jsonl"), []byte(tasks.String()), 0o600))
			require.NoError(t, os.WriteFile(config, []byte(strings.ReplaceAll(`
version: 1
node: {name: t, data: DIR/data}
log: {level: info}
surfaces: {listen: off}
tree: {children: [{id: m, kind: moody}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl}]
`, "DIR", dir)), 0o600))
			var stdout bytes.Buffer
			code := Run(context.Background(), World{
				Args: []string{"run", "-c", config}, Env: []string{"XDG_RUNTIME_DIR=" + dir}, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: terminal,
			}, Kind(moody))
			require.NoError(t, terminal.Close())
			got := <-seen
			assert.Equal(t, ExitDone, code, got)
			assert.NotContains(t, stdout.String(), "\x1b", "standard output is no terminal")

			frames := regexp.MustCompile(`\r\x1b\[K`).Split(got, -1)
			require.Greater(t, len(frames), 2, "the bar was redrawn: %q", got)
			bars := 0
			for _, f := range frames {
				lines := strings.Split(f, "\r\n")
				if bar := lines[len(lines)-1]; bar != "" { // what stands in the last line until it is erased
					bars++
					assert.Less(t, len(bar), int(columns), "%q", bar)
					assert.Contains(t, bar, "done")
				}
			}
			assert.Positive(t, bars)
			assert.True(t, strings.HasSuffix(got, "\x1b[K"), "the bar is taken away at the end: %q", got)
		})
	}
}
