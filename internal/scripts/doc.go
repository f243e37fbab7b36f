// SPDX-License-Identifier: MPL-2.0

// Package scripts tests the scripts in tools/. It has no code of its own.
package scripts
