// SPDX-License-Identifier: MPL-2.0

// Package live has tests alone. They run in a real account, if they are asked to,
// and say which statements about the API, of those that nobody of this project has
// been able to check, its answers confirm. `make testacc-live` prints them.
package live
