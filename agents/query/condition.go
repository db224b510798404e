// SPDX-License-Identifier: Apache-2.0

package query

import (
	"slices"
	"strings"

	"mabeam.dev/internal/nearest"
)

func (p *parser) condition() (Expr, *BadQueryError) { return p.several("or", Or, p.all) }

func (p *parser) all() (Expr, *BadQueryError) { return p.several("and", And, p.one) }

func (p *parser) several(word string, join func(...Expr) Expr, part func() (Expr, *BadQueryError)) (Expr, *BadQueryError) {
	var of []Expr
	for {
		e, err := part()
		if err != nil {
			return nil, err
		}
		of = append(of, e)
		if !p.word(word) {
			return join(of...), nil
		}
	}
}

func (p *parser) one() (Expr, *BadQueryError) {
	if p.depth++; p.depth > MaxDepth {
		return nil, p.complain(p.peek(), "", "conditions are nested deeper than %d", MaxDepth)
	}
	defer func() { p.depth-- }()
	switch {
	case p.word("not"):
		e, err := p.one()
		if err != nil {
			return nil, err
		}
		return Not(e), nil
	case p.word("("):
		e, err := p.condition()
		if err != nil {
			return nil, err
		}
		return e, p.want(")")
	case p.word("missing"):
		if err := p.want("("); err != nil {
			return nil, err
		}
		f, _, err := p.field()
		if err != nil {
			return nil, err
		}
		return Absence{f}, p.want(")")
	}
	return p.comparison()
}

func (p *parser) want(sign string) *BadQueryError {
	if p.word(sign) {
		return nil
	}
	return p.complain(p.peek(), "", "wanted %s, found %s", sign, p.peek())
}

// field reads the name of a field; false if there is no such field, which is noted.
func (p *parser) field() (Field, bool, *BadQueryError) {
	t := p.next()
	if t.kind != tokenWord || slices.Contains(reserved, strings.ToLower(t.text)) {
		return Field{}, false, p.complain(t, "", "wanted a field, found %s", t)
	}
	name := t.text
	if n := p.peek(); name == "label." && n.kind == tokenQuoted && n.pos == t.end {
		name += p.next().text
	}
	f, ok := fieldNamed(name)
	if !ok {
		if name == "label." {
			return f, false, p.complain(t, "", "wanted the name of a label behind label.")
		}
		p.wrong = append(p.wrong, p.complain(t, nearest.Word(name, fieldNames()), "unknown field %q", name))
	}
	return f, ok, nil
}

func (p *parser) comparison() (Expr, *BadQueryError) {
	at := p.peek()
	f, known, err := p.field()
	if err != nil {
		return nil, err
	}
	op, err := p.operator(f, known)
	if err != nil {
		return nil, err
	}
	c := Comparison{Field: f, Op: op, pos: p.peek().pos}
	many := op == In || op == NotIn
	if many {
		if err := p.want("("); err != nil {
			return nil, err
		}
	}
	if known {
		if wrong := operable(f, op); wrong != nil {
			wrong.Pos = at.pos
			p.wrong = append(p.wrong, wrong)
			known = false
		}
	}
	for {
		v, err := p.value(f, op, known)
		if err != nil {
			return nil, err
		}
		c.Values = append(c.Values, v)
		if !many {
			return c, nil
		}
		if p.word(")") {
			return c, nil
		}
		if !p.word(",") {
			return nil, p.complain(p.peek(), "", "wanted , or ), found %s", p.peek())
		}
	}
}

func (p *parser) operator(f Field, known bool) (Op, *BadQueryError) {
	t := p.next()
	word := strings.ToLower(t.text)
	if word == "not" && t.kind == tokenWord && p.word("in") {
		return NotIn, nil
	}
	if op, ok := wordOps[word]; ok && (t.kind == tokenWord || t.kind == tokenSign) {
		return op, nil
	}
	name, hint := "the field", ""
	if known {
		name = f.String()
	}
	if t.kind == tokenWord {
		hint = nearest.Word(t.text, opWords)
	}
	return 0, p.complain(t, hint, "wanted an operator behind %s, found %s", name, t)
}

// value reads one value of a field's type. What is wrong with a value is noted, if the field and the operator are known to be right.
func (p *parser) value(f Field, op Op, known bool) (Value, *BadQueryError) {
	t := p.next()
	if t.kind != tokenWord && t.kind != tokenQuoted {
		return Value{}, p.complain(t, "", "wanted a value, found %s", t)
	}
	if t.kind == tokenWord && slices.Contains(reserved, strings.ToLower(t.text)) {
		return Value{}, p.complain(t, "", "wanted a value, found the word %s; as a value it needs quotes: %q", t.text, t.text)
	}
	if !known {
		return Value{}, nil
	}
	v, why, hint := literal(f, t.text)
	if why == "" {
		why = usable(f, op, v)
	}
	if why != "" {
		p.wrong = append(p.wrong, p.complain(t, hint, "%s", why))
	}
	return v, nil
}
