// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"go/ast"
	"regexp"
	"slices"
	"strings"
)

// messagesPage lists what crosses a node's border as JSON: the agent protocol, task and outcome lines, and HTTP.
func messagesPage(s *source) (string, error) {
	var b strings.Builder
	b.WriteString(banner("the types that are written and read") + `# Messages

Everything that crosses a node's border. Lines are JSON objects in UTF-8, one a line; readers pass over keys that they do not know,
but for task lines, where an unknown key is an error.

`)
	err := errors.Join(
		wire(&b, s, "Lines from an agent program", "What a program writes to standard output. The key `type` says what a line is.", "wireType"),
		wire(&b, s, "Lines to an agent program", "What a program reads from standard input. `type` stands first.", "commandType"),
		taskLines(&b, s),
		outcomeLines(&b, s),
		endpoints(&b, s),
	)
	return strings.TrimRight(b.String(), "\n") + "\n", err
}

// wire lists the messages of one direction of the agent protocol: the types with the method that names them.
func wire(b *strings.Builder, s *source, title, intro, method string) error {
	b.WriteString("## " + title + "\n\n" + intro + "\n\n")
	var errs []error
	n := 0
	for _, t := range s.pkg("agents/exec/protocol").types {
		fn := t.methods[method]
		if fn == nil {
			continue
		}
		n++
		name := returned(fn)
		if name == "" || t.doc == nil {
			errs = append(errs, problem(t.pkg.at[t.spec], t.spec.Pos(), "message %s has no literal name or no comment", t.name))
		}
		b.WriteString("### " + name + "\n\n" + prose(t.doc) + "\n\n")
		errs = append(errs, jsonFields(b, t))
	}
	if n == 0 {
		errs = append(errs, errors.New("refgen: agents/exec/protocol: no type has the method "+method))
	}
	return errors.Join(errs...)
}

// taskLines lists the keys that the reader of task lines knows, with the comments of the fields that they fill.
func taskLines(b *strings.Builder, s *source) error {
	b.WriteString("## Task lines\n\nWhat a queue reads from a file of tasks or from standard input. `id` and `kind` are required.\n\n")
	keys, ok := s.pkg("agents/work/lines").value("keys")
	lit, isLit := keys.expr.(*ast.CompositeLit)
	task := s.pkg("agents/work/plan").typ("Task")
	if !ok || !isLit || task == nil {
		return errors.New("refgen: the keys of task lines cannot be read")
	}
	var rows [][]string
	for _, e := range lit.Elts {
		key, _ := literal(e)
		all := task.fields()
		i := slices.IndexFunc(all, func(f field) bool { return strings.EqualFold(f.name, key) })
		if i < 0 || all[i].doc == "" {
			return problem(keys.file, e.Pos(), "key %q fills no field of a task that has a comment", key)
		}
		rows = append(rows, []string{code(key), jsonType(all[i].typ), all[i].doc})
	}
	table(b, []string{"Key", "Type", "Meaning"}, rows)
	return nil
}

func outcomeLines(b *strings.Builder, s *source) error {
	b.WriteString("## Outcome lines\n\nWhat a queue writes to a file of results or to standard output, one line a task.\n\n")
	return errors.Join(body(b, s, "agents/work/lines", "Outcome"), body(b, s, "agents/work/lines", "Attempt"))
}

// body writes a type with its JSON keys.
func body(b *strings.Builder, s *source, path, name string) error {
	p := s.pkg(path)
	if p.typ(name) == nil {
		return errors.New("refgen: " + path + "." + name + " is missing")
	}
	b.WriteString("### " + code(name) + "\n\n" + prose(p.typ(name).doc) + "\n\n")
	return jsonFields(b, p.typ(name))
}

var (
	endpointLine = regexp.MustCompile(`(?m)^\s*- ((?:GET|POST|PUT|DELETE) /\S*): ((?:.+\n?)(?:^ {3,}\S.*\n?)*)`)
	handled      = regexp.MustCompile(`^(GET|POST|PUT|DELETE) /`)
)

