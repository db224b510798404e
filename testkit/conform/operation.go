// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// form is the shape of an operation: its words after the verb, and what may stand before it.
type form struct {
	verb  Verb
	words string // s = supervisor, n = name, r = reason, d = definition, m = milliseconds, a = attributes
	async bool   // may wait in a supervisor's queue
	keys  []string
}

var forms = map[string]form{
	"start":           {OpStart, "", false, nil},
	"stop":            {OpStop, "", true, nil},
	"exit":            {OpExit, "nr", false, nil},
	"kill":            {OpKill, "n", false, nil},
	"stray_exit":      {OpStrayExit, "sr", false, nil},
	"start_child":     {OpStartChild, "sna", true, childKeys},
	"terminate_child": {OpTerminateChild, "sn", true, nil},
	"restart_child":   {OpRestartChild, "sn", true, nil},
	"delete_child":    {OpDeleteChild, "sn", true, nil},
	"get_childspec":   {OpGetChildspec, "sn", true, nil},
	"terminate_pid":   {OpTerminatePid, "sn", true, nil},
	"which_children":  {OpWhichChildren, "s", true, nil},
	"count_children":  {OpCountChildren, "s", true, nil},
	"check_childspec": {OpCheckChildspec, "na", false, checkKeys},
	"upgrade":         {OpUpgrade, "sd", true, nil},
	"sleep":           {OpSleep, "m", false, nil},
	"release":         {OpRelease, "n", false, nil},
}

func (p *parser) operation() error {
	op := Op{Text: p.text(), Line: p.line}
	words := p.words
	if words[0] == "unordered" && len(words) > 1 {
		op.Unordered, words = true, words[1:]
	} else if words[0] == "async" && len(words) > 1 {
		op.Async, words = true, words[1:]
	}
	f, ok := forms[words[0]]
	if !ok {
		return fmt.Errorf("unknown operation %q", words[0])
	}
	if op.Async && !f.async {
		return fmt.Errorf("%s cannot be async: it is no request to a supervisor", words[0])
	}
	op.Verb = f.verb
	words = words[1:]
	for _, kind := range f.words {
		if kind == 'a' {
			if err := p.attributes(&op, words, f.keys); err != nil {
				return err
			}
			words = nil
			break
		}
		if len(words) == 0 {
			return errors.New("a word is missing")
		}
		if err := p.word(&op, kind, words[0]); err != nil {
			return err
		}
		words = words[1:]
	}
	if len(words) > 0 {
		return fmt.Errorf("unexpected %q", words[0])
	}
	p.script.Ops = append(p.script.Ops, op)
	return nil
}

func (p *parser) word(op *Op, kind rune, word string) (err error) {
	switch kind {
	case 's':
		op.Sup, err = name(word)
	case 'n':
		op.Name, err = name(word)
	case 'd':
		op.Name, err = name(word)
		p.require(op.Name)
	case 'r':
		op.Reason, err = parseTerm(word)
	case 'm':
		var ms int64
		if ms, err = strconv.ParseInt(word, 10, 64); err != nil || ms < 0 || ms > int64(time.Duration(1<<63-1)/time.Millisecond) {
			return fmt.Errorf("%q is no number of milliseconds", word)
		}
		op.Sleep = time.Duration(ms) * time.Millisecond
	}
	return err
}

func (p *parser) attributes(op *Op, words, keys []string) error {
	attrs, err := parseAttrs(words, keys)
	if err != nil {
		return err
	}
	op.Auto = attrs.term("auto_shutdown")
	if missing := attrs.term("missing"); !slices.Contains([]string{"", "id", "start"}, missing) {
		return fmt.Errorf("missing=%s: want id or start", missing)
	}
	if op.Verb == OpCheckChildspec {
		op.Child = attrs.child(op.Name)
		return nil
	}
	op.Child, err = p.childSpec(op.Name, attrs)
	return err
}
