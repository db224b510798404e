// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/internal/nearest"
)

// operators compare what is with what should be; numbers, durations and JSON by their value, everything else as text.
var operators = []string{"==", "!=", "<=", ">=", "<", ">", "contains"}

// expectation is a checked `expect`.
type expectation struct {
	subject *subject
	args    []Arg
	op      string
	value   Arg
}

// expected reads the arguments of expect.
func expected(c *Command) (x expectation, bad *mistake) {
	n := len(c.Args)
	x.op, x.value = c.Args[n-2].Text, c.Args[n-1]
	if !slices.Contains(operators, x.op) {
		a := c.Args[n-2]
		return x, &mistake{col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%q is no comparison", a.Text), hint: "one of: " + strings.Join(operators, " ")}
	}
	name := c.Args[0]
	all := subjects()
	for i := range all {
		if all[i].name == name.Text {
			x.subject = &all[i]
		}
	}
	if x.subject == nil {
		m := &mistake{col: name.Col, width: len([]rune(name.Text)), reason: fmt.Sprintf("nothing to expect is called %q", name.Text), hint: "one of: " + strings.Join(subjectNames(), ", ")}
		if near := nearest.Word(name.Text, subjectNames()); near != "" {
			m.hint = fmt.Sprintf("did you mean %q? %s", near, m.hint)
		}
		return x, m
	}
	x.args = c.Args[1 : n-2]
	if k := len(x.args); k < x.subject.min || k > x.subject.max {
		return x, &mistake{col: name.Col, width: len([]rune(name.Text)), reason: fmt.Sprintf("expect %s with %d arguments", name.Text, k), hint: "usage: expect " + x.subject.usage + " OP VALUE"}
	}
	return x, nil
}

func checkExpect(_ *Script, c *Command) []mistake {
	if _, bad := expected(c); bad != nil {
		return []mistake{*bad}
	}
	return nil
}

func expect(e *engine, c *Command) (string, error) {
	x, _ := expected(c)
	got, err := x.subject.value(e, x.args)
	if err != nil {
		return "", err
	}
	ok, err := compare(got, x.op, x.value.Text)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", unmet("got %s", got)
	}
	return "", nil
}

// compare applies an operator.
func compare(got, op, want string) (bool, error) {
	if op == "contains" {
		return strings.Contains(got, want), nil
	}
	order, ordered := orderOf(got, want)
	switch op {
	case "==":
		return order == 0, nil
	case "!=":
		return order != 0, nil
	}
	if !ordered {
		return false, fmt.Errorf("%q and %q have no order: %s is for numbers and durations", got, want, op)
	}
	switch op {
	case "<":
		return order < 0, nil
	case "<=":
		return order <= 0, nil
	case ">":
		return order > 0, nil
	default:
		return order >= 0, nil
	}
}

// orderOf compares two texts by what they stand for. Without an order, 0 says that they are equal.
func orderOf(a, b string) (order int, ordered bool) {
	if x, err := strconv.ParseFloat(a, 64); err == nil {
		if y, err := strconv.ParseFloat(b, 64); err == nil {
			return sign(x - y), true
		}
	}
	if x, err := time.ParseDuration(a); err == nil {
		if y, err := time.ParseDuration(b); err == nil {
			return sign(float64(x - y)), true
		}
	}
	var x, y any
	if json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil {
		if reflect.DeepEqual(x, y) {
			return 0, false
		}
		return 1, false
	}
	if a == b {
		return 0, false
	}
	return 1, false
}

func sign(x float64) int {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return 0
}