// endpoints lists what a node serves over HTTP, views first, and the bodies of requests and answers.
func endpoints(b *strings.Builder, s *source) error {
	b.WriteString("## HTTP\n\nWhat a node serves on its loopback address and on its unix socket.\n\n")
	errs := []error{served(b, s, "Handler")}
	for _, name := range []string{"Health", "Phase", "TreeAnswer"} {
		errs = append(errs, body(b, s, "internal/admin", name))
	}
	errs = append(errs, body(b, s, "supervision", "Node"))
	b.WriteString("## HTTP: tasks and queues\n\n")
	errs = append(errs, served(b, s, "Tasks"))
	for _, name := range []string{
		"ReceiptsAnswer", "Receipt", "TaskAnswer", "TaskView", "TaskEvent", "TasksAnswer", "QueuesAnswer", "QueueView", "BlockView", "AgentView", "Order",
		"ProblemAnswer", "Problem",
	} {
		errs = append(errs, body(b, s, "internal/admin", name))
	}
	b.WriteString("## HTTP: telemetry\n\n")
	errs = append(errs, served(b, s, "Watch"))
	for _, name := range []string{
		"AlertsAnswer", "AlertView", "SilenceView", "AlertOrder", "CrashesAnswer", "CrashView", "AgentMetricsAnswer", "AgentMetricView", "WindowView",
		"SeriesAnswer", "ReadingView",
	} {
		errs = append(errs, body(b, s, "internal/admin", name))
	}
	return errors.Join(append(errs, codes(b, s.pkg("internal/admin")))...)
}

// codes lists the words that a problem may have for its code, in the order of the source.
func codes(b *strings.Builder, p *pkg) error {
	var rows [][]string
	for _, v := range p.values {
		if word, ok := literal(v.expr); ok && v.isConst && strings.HasPrefix(v.name, "Code") {
			rows = append(rows, []string{code(word), prose(v.own)})
		}
	}
	if len(rows) == 0 {
		return errors.New("refgen: internal/admin has no codes of problems")
	}
	table(b, []string{"Code", "Meaning"}, rows)
	return nil
}

// served lists what a function that makes a handler serves: the patterns from its code, the sentences from its comment. They must agree. What
// the comment says besides stands above the table.
func served(b *strings.Builder, s *source, name string) error {
	p := s.pkg("internal/admin")
	i := slices.IndexFunc(p.funcs, func(fn *ast.FuncDecl) bool { return fn.Recv == nil && fn.Name.Name == name })
	if i < 0 {
		return errors.New("refgen: internal/admin has no " + name)
	}
	fn := p.funcs[i]
	if name != "Handler" {
		intro, _, _ := strings.Cut(fn.Doc.Text(), "\n\n")
		b.WriteString(cell(strings.TrimPrefix(intro, name+" serves them. ")) + "\n\n")
	}
	said := map[string]string{}
	for _, m := range endpointLine.FindAllStringSubmatch(fn.Doc.Text(), -1) {
		said[m[1]] = m[2]
	}
	var rows [][]string
	var errs []error
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok {
			return true
		}
		pattern, _ := literal(lit)
		if !handled.MatchString(pattern) {
			return true
		}
		if said[pattern] == "" {
			errs = append(errs, problem(p.at[fn], lit.Pos(), "the comment of %s has no line for %q", name, pattern))
		}
		rows = append(rows, []string{code(pattern), cell(said[pattern])})
		delete(said, pattern)
		return true
	})
	for pattern := range said {
		errs = append(errs, problem(p.at[fn], fn.Pos(), "the comment of %s promises %q, which it does not serve", name, pattern))
	}
	table(b, []string{"Request", "Answer"}, rows)
	return errors.Join(errs...)
}
