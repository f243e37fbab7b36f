// SPDX-License-Identifier: MPL-2.0

// Package release contains only tests. They check the rules of the Terraform Registry that
// `goreleaser check` does not know, the packages in the provider, the container image, and the
// workflows.
package release
