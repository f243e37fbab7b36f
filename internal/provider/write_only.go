// SPDX-License-Identifier: MPL-2.0

package provider

import "github.com/hashicorp/terraform-plugin-go/tfprotov6"

// notAllowed is the summary of the framework's error about a write-only attribute in Terraform before 1.11. See
// AttributeValidate in internal/fwserver/attribute_validation.go of hashicorp/terraform-plugin-framework v1.19.0.
const notAllowed = "WriteOnly Attribute Not Allowed"

// explainWriteOnly changes the framework's error about a write-only attribute in Terraform before 1.11. The error
// no longer points at the attribute, because Terraform would print the line with its value.
func explainWriteOnly(diags []*tfprotov6.Diagnostic) {
	for _, d := range diags {
		if d.Summary == notAllowed {
			d.Attribute = nil
			d.Detail += " OpenTofu supports them since 1.11. Update Terraform or OpenTofu, or set the attribute without _wo: then the state contains its value."
		}
	}
}
