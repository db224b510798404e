// SPDX-License-Identifier: Apache-2.0

package alert

import "time"

// Sent says that a delivery has arrived. It reports whether the route was failing before. Until Sent or Failed the route gets no other.
func (m *Machine) Sent(d Delivery) (recovered bool) {
	r := m.settle(d)
	if r == nil {
		return false
	}
	recovered = r.failing
	r.failing = false
	return recovered
}

// Failed says that a delivery has not arrived: what is still true of it is told again after the route's Retry. It reports whether the
// route was in order before.
func (m *Machine) Failed(now time.Time, d Delivery) (broke bool) {
	r := m.settle(d)
	if r == nil {
		return false
	}
	i := m.routeIndex(d.Route)
	broke = !r.failing
	r.failing, r.notNow = true, now.Add(m.spec.Routes[i].Retry)
	m.untell(i, d.ID)
	return broke
}

// settle ends the wait for the fate of a delivery; nil if nobody waits for it.
func (m *Machine) settle(d Delivery) *routeState {
	i := m.routeIndex(d.Route)
	if i < 0 || m.routes[i].busy != d.ID {
		return nil
	}
	m.routes[i].busy = 0
	return m.routes[i]
}

// untell takes back what a route was told by a delivery.
func (m *Machine) untell(route int, delivery uint64) {
	for _, known := range m.alerts {
		for _, a := range known {
			if route < len(a.told) && a.told[route].delivery == delivery {
				t := &a.told[route]
				t.what, t.at, t.delivery = t.before, time.Time{}, 0
			}
		}
	}
}
