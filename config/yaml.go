// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"errors"
	"io"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// Limits of the text. They hold for every text, whoever wrote it.
const (
	maxBytes  = MaxFile
	maxDepth  = 64
	maxValues = 500_000
)

// parse reads one YAML document into a tree of values with places. This file alone knows the YAML library.
func parse(name string, data []byte) (*value, *source, []placed) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(data) > maxBytes {
		src := fileSource(name, "")
		return nil, src, []placed{{src.at(1, 1, 1), "", fault{code: CodeLimit, reason: "the file is larger than 4MiB"}}}
	}
	src := fileSource(name, strings.ToValidUTF8(string(data), "\ufffd"))
	if p := unprintable(src, data); p != nil {
		return nil, src, []placed{*p}
	}
	p := &parser{src: src, expanding: map[*yaml.Node]bool{}}
	data = p.joinSurrogates(data)
	root := p.document(data)
	return root, src, p.problems
}

// placed is a fault with its place and key path.
type placed struct {
	at   place
	path string
	fault
}

// parser turns nodes of the library into values.
type parser struct {
	src       *source
	shortened map[int][]int // line -> columns behind which the parsed text is shorter than the file's
	expanding map[*yaml.Node]bool
	values    int
	problems  []placed
}

func (p *parser) fail(at place, path string, f fault) {
	p.problems = append(p.problems, placed{at, path, f})
}

func (p *parser) document(data []byte) *value {
	limits := loaderlimits.New(loaderlimits.DepthValue(maxDepth), loaderlimits.AliasNone())
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithPlugin(limits))
	if err != nil {
		p.syntax(err)
		return nil
	}
	var doc, second yaml.Node
	switch err := loader.Load(&doc); {
	case errors.Is(err, io.EOF):
		return &value{form: mapping, at: p.src.at(1, 1, 1)}
	case err != nil:
		p.syntax(err)
		return nil
	}
	switch err := loader.Load(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		p.syntax(err)
		return nil
	default:
		p.fail(p.at(second.Line, second.Column, 3), "", fault{code: CodeLimit, reason: "second document; a file holds one"})
		return nil
	}
	if len(doc.Content) != 1 {
		return &value{form: mapping, at: p.src.at(1, 1, 1)}
	}
	root := p.convert(doc.Content[0], "", 1)
	if p.values > maxValues {
		return nil // what lies behind the limit was not read
	}
	if root.form == null {
		root.form = mapping
	}
	return root
}

// at corrects a place of the parsed text to one of the file.
func (p *parser) at(line, col, width int) place {
	cuts := p.shortened[line]
	before := sort.Search(len(cuts), func(i int) bool { return cuts[i]-2*i >= col })
	return p.src.at(line, col+2*before, width)
}

func (p *parser) convert(n *yaml.Node, path string, depth int) *value {
	v := &value{form: null, at: p.at(n.Line, n.Column, 1)}
	if depth > maxDepth {
		p.fail(v.at, path, fault{code: CodeLimit, reason: "nested deeper than " + strconv.Itoa(maxDepth) + " levels"})
		return v
	}
	if p.values++; p.values == maxValues+1 {
		p.fail(v.at, path, fault{code: CodeLimit, reason: "more than " + strconv.Itoa(maxValues) + " values, those made by aliases included"})
	}
	if p.values > maxValues {
		return v
	}
	switch n.Kind {
	case yaml.AliasNode:
		return p.alias(n, path, depth)
	case yaml.ScalarNode:
		p.scalar(n, v, path)
	case yaml.SequenceNode:
		v.form = list
		for i, c := range n.Content {
			v.items = append(v.items, p.convert(c, path+"["+strconv.Itoa(i)+"]", depth+1))
		}
	case yaml.MappingNode:
		p.mapping(n, v, path, depth)
	}
	return v
}

func (p *parser) alias(n *yaml.Node, path string, depth int) *value {
	at := p.at(n.Line, n.Column, 1+utf8.RuneCountInString(n.Value))
	if n.Alias == nil || p.expanding[n.Alias] {
		p.fail(at, path, fault{code: CodeLimit, reason: "alias " + quote("*"+n.Value) + " contains itself"})
		return &value{form: null, at: at}
	}
	p.expanding[n.Alias] = true
	v := p.convert(n.Alias, path, depth)
	delete(p.expanding, n.Alias)
	v.at = at
	return v
}

