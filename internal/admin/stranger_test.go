// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/admin"
)

func TestWhatIsNoNodeIsUnreachable(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"page":      func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
		"other":     func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"status":"UP"}`) },
		"list":      func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `[]`) },
		"half":      func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"version":1,"node":`) },
		"nothing":   func(http.ResponseWriter, *http.Request) {},
		"not found": http.NotFound,
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answer)
			defer server.Close()
			at := strings.TrimPrefix(server.URL, "http://")
			_, err := admin.DialAddr(at).Health(t.Context())
			var lost *admin.UnreachableError
			require.ErrorAs(t, err, &lost)
			assert.ErrorIs(t, err, admin.ErrNoNode)
			assert.Equal(t, at, lost.At)
			_, err = admin.DialAddr(at).Tree(t.Context(), 0)
			require.ErrorIs(t, err, admin.ErrNoNode)
		})
	}
}

func TestPathThatIsTooLongForASocketIsNamedSo(t *testing.T) {
	_, err := admin.ListenSocket(filepath.Join(shortDir(t), strings.Repeat("n", 120)))
	require.ErrorIs(t, err, admin.ErrTooLong)
}
