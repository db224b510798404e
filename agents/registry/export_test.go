// SPDX-License-Identifier: Apache-2.0

package registry

// Passing has at called in the owner's turns when a commit has come to a point.
func (r *Registry) Passing(at func(point string)) { r.passing = at }
