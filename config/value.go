// SPDX-License-Identifier: Apache-2.0

package config

// form is the shape of a value.
type form uint8

const (
	scalar form = iota
	null
	list
	mapping
)

// value is one node of the text with its place. The tree owns its values: two aliases of one anchor are two values, so
// a later layer can change one of them.
type value struct {
	form   form
	text   string // of a scalar, quotes and escapes taken away
	quoted bool   // a scalar in quotes or block form is text and nothing else
	truth  bool   // an unquoted true or false
	at     place
	keys   []entry
	items  []*value
}

// entry is one key of a mapping. Keys written twice are two entries.
type entry struct {
	key string
	at  place
	val *value
}

// get returns the first value of a key, or nil.
func (v *value) get(key string) *value {
	if v == nil || v.form != mapping {
		return nil
	}
	for i := range v.keys {
		if v.keys[i].key == key {
			return v.keys[i].val
		}
	}
	return nil
}

// put replaces the value of a key or adds the key.
func (v *value) put(key string, val *value) {
	for i := range v.keys {
		if v.keys[i].key == key {
			v.keys[i].val = val
			return
		}
	}
	v.keys = append(v.keys, entry{key: key, at: val.at, val: val})
}

// what names the value in a message.
func (v *value) what() string {
	switch v.form {
	case null:
		return "nothing"
	case list:
		return "a list"
	case mapping:
		return "a section"
	}
	switch {
	case v.truth:
		return v.text
	case v.quoted:
		return "text " + quote(v.text)
	}
	return quote(v.text)
}

// step is one part of a key path: a key, or a position if key is empty.
type step struct {
	key   string
	index int
}

// set puts a value at a path, making sections that are missing on the way. It reports false where the text has
// something else than a section; that is a problem of its own and found later.
func (v *value) set(path []step, val *value) bool {
	for i, s := range path {
		last := i == len(path)-1
		switch {
		case s.key == "" && (v.form != list || s.index >= len(v.items)):
			return false
		case s.key == "" && last:
			v.items[s.index] = val
		case s.key == "":
			v = v.items[s.index]
		case v.form != mapping:
			return false
		case last:
			v.put(s.key, val)
		default:
			next := v.get(s.key)
			if next == nil || next.form == null {
				next = &value{form: mapping, at: val.at}
				v.put(s.key, next)
			}
			v = next
		}
	}
	return true
}
