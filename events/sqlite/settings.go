// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"net/url"
	"strconv"
	"strings"
)

// setting is one PRAGMA: what the DSN asks for, nothing if it is only to be read back, and what the engine must answer afterwards.
type setting struct{ name, value, answer string }

// The settings travel in the DSN so that no connection can be opened without them. FULL is what makes a commit in WAL mode wait for fsync;
// the larger automatic checkpoint spares half the rewriting of index pages under load.
func writerSettings(checkpointPages int) []setting {
	pages := strconv.Itoa(checkpointPages)
	return []setting{
		{"busy_timeout", "5000", "5000"},
		{"journal_mode", "WAL", "wal"},
		{"synchronous", "FULL", "2"},
		{"foreign_keys", "OFF", "0"},
		{"wal_autocheckpoint", pages, pages},
		{"journal_size_limit", "67108864", "67108864"},
		{"cache_size", "-32768", "-32768"},
		{"temp_store", "MEMORY", "2"},
	}
}

// readerSettings are those of every reading connection.
func readerSettings() []setting {
	return []setting{
		{"journal_mode", "", "wal"}, // kept in the file, and not a reader's to change
		{"busy_timeout", "5000", "5000"},
		{"synchronous", "FULL", "2"},
		{"foreign_keys", "OFF", "0"},
		{"query_only", "ON", "1"},
		{"cache_size", "-8192", "-8192"},
	}
}

// dsn names the file and its settings for the driver; any path works, because it is escaped.
func dsn(path, mode string, settings []setting) string {
	var b strings.Builder
	b.WriteString("file:")
	b.WriteString((&url.URL{Path: path}).EscapedPath())
	b.WriteString("?mode=" + mode)
	for _, s := range settings {
		if s.value == "" {
			continue
		}
		b.WriteString("&_pragma=" + url.QueryEscape(s.name+"("+s.value+")"))
	}
	return b.String()
}
