// SPDX-License-Identifier: Apache-2.0

package lines

import (
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// member is one key of an object with the offsets of its key and value in the line.
type member struct {
	key     string
	keyAt   int
	value   []byte
	valueAt int
}

// object takes the line apart into the members of its one object. The whole line is checked to be valid JSON first, so that the walk can be plain.
func object(line []byte) ([]member, int, error) {
	if !utf8.Valid(line) {
		at := 0
		for at < len(line) {
			r, size := utf8.DecodeRune(line[at:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			at += size
		}
		return nil, at, errors.New("not valid UTF-8")
	}
	var probe json.RawMessage
	if err := json.Unmarshal(line, &probe); err != nil {
		at := len(line)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = int(syntax.Offset) - 1
			if err.Error() == "unexpected end of JSON input" {
				at = len(line)
			}
		}
		return nil, at, errors.New("not JSON: " + err.Error())
	}
	i := space(line, 0)
	if line[i] != '{' {
		return nil, i, errors.New("a task must be a JSON object")
	}
	var members []member
	for i = space(line, i+1); line[i] != '}'; {
		m := member{keyAt: i}
		end := skip(line, i)
		if err := json.Unmarshal(line[i:end], &m.key); err != nil {
			return nil, i, err
		}
		m.valueAt = space(line, space(line, end)+1) // past the colon
		end = skip(line, m.valueAt)
		m.value = line[m.valueAt:end]
		members = append(members, m)
		if i = space(line, end); line[i] == ',' {
			i = space(line, i+1)
		}
	}
	return members, 0, nil
}

// space returns the first offset at or after i that is not white space.
func space(line []byte, i int) int {
	for i < len(line) && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r' || line[i] == '\n') {
		i++
	}
	return i
}

// skip returns the offset behind the valid JSON value that begins at i.
func skip(line []byte, i int) int {
	depth := 0
	for ; i < len(line); i++ {
		switch line[i] {
		case '"':
			for i++; line[i] != '"'; i++ {
				if line[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
			if depth < 0 {
				return i
			}
		case ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}
