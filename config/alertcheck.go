// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"mabeam.dev/agents/query"
	"mabeam.dev/internal/nearest"
	"mabeam.dev/telemetry/alert"
)

// Prefixes of the names of series that no list has: those of events, and of what agents record.
var openSeries = []string{"event.", "agent."}

// alerts checks rules and routes against each other and against the series that there are.
func (d *decoder) alerts(a Alerts) {
	spec, bad := a.spec(d.pack)
	var rules, routes []string
	for _, r := range spec.Rules {
		rules = known(rules, r.Name)
	}
	for _, r := range spec.Routes {
		routes = known(routes, r.Name)
	}
	seen := map[string]string{}
	for i, r := range a.Rules {
		at := item("alerts.rules", i)
		d.shared(seen, Plain(r.Name), at+".name", CodeDuplicateID, "a rule named "+quote(r.Name)+" is there already")
		d.expression(r, bad[i], at+".expression")
		d.scope(r, at+".scope")
		d.names(r.Routes, routes, at+".routes", "route")
		d.names(r.InhibitedBy, rules, at+".inhibited_by", "rule")
	}
	seen = map[string]string{}
	for i, r := range a.Routes {
		at := item("alerts.routes", i)
		d.shared(seen, Plain(r.Name), at+".name", CodeDuplicateID, "a route named "+quote(r.Name)+" is there already")
		if r.EscalateTo != "" && !d.bad(at+".escalate_to") {
			d.named(r.EscalateTo, routes, at+".escalate_to", "route")
		}
		d.hook(r, at)
	}
	for i, s := range a.Silences {
		if s.Rule != "" && !strings.Contains(s.Rule, "*") {
			d.named(s.Rule, rules, item("alerts.silences", i)+".rule", "rule")
		}
	}
	d.machine(a, spec)
}

// known adds a name to those that others may use.
func known(names []string, name string) []string {
	if name == "" || slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// expression checks what a rule looks at.
func (d *decoder) expression(r AlertRule, broken error, at string) {
	if d.bad(at) || r.Expression == "" && broken == nil {
		return
	}
	var e *alert.ExpressionError
	if errors.As(broken, &e) {
		d.fail(d.near(at), at, fault{
			code: CodeBadValue, reason: e.Reason, got: r.Expression, want: "a series, or FIGURE(SERIES, WINDOW)",
			suggestion: replaced(r.Expression, e.Offset, e.Got, nearest.Word(e.Got, e.OneOf)), oneOf: e.OneOf,
		})
		return
	}
	m, _ := alert.ParseExpression(r.Expression)
	open := slices.ContainsFunc(openSeries, func(prefix string) bool { return strings.HasPrefix(m.Series, prefix) })
	if d.series == nil || open || slices.Contains(d.series, m.Series) {
		return
	}
	near := nearest.Word(m.Series, d.series)
	d.fail(d.near(at), at, fault{
		code: CodeUnknownValue, reason: "there is no series " + quote(m.Series), got: r.Expression,
		suggestion: replaced(r.Expression, strings.LastIndex(r.Expression, m.Series), m.Series, near), oneOf: d.series,
	})
}

// scope checks a scope that is a query: it is one, and its rule looks at agents.
func (d *decoder) scope(r AlertRule, at string) {
	if d.bad(at) || !ScopeIsQuery(r.Scope) {
		return
	}
	_, err := query.Parse(r.Scope)
	var bad *query.BadQueryError
	m, broken := alert.ParseExpression(r.Expression)
	switch {
	case errors.As(err, &bad):
		d.fail(d.near(at), at, fault{
			code: CodeBadValue, reason: fmt.Sprintf("the query has a mistake at %d: %s", bad.Pos, bad.Why), got: r.Scope,
			want: "a query such as capability = review", hint: meant(bad.Hint),
		})
	case broken == nil && !strings.HasPrefix(m.Series, "agent."):
		d.fail(d.near(at), at, fault{
			code: CodeConflict, reason: "the keys of " + m.Series + " are no agents that a query could choose", got: r.Scope,
			hint: "only series agent.METRIC have agents as keys",
		})
	}
}

func meant(word string) string {
	if word == "" {
		return ""
	}
	return "perhaps " + quote(word) + " was meant"
}

// replaced puts a better word in its place; without one there is no suggestion.
func replaced(text string, at int, word, better string) string {
	if better == "" || at < 0 || !strings.HasPrefix(text[at:], word) {
		return ""
	}
	return text[:at] + better + text[at+len(word):]
}

// names checks a list of names that must be there.
func (d *decoder) names(words, known []string, path, what string) {
	for i, w := range words {
		d.named(w, known, item(path, i), what)
	}
}

func (d *decoder) named(word string, known []string, path, what string) {
	if d.bad(path) || slices.Contains(known, word) {
		return
	}
	d.fail(d.near(path), path, fault{
		code: CodeUnknownValue, reason: "there is no " + what + " " + quote(word), got: word, suggestion: nearest.Word(word, known), oneOf: known,
	})
}

// hook checks the keys that webhooks have, and others have not.
func (d *decoder) hook(r AlertRoute, at string) {
	if d.bad(at+".to", at+".url") {
		return
	}
	switch address := r.URL.Reveal(); {
	case r.To != ToWebhook && address != "":
		d.fail(d.near(at+".url"), at+".url", fault{code: CodeConflict, reason: "only a webhook has a url", got: r.URL.String(), hint: "or write to: webhook"})
	case r.To != ToWebhook && len(r.Headers) > 0:
		d.fail(d.near(at+".headers"), at+".headers", fault{code: CodeConflict, reason: "only a webhook has headers", hint: "or write to: webhook"})
	case r.To == ToWebhook && address == "":
		d.fail(d.near(at), at+".url", fault{code: CodeMissing, reason: "required key is missing", want: "the address of the webhook"})
	case r.To == ToWebhook:
		d.web(r.URL, at+".url")
	}
	d.headerValues(r.Headers, at+".headers")
}

// headerValues checks what headers say. A client refuses a control character only when it sends, which is when somebody should have been told.
func (d *decoder) headerValues(headers map[string]Text, path string) {
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		at := path + "." + name
		if !d.bad(at) && strings.ContainsFunc(headers[name].Reveal(), func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			d.fail(d.near(at), at, fault{code: CodeBadValue, reason: "a header has one line, without control characters"})
		}
	}
}

