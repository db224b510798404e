// SPDX-License-Identifier: Apache-2.0

package work_test

func childNode(dir string) error { return nil }
