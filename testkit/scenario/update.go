// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"strings"
	"unicode"
)

// Update returns the text of the scenario with every block of expected output replaced by what the commands printed in a run. Blocks of
// commands that were not reached stay. It never touches an expectation.
func (s *Script) Update(r Result) string {
	lines := append([]string(nil), s.lines...)
	for i := len(s.Commands) - 1; i >= 0; i-- { // from the end, so that the places in front stay right
		c := s.Commands[i]
		printed, ran := r.Blocks[c.Line]
		if c.Expected == nil || !ran || printed == c.Expected.Text {
			continue
		}
		text := []string{fence}
		fenced := c.Expected.fenced || strings.Contains("\n"+printed, "\n\n")
		if fenced {
			text = append(text, fence)
		}
		if printed != "" {
			text = append(text, strings.Split(strings.TrimSuffix(printed, "\n"), "\n")...)
		}
		if fenced {
			text = append(text, fence, fence)
		}
		from, to := c.Line, c.Expected.To-1 // the fence, and what is behind the block
		if c.Expected.fenced {
			to += 2
		}
		lines = append(lines[:from:from], append(text, lines[to:]...)...)
	}
	return strings.Join(lines, "\n")
}

// Format returns the text of a scenario in its usual form: words of commands parted by one blank, no blanks at the ends of lines, no more
// than one empty line in a row in the script, and a newline at the end. Expected output and files stay as they are. A text that is no
// scenario is returned as it is, with the error of Parse.
func Format(name, text string) (string, error) {
	s, err := Parse(name, text)
	if err != nil {
		return text, err
	}
	script, _ := split(text)
	commands := map[int]Command{}
	inside := map[int]bool{} // lines of expected output, fences included
	for _, c := range s.Commands {
		commands[c.Line] = c
		if c.Expected != nil {
			end := c.Expected.To - 1
			if c.Expected.fenced {
				end += 2
			}
			for l := c.Line + 1; l <= end; l++ {
				inside[l] = true
			}
		}
	}
	var out []string
	for i, line := range script {
		switch c, ok := commands[i+1]; {
		case inside[i+1]:
			out = append(out, line)
		case ok:
			out = append(out, c.format(line))
		default:
			line = strings.TrimRightFunc(line, unicode.IsSpace)
			if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
				continue
			}
			out = append(out, line)
		}
	}
	rest := s.lines[len(script):]
	formatted := strings.Join(append(out, rest...), "\n")
	return strings.TrimRight(formatted, "\n") + "\n", nil
}

// format puts one blank between the words of a command and two in front of its comment.
func (c Command) format(line string) string {
	all, _ := words(line)
	runes := []rune(line)
	var parts []string
	end := 0
	for _, w := range all {
		parts = append(parts, string(runes[w.col-1:w.col-1+w.width]))
		end = w.col - 1 + w.width
	}
	text := strings.Join(parts, " ")
	if comment := strings.TrimSpace(string(runes[end:])); comment != "" {
		text += "  " + comment
	}
	return text
}
