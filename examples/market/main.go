// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"mabeam.dev/agents"
	"mabeam.dev/cmd/runtime/app"
)

// checksum makes agents that hash the text of a task. The one named hasty fails at every task: it wins while nobody is cheaper, is not paid, and the
// task is bid for again.
func checksum() agents.Kind {
	return agents.Native("checksum", "Hashes text.", func(s agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(_ context.Context, t agents.Task) (json.RawMessage, error) {
			var text string
			if err := json.Unmarshal(t.Input, &text); err != nil {
				return nil, agents.Permanent("input", err.Error())
			}
			if s.ID == "hasty" {
				return nil, errors.New("done before it was begun")
			}
			sum := sha256.Sum256([]byte(text))
			return json.Marshal(hex.EncodeToString(sum[:]))
		}), nil
	})
}

func main() { app.Main(app.Kind(checksum())) }
