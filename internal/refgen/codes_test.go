// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors/fault"
)

// Holds: ERR-1
func TestEveryExportedErrorHasACodeOfItsOwn(t *testing.T) {
	s := repository(t)
	require.Greater(t, len(s.claims()), 200)
	for _, err := range s.uncoded(fault.All()) {
		t.Error(err)
	}
}

// The archive is a module whose errors and table of codes differ in every way; its file "want" lists what must be found.
func TestEveryDifferenceBetweenErrorsAndCodesIsReportedWithItsRemedy(t *testing.T) {
	s, want := planted(t, "testdata/codes.txtar")
	got := strings.Split(errors.Join(s.uncoded([]fault.Entry{
		{Code: 2101, Name: "shop.ErrShut", Also: []string{"shop.ErrAlias", "shop.ErrUnlike"}},
		{Code: 2102, Name: "shop.LockedError", Also: []string{"shop.ErrLocked", "shop.ErrOdd"}},
		{Code: 2103, Name: "shop.ErrWithdrawn"},
		{Code: 2104, Name: "syscall.ENOSPC"},
		{Code: 2105, Name: "gone.ErrGone"},
		{Code: 2106, Name: "shop.WhenOpen"},
	})...).Error(), "\n")
	slices.Sort(got)
	assert.Equal(t, want, got)
}
