// SPDX-License-Identifier: MPL-2.0

// Package examples contains only tests. They run the examples and the commands of the guides
// with the built provider against the emulator.
package examples
