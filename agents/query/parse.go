// SPDX-License-Identifier: Apache-2.0

package query

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mabeam.dev/internal/nearest"
)

// reserved words have a meaning of their own: as values they need quotes.
var reserved = []string{"and", "or", "not", "in", "order", "by", "asc", "desc", "limit", "after", "namespace", "missing", "prefix"}

var wordOps = map[string]Op{
	"=": Eq, "==": Eq, "eq": Eq, "!=": Neq, "<>": Neq, "neq": Neq, "<": Lt, "lt": Lt, "<=": Lte, "lte": Lte,
	">": Gt, "gt": Gt, ">=": Gte, "gte": Gte, "in": In, "not_in": NotIn, "prefix": Prefix,
}

var opWords = []string{"=", "!=", "<", "<=", ">", ">=", "in", "not in", "prefix", "eq", "neq", "lt", "lte", "gt", "gte", "not_in"}

// Parse reads a query. Its errors are [*BadQueryError]: all wrong fields and values joined, or the one place where the text stops
// making sense. The grammar, in which the clauses behind the condition may stand in any order and words are of any case:
//
//	query      = [condition] { "order" "by" order {"," order} | "limit" number | "after" cursor | "namespace" name }
//	order      = field ["asc" | "desc"]
//	condition  = all { "or" all }
//	all        = one { "and" one }
//	one        = "not" one | "(" condition ")" | "missing" "(" field ")" | field comparison
//	comparison = ("=" | "!=" | "<" | "<=" | ">" | ">=") value | "prefix" value | ["not"] "in" "(" value {"," value} ")"
func Parse(text string) (Query, error) {
	if len(text) > MaxText {
		return Query{}, bad("the text has %d bytes, more than %d", len(text), MaxText)
	}
	tokens, err := lex(text)
	if err != nil {
		return Query{}, err
	}
	p := parser{tokens: tokens}
	q, stop := p.query()
	if stop != nil {
		p.wrong = append(p.wrong, stop)
	}
	if len(p.wrong) > 0 {
		return Query{}, errors.Join(p.wrong...)
	}
	if err := q.Validate(); err != nil {
		return Query{}, err
	}
	return q, nil
}

// parser walks over the tokens. Mistakes after which the walk can go on are collected in wrong; the others are returned.
type parser struct {
	tokens []token
	at     int
	depth  int
	wrong  []error
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != tokenEnd {
		p.at++
	}
	return t
}

// word takes the next token if it is this word or sign.
func (p *parser) word(w string) bool {
	t := p.peek()
	if (t.kind == tokenWord || t.kind == tokenSign) && strings.EqualFold(t.text, w) {
		p.at++
		return true
	}
	return false
}

func (p *parser) complain(at token, hint, format string, args ...any) *BadQueryError {
	return &BadQueryError{Pos: at.pos, Why: fmt.Sprintf(format, args...), Hint: hint}
}

func (p *parser) query() (Query, *BadQueryError) {
	q := Query{}
	if !p.atClause() && p.peek().kind != tokenEnd {
		where, err := p.condition()
		if err != nil {
			return q, err
		}
		q.Where = where
	}
	seen := map[string]bool{}
	for p.peek().kind != tokenEnd {
		t := p.next()
		clause := strings.ToLower(t.text)
		if t.kind != tokenWord || !slices.Contains(clauses, clause) {
			hint := ""
			if t.kind == tokenWord {
				hint = nearest.Word(t.text, append([]string{"and", "or"}, clauses...))
			}
			return q, p.complain(t, hint, "wanted and, or, order by, limit, after, namespace or the end, found %s", t)
		}
		if seen[clause] {
			return q, p.complain(t, "", "there is a second %s", clause)
		}
		seen[clause] = true
		if err := p.clause(&q, clause); err != nil {
			return q, err
		}
	}
	return q, nil
}

var clauses = []string{"order", "limit", "after", "namespace"}

func (p *parser) atClause() bool {
	t := p.peek()
	return t.kind == tokenWord && slices.Contains(clauses, strings.ToLower(t.text))
}

func (p *parser) clause(q *Query, word string) *BadQueryError {
	if word == "order" {
		return p.order(q)
	}
	t := p.next()
	if t.kind != tokenWord && t.kind != tokenQuoted {
		return p.complain(t, "", "wanted a value behind %s, found %s", word, t)
	}
	switch word {
	case "limit":
		n, err := strconv.Atoi(t.text)
		if err != nil || n < 0 {
			return p.complain(t, "", "limit is a whole number from 0, not %s", t)
		}
		q.Limit = n
	case "after":
		q.After = t.text
	case "namespace":
		q.Namespace = t.text
	}
	return nil
}

func (p *parser) order(q *Query) *BadQueryError {
	if !p.word("by") {
		return p.complain(p.peek(), "", "wanted by behind order, found %s", p.peek())
	}
	for {
		f, ok, err := p.field()
		if err != nil {
			return err
		}
		o := Order{Field: f}
		if !p.word("asc") {
			o.Desc = p.word("desc")
		}
		if ok {
			q.OrderBy = append(q.OrderBy, o)
		}
		if !p.word(",") {
			return nil
		}
	}
}