// web checks the address of something that is reached over HTTP.
func (d *decoder) web(address Text, path string) {
	if d.bad(path) {
		return
	}
	u, err := url.Parse(address.Reveal())
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		d.fail(d.near(path), path, fault{
			code: CodeBadValue, reason: "no address of a web server: " + quote(address.String()), got: address.String(), want: "http://HOST:PORT/PATH, or https",
		})
	}
}

// machine asks the alert machine what it thinks of the spec. What is refused already is not complained about again, nor what bears a name that
// is there twice: which one is meant the machine does not say.
func (d *decoder) machine(a Alerts, spec alert.Spec) {
	for _, one := range joined(spec.Validate()) {
		var e *alert.FieldError
		if !errors.As(one, &e) {
			continue
		}
		at := ""
		switch e.Kind {
		case "rule":
			at = only("alerts.rules", a.Rules, func(r AlertRule) bool { return r.Name == e.Subject })
		case "route":
			at = only("alerts.routes", a.Routes, func(r AlertRoute) bool { return r.Name == e.Subject })
		}
		path := at + "." + e.Field
		if at == "" || e.Field == "name" || e.Field == "series" || d.badBelow(path) {
			continue
		}
		d.fail(d.near(path), path, fault{code: CodeConflict, reason: e.Reason})
	}
}

// only returns the path of the one item that is meant; empty if none is, or several are.
func only[E any](path string, items []E, meant func(E) bool) string {
	first := slices.IndexFunc(items, meant)
	if first < 0 || slices.ContainsFunc(items[first+1:], meant) {
		return ""
	}
	return item(path, first)
}

// badBelow reports whether a key or something in it is refused already.
func (d *decoder) badBelow(path string) bool {
	if d.refused[path] {
		return true
	}
	for p := range d.refused {
		if strings.HasPrefix(p, path+"[") {
			return true
		}
	}
	return false
}
