// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"

	"mabeam.dev/cognitive/kind"
)

// Add adds a variable of any kind but a composite: what programs use that read the kind from a file. Lookup gives its handle.
func (s *Space) Add(ctx context.Context, name string, k kind.Kind, settings ...Setting) error {
	d := &definition{name: name, kind: k}
	d.settle(gathered(settings))
	return s.add(ctx, d)
}
