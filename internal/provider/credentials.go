// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

const (
	missing         = "Missing Provider Configuration"
	conflicting     = "Conflicting Provider Configuration"
	credentialsHint = "The provider needs either a token (OPENTACT_TOKEN or the provider's attribute token), " +
		"or an e-mail address and a password to log in with (OPENTACT_EMAIL and OPENTACT_PASSWORD, or the attributes email and password)."
)

// checkConflict refuses a block that has both ways to be let in.
func (m model) checkConflict(diags *diag.Diagnostics) {
	for _, s := range []struct {
		name  string
		value attr.Value
	}{{email.name, m.Email}, {password.name, m.Password}} {
		if isSet(m.Token) && isSet(s.value) {
			diags.AddError(conflicting, fmt.Sprintf("Attributes token and %s are both set: remove one of them. %s", s.name, credentialsHint))
			return
		}
	}
}

// isSet tells whether an attribute certainly has a value.
func isSet(value attr.Value) bool { return !value.IsNull() && !value.IsUnknown() }

// credentials picks the way to be let in. The block says which, and the
// environment completes it; only where the block has neither does the
// environment choose.
func (m model) credentials(diags *diag.Diagnostics) opentact.Credentials {
	if m.checkConflict(diags); diags.HasError() {
		return opentact.Credentials{}
	}
	inBlock := isSet(m.Token) || isSet(m.Email) || isSet(m.Password)
	byToken := isSet(m.Token) || !inBlock && token.environment() != ""
	byLogin := isSet(m.Email) || isSet(m.Password) || !inBlock && (email.environment() != "" || password.environment() != "")
	switch {
	case byToken && byLogin:
		other := email.variable()
		if email.environment() == "" {
			other = password.variable()
		}
		diags.AddError(conflicting, fmt.Sprintf("The environment variables %s and %s are both set: unset one of them. %s", token.variable(), other, credentialsHint))
		return opentact.Credentials{}
	case byToken:
		value, source := token.resolve(m.Token, diags)
		return opentact.Credentials{Token: value, Source: source}
	case byLogin:
		return m.login(diags)
	default:
		diags.AddError(missing, "No credentials are set. "+credentialsHint)
		return opentact.Credentials{}
	}
}

// login needs both halves, wherever each comes from.
func (m model) login(diags *diag.Diagnostics) (c opentact.Credentials) {
	var from, and string
	c.Email, from = email.resolve(m.Email, diags)
	c.Password, and = password.resolve(m.Password, diags)
	for _, half := range []struct{ source, name, variable, other string }{
		{from, email.name, email.variable(), "a password"},
		{and, password.name, password.variable(), "an e-mail address"},
	} {
		if half.source != "" {
			continue
		}
		text := fmt.Sprintf("Attribute %s: it is not set, and there is %s to log in with. Set the environment variable %s, or the provider's attribute %s.",
			half.name, half.other, half.variable, half.name)
		if token.environment() != "" {
			text += fmt.Sprintf(" %s does not count, because the provider block is about a login.", token.variable())
		}
		diags.AddError(missing, text)
	}
	c.Source = from + " and " + and
	return c
}
