// SPDX-License-Identifier: Apache-2.0

package config

import "strings"

// retention refuses a class that would take from a queue what its state is rebuilt from: the node would lose tasks, and not start again.
func (d *decoder) retention(classes []Retention, queues []Queue) {
	for _, q := range queues {
		stream := "work/" + q.Queue
		for i, c := range classes {
			if !c.names(stream) {
				continue
			}
			at := item("journal.retention", i)
			for _, key := range []struct {
				name string
				set  bool
			}{{".unowned", c.Unowned}, {".forced", c.Forced}} {
				if key.set && !d.bad(at+key.name) {
					d.fail(d.near(at+key.name), at+key.name, fault{
						code: CodeConflict, reason: "the state of the queue " + quote(q.Queue) + " is rebuilt from the stream " + stream, hint: "leave the key out, or name other streams",
					})
				}
			}
			break // a stream belongs to the first class that names it
		}
	}
}

// names reports whether a stream belongs to the class if no other does.
func (c Retention) names(stream string) bool {
	for _, beginning := range c.Streams {
		if strings.HasPrefix(stream, beginning) {
			return true
		}
	}
	return false
}
