// SPDX-License-Identifier: Apache-2.0

package registry

// EntriesLeft is what a registry still holds on to: entries and the processes that have them.
func EntriesLeft[K comparable, V any](r *Registry[K, V]) int {
	return r.index.Size() + r.holders.Size()
}
