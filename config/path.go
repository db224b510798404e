// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strconv"
	"strings"
)

// join adds a key to a path. Keys that would not read back get brackets and quotes.
func join(path, key string) string {
	if !plainKey(key) {
		return path + "[" + quote(key) + "]"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

func plainKey(key string) bool {
	if key == "" {
		return false
	}
	for _, c := range []byte(key) {
		if !letter(c) && (c < '0' || c > '9') && c != '_' && c != '-' && c != '<' {
			return false
		}
	}
	return len(key) <= 60
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// item adds a position to a path.
func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// part is one piece of a path as a user types it: a key, or what stands in brackets.
type part struct {
	text    string
	bracket bool
}

// splitPath reads a path such as tree.children[readers].count. It reports false if brackets do not match or a part is
// empty.
func splitPath(path string) ([]part, bool) {
	var parts []part
	for path != "" {
		if path[0] == '[' {
			text, rest, ok := strings.Cut(path[1:], "]")
			text = strings.Trim(text, `"`)
			if !ok || text == "" {
				return nil, false
			}
			parts = append(parts, part{text, true})
			path = rest
		} else {
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			if end == 0 {
				return nil, false
			}
			parts = append(parts, part{path[:end], false})
			path = path[end:]
		}
		if strings.HasPrefix(path, ".") {
			if path = path[1:]; path == "" || path[0] == '[' {
				return nil, false
			}
		} else if path != "" && path[0] != '[' {
			return nil, false
		}
	}
	return parts, len(parts) > 0
}
