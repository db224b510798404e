// SPDX-License-Identifier: Apache-2.0

package config

// joined are the errors that one call has found; none of nil.
func joined(err error) []error {
	if err == nil {
		return nil
	}
	if all, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // the joined errors of one call
		return all.Unwrap()
	}
	return []error{err}
}
