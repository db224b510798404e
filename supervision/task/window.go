// SPDX-License-Identifier: Apache-2.0

package task

// ahead is how many times as many results as tasks may run at once may wait for one that is late. Without a limit a slow item would have
// the whole input read into memory.
const ahead = 16

// window is what of a stream has been started and not been handed out, in order: the decisions of a stream without its processes.
type window[T any] struct {
	atOnce  int // tasks that may run at once
	running int
	first   int // index of the first entry
	entries []entry[T]
}

type entry[T any] struct {
	ended bool
	value T
	err   error
}

// room tells whether another task may be started.
func (w *window[T]) room() bool { return w.running < w.atOnce && len(w.entries) < ahead*w.atOnce }

// begin enters a task that is being started and returns its index.
func (w *window[T]) begin() int {
	w.running++
	w.entries = append(w.entries, entry[T]{})
	return w.first + len(w.entries) - 1
}

// end notes how the task of an index has ended.
func (w *window[T]) end(i int, v T, err error) {
	w.running--
	w.entries[i-w.first] = entry[T]{true, v, err}
}

// ready tells whether the next result in order is there.
func (w *window[T]) ready() bool { return len(w.entries) > 0 && w.entries[0].ended }

// take hands out the next result in order, which must be ready.
func (w *window[T]) take() (T, error) {
	e := w.entries[0]
	w.entries[0] = entry[T]{}
	w.entries = w.entries[1:]
	w.first++
	return e.value, e.err
}

// empty tells whether nothing is started that was not handed out.
func (w *window[T]) empty() bool { return len(w.entries) == 0 }
