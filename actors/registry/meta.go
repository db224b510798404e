// SPDX-License-Identifier: Apache-2.0

package registry

import "mabeam.dev/actors"

// PutMeta stores a value that belongs to the registry as a whole under a name, in place of what was there.
func PutMeta[T any, K comparable, V any](r *Registry[K, V], name string, value T) error {
	if err := r.ended(); err != nil {
		return err
	}
	r.meta.Store(name, value)
	return nil
}

// Meta returns what PutMeta stored under a name. Errors: ErrNoMeta if nothing is, actors.ErrWrongType if it is of another type, *EndedError.
func Meta[T any, K comparable, V any](r *Registry[K, V], name string) (T, error) {
	var none T
	if err := r.ended(); err != nil {
		return none, err
	}
	found, ok := r.meta.Load(name)
	if !ok {
		return none, &refusal{"read metadata", name, ErrNoMeta}
	}
	value, ok := found.(T)
	if !ok {
		return none, &refusal{"read metadata", name, actors.ErrWrongType}
	}
	return value, nil
}

// DeleteMeta takes away what is stored under a name, which may be nothing.
func (r *Registry[K, V]) DeleteMeta(name string) error {
	if err := r.ended(); err != nil {
		return err
	}
	r.meta.Delete(name)
	return nil
}
