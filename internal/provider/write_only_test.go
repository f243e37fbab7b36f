// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// Terraform prints the line of the configuration that an error points at. So the error points at none.
func TestProvider_TerraformWithoutWriteOnly_ErrorHasNoValue(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t).WithoutWriteOnly()
	for _, attribute := range []string{"callback_url_wo", "callback_url2_wo"} {
		for _, value := range []any{"https://user:s3cret@a.example/", acctest.Unknown} {
			diags := p.ValidateResource(t, messagingProfile, acctest.Values{"name": "a", attribute: value, attribute + "_version": 1})
			acctest.WantDiagnostics(t, diags, acctest.Error("WriteOnly Attribute Not Allowed",
				"The resource contains a non-null value for WriteOnly attribute "+attribute+". Write-only attributes are only supported in Terraform 1.11 and later. "+
					"OpenTofu supports them since 1.11. Update Terraform or OpenTofu, or set the attribute without _wo: then the state contains its value."))
		}
	}
	both := p.ValidateResource(t, messagingProfile, acctest.Values{"name": "a", "callback_url_wo": "https://s3cret.example", "callback_url2_wo": "https://s3cret.example"})
	if text := acctest.Describe(both); len(both) != 2 || strings.Contains(text, "AttributeName") || strings.Contains(text, "s3cret") {
		t.Errorf("got %s", text)
	}
}

// Everything else works.
func TestProvider_TerraformWithoutWriteOnly_OtherAttributesWork(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t).WithoutWriteOnly()
	state := acctest.State{}
	for _, config := range []acctest.Values{
		{"name": "a", "callback_url": "https://a.example/"}, {"name": "b", "callback_url": "https://b.example/", "callback_url2": "https://c.example/"}, {"name": "b"},
	} {
		acctest.NoDiagnostics(t, p.ValidateResource(t, messagingProfile, config))
		state = p.Converge(t, messagingProfile, state, config)
		read, diags := p.Read(t, messagingProfile, state)
		acctest.NoDiagnostics(t, diags)
		if planned, diags := p.Plan(t, messagingProfile, read, config); len(diags) > 0 || !planned.Value.Equal(state.Value) {
			t.Errorf("the next plan is %v\n%s", planned.Values(), acctest.Describe(diags))
		}
		if got := state.Values()["callback_url"]; got != config["callback_url"] {
			t.Errorf("callback_url is %v", got)
		}
	}
	acctest.NoDiagnostics(t, p.ValidateResource(t, messagingProfile, acctest.Values{"name": "a", "callback_url_wo": nil}))
}

// Other errors keep their path.
func TestProvider_OtherErrors_PointAtAttribute(t *testing.T) {
	t.Parallel()
	diags := acctest.NewProtocol(t).ValidateResource(t, messagingProfile, acctest.Values{"name": "a", "long_code_weight": 10})
	acctest.WantError(t, diags, "long_code_weight", "Invalid Attribute Value")
}
