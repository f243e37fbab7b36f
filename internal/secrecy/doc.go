// SPDX-License-Identifier: MPL-2.0

// Package secrecy has tests alone. They give real Terraform and the emulator secrets
// that can be recognised anywhere, let profiles live and everything go wrong with logs
// at their most talkative, and look for the secrets in all that is left behind.
package secrecy
