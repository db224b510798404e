// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"mabeam.dev/internal/nearest"
)

// Text is a string that may hold references to secrets. Printed in any way it shows what the file says; Reveal gives
// what is meant.
type Text struct {
	written  string
	revealed string
}

// Plain makes a Text without references, for configurations built in code.
func Plain(s string) Text { return Text{written: s, revealed: s} }

// Reveal returns the text with its references replaced. What it returns may be secret.
func (t Text) Reveal() string { return t.revealed }

// String returns the text as it was written, references included.
func (t Text) String() string { return t.written }

// GoString returns the text as it was written, quoted, so that %#v shows no secret either.
func (t Text) GoString() string { return strconv.Quote(t.written) }

// MarshalJSON encodes the text as it was written.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.written) }

// maxSecret bounds the file behind a reference: a secret is a line, not a disk image.
const maxSecret = 64 << 10

// references replaces ${env:NAME} and ${file:PATH}; $${ stands for a literal ${.
type references struct {
	env   map[string]string
	files Files
}

func (r references) reveal(written string) (string, *fault) {
	if !strings.Contains(written, "${") {
		return written, nil
	}
	var out strings.Builder
	rest := written
	for {
		i := strings.Index(rest, "${")
		if i < 0 {
			out.WriteString(rest)
			return out.String(), nil
		}
		if i > 0 && rest[i-1] == '$' {
			out.WriteString(rest[:i-1] + "${")
			rest = rest[i+2:]
			continue
		}
		out.WriteString(rest[:i])
		name, after, closed := strings.Cut(rest[i+2:], "}")
		if !closed {
			return "", &fault{code: CodeReference, reason: "reference without a closing brace", hint: "write $${ for the plain text ${"}
		}
		text, f := r.lookup(name)
		if f != nil {
			return "", f
		}
		out.WriteString(text)
		rest = after
	}
}

func (r references) lookup(name string) (string, *fault) {
	scheme, what, ok := strings.Cut(name, ":")
	switch {
	case ok && what == "" && (scheme == "env" || scheme == "file"):
		return "", &fault{code: CodeReference, reason: "reference " + quote("${"+name+"}") + " names nothing"}
	case ok && scheme == "env":
		text, set := r.env[what]
		if !set {
			return "", &fault{code: CodeReference, reason: "environment variable " + quote(what) + " is not set"}
		}
		return text, nil
	case ok && scheme == "file":
		return r.file(what)
	}
	f := &fault{code: CodeReference, reason: "unknown reference " + quote("${"+name+"}"), hint: "write $${ for the plain text ${"}
	if ok {
		if s := nearest.Word(scheme, []string{"env", "file"}); s != "" {
			f.suggestion = "${" + s + ":" + what + "}"
		}
	} else if validVariable(name) {
		f.suggestion = "${env:" + name + "}"
	}
	f.want = "${env:NAME} or ${file:PATH}"
	return "", f
}

func (r references) file(path string) (string, *fault) {
	if r.files == nil {
		return "", &fault{code: CodeReference, reason: "file references cannot be read here"}
	}
	data, err := r.files.ReadFile(path, maxSecret+1)
	if err != nil {
		return "", &fault{code: CodeUnreadable, reason: "cannot read " + quote(path) + ": " + cause(err)}
	}
	if len(data) > maxSecret {
		return "", &fault{code: CodeReference, reason: "file " + quote(path) + " is larger than 64KiB"}
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r"), nil
}

// cause drops the operation and the path that the os package puts in front: the message names the path already, and
// the one the os package knows may come out of a secret.
func cause(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
