// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/internal/admin"
	"mabeam.dev/supervision"
)

// ill is a node that is not well.
type ill struct{ health admin.Health }

func (n ill) Health() admin.Health { return n.health }

func (n ill) Tree(context.Context, int) (supervision.Node, error) {
	return supervision.Node{}, errors.New("no tree today")
}

func TestInspectShowsEachPhaseAndTheCause(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*admin.Health)
		want   string
	}{
		"not ready": {func(*admin.Health) {}, "n  not ready  up 2s  7 processes\n  journal       up\n  work          down: its process is not running\n"},
		"draining":  {func(h *admin.Health) { h.Draining = true }, "n  draining  up 2s  7 processes\n  journal       up\n  work          down: its process is not running\n"},
	} {
		t.Run(name, func(t *testing.T) {
			h := admin.Health{Version: 1, Node: "n", Uptime: 2, Processes: 7, Phases: []admin.Phase{
				{Name: "journal", State: "up", Up: true}, {Name: "work", State: "down", Why: "its process is not running"},
			}}
			c.change(&h)
			server := httptest.NewServer(admin.Handler(ill{h}, nil))
			defer server.Close()
			code, out, talk := inspectAt(server, "health")
			assert.Equal(t, ExitDone, code, talk)
			assert.Equal(t, c.want, out)

			code, out, talk = inspectAt(server, "tree")
			assert.Equal(t, ExitFailed, code)
			assert.Empty(t, out)
			assert.Contains(t, talk, "says 503: no tree today\n")
		})
	}
}

func inspectAt(server *httptest.Server, what string) (code int, out, talk string) {
	var stdout, stderr bytes.Buffer
	code = Run(context.Background(), World{
		Args: []string{"inspect", what, "--addr", strings.TrimPrefix(server.URL, "http://")}, Stdout: &stdout, Stderr: &stderr,
	})
	return code, stdout.String(), stderr.String()
}
