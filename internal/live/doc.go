// SPDX-License-Identifier: MPL-2.0

// Package live contains only tests. They compare a real account with CONTRACT.md: with the
// statements that only an account can confirm. `make testacc-live` runs them and prints a
// report. Other tests of the package do the same with the emulator.
package live
