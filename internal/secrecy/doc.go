// SPDX-License-Identifier: MPL-2.0

// Package secrecy contains only tests. They give recognisable secrets to real Terraform
// and to the emulator, and search everything that Terraform, the provider and the
// emulator write for them.
package secrecy
