// SPDX-License-Identifier: Apache-2.0

package registry

import "mabeam.dev/actors"

// expire forgets agents that ended long ago and did not come back.
func (o *owner) expire(ctx *actors.Context[message]) error {
	if err := o.publish(ctx); err != nil { // what is in the draft may bring one back
		return err
	}
	until := ctx.Now().Add(-o.r.options.Retention)
	_, err := o.tables.past.DeleteWhere(func(_ ID, g grave) bool { return !g.at.After(until) })
	return err
}
