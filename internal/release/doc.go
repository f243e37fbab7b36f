// SPDX-License-Identifier: MPL-2.0

// Package release has no code, only tests: of the configuration that a release is
// made by, and, where they are given the directory of one, of a release itself.
package release
