// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// unprintable finds the first byte that no YAML text may contain. The library knows such bytes too, but not their place.
func unprintable(src *source, data []byte) *placed {
	line, col := 1, 1
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		var reason string
		switch {
		case r == utf8.RuneError && size == 1:
			reason = fmt.Sprintf("byte 0x%02x is not UTF-8", data[i])
		case r == '\r' && i+1 < len(data) && data[i+1] == '\n':
			size = 2
			line, col = line+1, 0
		case r == '\n' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029:
			line, col = line+1, 0
		case r < 0x20 && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0xfeff || r == 0xfffe || r == 0xffff:
			reason = fmt.Sprintf("character U+%04X is not allowed", r)
		}
		if reason != "" {
			return &placed{src.at(line, col, 1), "", fault{code: CodeSyntax, reason: reason, hint: "the file must be UTF-8 text"}}
		}
		col++
		i += size
	}
	return nil
}

// joinSurrogates rewrites the one thing that JSON has and YAML lacks: a character beyond U+FFFF written as two escapes.
// It does so only in texts that are JSON, and remembers where the line got shorter.
func (p *parser) joinSurrogates(data []byte) []byte {
	if !bytes.Contains(data, []byte(`\u`)) || !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) || !json.Valid(data) {
		return data
	}
	out := make([]byte, 0, len(data))
	line, col := 1, 1
	for i := 0; i < len(data); {
		if data[i] == '\\' {
			if high, ok := escape(data[i:]); ok {
				if low, ok := escape(data[i+6:]); ok {
					if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
						out = fmt.Appendf(out, `\U%08X`, r)
						if p.shortened == nil {
							p.shortened = map[int][]int{}
						}
						// In columns of the file; each cut shifts what the parser sees behind it by two.
						p.shortened[line] = append(p.shortened[line], col)
						i, col = i+12, col+12
						continue
					}
				}
			}
			out = append(out, data[i], data[i+1]) // valid JSON: a backslash never stands last
			i, col = i+2, col+2
			continue
		}
		_, size := utf8.DecodeRune(data[i:])
		out = append(out, data[i:i+size]...)
		if data[i] == '\n' {
			line, col = line+1, 0
		}
		i, col = i+size, col+1
	}
	return out
}

// escape reads \uXXXX.
func escape(data []byte) (rune, bool) {
	if len(data) < 6 || data[0] != '\\' || data[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range data[2:6] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
