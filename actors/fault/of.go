// SPDX-License-Identifier: Apache-2.0

package fault

// Fault is what can be said of an error: the form in which it is logged, shown and decided upon. The zero Fault is that of nil.
type Fault struct {
	// Code is what the error goes by.
	Code Code `json:"code"`
	// Name is the code's name.
	Name string `json:"name"`
	// Severity is how bad it is.
	Severity Severity `json:"severity"`
	// Retry is what to do after it.
	Retry Retry `json:"retry"`
	// Chain are the codes of the error and of what lies behind it, from the outermost to the cause; Code is one of them.
	Chain []Code `json:"chain,omitempty"`
	Place        // where it happened
	// Text is the error's own text.
	Text string `json:"message"`
	// Advice says what to do about it.
	Advice string `json:"advice,omitempty"`
}

// deepest is how far the causes of an error are followed.
const deepest = 64

// Of says what an error is. It goes by the outermost code that does not merely bring the news of another, in wrapped and in joined errors; of
// joined ones by the worst, of equally bad ones by one that no repetition helps, then by the first. Errors of the standard library that have a
// meaning here, such as context.DeadlineExceeded and a full disk, have codes as well. Any other error has the code Unknown.
func Of(err error) Fault {
	if err == nil {
		return Fault{}
	}
	f := judge(err, 0)
	if f.Code == 0 {
		unknown, _ := Lookup(Unknown)
		retry := f.Retry
		f.take(unknown, err)
		if retry != (Retry{}) {
			f.Retry = retry
		}
	}
	f.Text = err.Error()
	return f
}

// CodeOf returns the code that an error goes by; zero for nil.
func CodeOf(err error) Code { return Of(err).Code }

// Cause returns the innermost code: what is behind it all.
func (f Fault) Cause() Code {
	if len(f.Chain) == 0 {
		return f.Code
	}
	return f.Chain[len(f.Chain)-1]
}

// Worst returns the highest severity of the error and of what lies behind it: a crash over a full disk is as bad as the full disk.
func (f Fault) Worst() Severity {
	worst := f.Severity
	for _, c := range f.Chain {
		if e, ok := Lookup(c); ok {
			worst = max(worst, e.Severity)
		}
	}
	return worst
}

// Ours reports whether the error has a code of its own, and was not only recognised or unknown.
func (f Fault) Ours() bool { return f.Code != 0 && f.Code != Unknown && !f.foreign() }

func (f Fault) foreign() bool { return f.Code >= firstForeign && f.Code <= lastForeign }

// judge looks at an error and at what lies behind it. A Fault without code says that neither is known.
func judge(err error, depth int) Fault {
	if err == nil || depth > deepest {
		return Fault{}
	}
	inner := causeOf(err, depth)
	entry, known := entryOf(err)
	if !known && inner.Code == 0 {
		entry, known = recognise(err)
	}
	switch {
	case known && (inner.Code == 0 || !entry.Wraps):
		inner.take(entry, err)
	case known:
		inner.lead(entry.Code)
	default:
		if a, ok := err.(Advised); ok { //nolint:errorlint // this very error is asked
			inner.Retry = a.FaultRetry()
		}
	}
	if p, ok := err.(Placed); ok { //nolint:errorlint // this very error is asked
		inner.Place = inner.within(p.FaultPlace())
	}
	return inner
}

// causeOf judges what an error wraps.
func causeOf(err error, depth int) Fault {
	switch w := err.(type) { //nolint:errorlint // one layer at a time
	case interface{ Unwrap() error }:
		return judge(w.Unwrap(), depth+1)
	case interface{ Unwrap() []error }:
		var worst Fault
		for i, cause := range w.Unwrap() {
			if f := judge(cause, depth+1); i == 0 || f.outranks(worst) {
				worst = f
			}
		}
		return worst
	}
	return Fault{}
}

// outranks reports whether a fault is to stand for another that it is joined with.
func (f Fault) outranks(other Fault) bool {
	if f.Severity != other.Severity {
		return f.Severity > other.Severity
	}
	return f.Retry.Class == None && other.Retry.Class != None
}

// take makes an entry what the error goes by.
func (f *Fault) take(e Entry, err error) {
	f.Code, f.Name, f.Severity, f.Retry, f.Advice = e.Code, e.Name, e.Severity, e.Retry, e.Advice
	f.lead(e.Code)
	if e.Retry.Class == Custom {
		if a, ok := err.(Advised); ok { //nolint:errorlint // this very error is asked
			f.Retry = a.FaultRetry()
		}
	}
}

// lead puts a code before those of its causes; a type and the sentinel that it unwraps to are one.
func (f *Fault) lead(c Code) {
	if len(f.Chain) == 0 || f.Chain[0] != c {
		f.Chain = append([]Code{c}, f.Chain...)
	}
}

// entryOf returns the entry that an error names itself.
func entryOf(err error) (Entry, bool) {
	switch e := err.(type) { //nolint:errorlint // this very error is asked
	case Described:
		return e.FaultEntry(), true
	case Coded:
		return Lookup(e.FaultCode())
	}
	return Entry{}, false
}
