// SPDX-License-Identifier: Apache-2.0

package scenario

import "strings"

// split takes a txtar archive apart: the lines of the leading text, and the files with the places where they begin. It is done here because
// errors in the files are told by their line in the scenario.
func split(text string) (script []string, files []File) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if n := len(lines); lines[n-1] == "" {
		lines = lines[:n-1]
	}
	var file *File
	var data []string
	end := func() {
		if file != nil {
			file.Data = []byte(joined(data))
			files = append(files, *file)
		}
	}
	for i, line := range lines {
		name, marks := marker(line)
		switch {
		case marks:
			end()
			file, data = &File{Name: name, Line: i + 2}, nil
		case file == nil:
			script = append(script, line)
		default:
			data = append(data, line)
		}
	}
	end()
	return script, files
}

// joined ends each line with a newline.
func joined(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// marker returns the name on a line "-- name --".
func marker(line string) (name string, ok bool) {
	if !strings.HasPrefix(line, "-- ") || !strings.HasSuffix(line, " --") || len(line) < len("-- x --") {
		return "", false
	}
	name = strings.TrimSpace(line[len("-- ") : len(line)-len(" --")])
	return name, name != ""
}