func (p *parser) scalar(n *yaml.Node, v *value, path string) {
	var opening byte
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		opening = '"'
	case n.Style&yaml.SingleQuotedStyle != 0:
		opening = '\''
	}
	v.at = p.at(n.Line, n.Column, 1)
	rest := p.src.from(v.at.line, v.at.col)
	skipped := skipProperties(rest)
	v.at = p.src.at(v.at.line, v.at.col+skipped, extent(from(rest, skipped+1), n.Value, opening))
	v.text = n.Value
	v.quoted = opening != 0 || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
	v.form = scalar
	switch tag := n.ShortTag(); tag {
	case "!!null":
		v.form = null
	case "!!bool":
		v.truth = true
	case "!!str", "!!int", "!!float", "!!timestamp", "!!merge":
	default:
		p.fail(v.at, path, fault{code: CodeWrongType, reason: "tag " + quote(tag) + " is not used here"})
	}
}

// skipProperties counts the characters of an anchor and a tag in front of a value: the caret belongs under the value.
func skipProperties(rest string) int {
	whole := rest
	for rest != "" && (rest[0] == '&' || rest[0] == '!') {
		_, after, ok := strings.Cut(rest, " ")
		if after = strings.TrimLeft(after, " "); !ok || after == "" || after[0] == '#' {
			return 0 // the value is on another line
		}
		rest = after
	}
	return utf8.RuneCountInString(whole[:len(whole)-len(rest)])
}

func (p *parser) mapping(n *yaml.Node, v *value, path string, depth int) {
	v.form = mapping
	var merged []*value
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind == yaml.AliasNode && k.Alias != nil {
			k = &yaml.Node{Kind: k.Alias.Kind, Style: k.Alias.Style, Tag: k.Alias.Tag, Value: k.Alias.Value, Line: k.Line, Column: k.Column}
		}
		if k.Kind != yaml.ScalarNode {
			p.fail(p.at(k.Line, k.Column, 1), path, fault{code: CodeWrongType, reason: "a key must be text"})
			continue
		}
		var kv value
		p.scalar(k, &kv, path)
		if kv.text == "<<" && !kv.quoted {
			merged = append(merged, p.merge(n.Content[i+1], path, depth)...)
			continue
		}
		v.keys = append(v.keys, entry{key: kv.text, at: kv.at, val: p.convert(n.Content[i+1], join(path, kv.text), depth+1)})
	}
	// A merge gives only what the section itself does not have; the first of several wins.
	if len(merged) > 0 {
		has := make(map[string]bool, len(v.keys))
		for _, e := range v.keys {
			has[e.key] = true
		}
		for _, m := range merged {
			for _, e := range m.keys {
				if !has[e.key] {
					has[e.key] = true
					v.keys = append(v.keys, e)
				}
			}
		}
	}
	if len(v.keys) > 0 && n.Style&yaml.FlowStyle == 0 {
		v.at = v.keys[0].at
	}
}

// merge reads what stands behind the key <<: a section or a list of them.
func (p *parser) merge(n *yaml.Node, path string, depth int) []*value {
	v := p.convert(n, path, depth+1)
	parts := []*value{v}
	if v.form == list {
		parts = v.items
	}
	for _, m := range parts {
		if m.form != mapping {
			p.fail(m.at, join(path, "<<"), fault{code: CodeWrongType, reason: "want a section to merge, got " + m.what()})
			return nil
		}
	}
	return parts
}

func (p *parser) syntax(err error) {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		p.fail(p.src.at(1, 1, 1), "", fault{code: CodeSyntax, reason: err.Error()})
		return
	}
	f := fault{code: CodeSyntax, reason: load.Message}
	if strings.Contains(load.Message, "exceeded max depth") {
		f = fault{code: CodeLimit, reason: "nested deeper than " + strconv.Itoa(maxDepth) + " levels"}
	}
	if load.ContextMsg != "" && f.code == CodeSyntax && load.ContextMark.Line > 0 {
		f.hint = load.ContextMsg + " that begins at line " + strconv.Itoa(load.ContextMark.Line)
	}
	p.fail(p.at(load.Mark.Line, load.Mark.Column, 1), "", f)
}
