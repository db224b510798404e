// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheJobThatAdaptsGetsMoreDoneThanTheFixedOne(t *testing.T) {
	for seed := range uint64(3) {
		synctest.Test(t, func(t *testing.T) { gainsBy(t, seed) })
	}
}

func gainsBy(t *testing.T, seed uint64) {
	const every = 20 * time.Second
	fixed, adaptive, why, err := compare(t.Context(), every, seed)
	require.NoError(t, err)
	lines, ratio := summary(fixed, adaptive, every)
	t.Log("\n" + strings.Join(append(lines, why...), "\n"))
	assert.Greater(t, ratio, 1.2)
	for _, s := range adaptive.samples() {
		assert.True(t, s.parallelism >= 1 && s.parallelism <= 32 && s.chunk >= 1 && s.chunk <= 128, "%+v", s)
	}
	for _, s := range fixed.samples() {
		require.Equal(t, [2]int64{parallelism, chunk}, [2]int64{s.parallelism, s.chunk})
	}
	picture := xml.NewDecoder(strings.NewReader(plot(fixed, adaptive, every)))
	for {
		if _, err := picture.Token(); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
	}
}
