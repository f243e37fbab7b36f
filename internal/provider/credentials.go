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
	credentialsHint = "Set either a token (attribute token or environment variable OPENTACT_TOKEN), or an e-mail address and a password " +
		"(attributes email and password, or environment variables OPENTACT_EMAIL and OPENTACT_PASSWORD)."
)

// checkConflict adds an error if the provider block has both a token and a login.
func (m model) checkConflict(diags *diag.Diagnostics) {
	for _, s := range []struct {
		name  string
		value attr.Value
	}{{email.name, m.Email}, {password.name, m.Password}} {
		if isSet(m.Token) && isSet(s.value) {
			diags.AddError(conflicting, fmt.Sprintf("The attributes token and %s are both set. Remove one of them. %s", s.name, credentialsHint))
			return
		}
	}
}

// isSet reports whether a value is neither null nor unknown.
func isSet(value attr.Value) bool { return !value.IsNull() && !value.IsUnknown() }

// credentials returns a token or a login. If the provider block has one of these
// attributes, the block decides which. The environment then only adds the other half of a
// login.
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
		diags.AddError(conflicting, fmt.Sprintf("The environment variables %s and %s are both set. Unset one of them. %s", token.variable(), other, credentialsHint))
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

// login returns the e-mail address and the password. Each comes from the provider block or
// the environment.
func (m model) login(diags *diag.Diagnostics) (c opentact.Credentials) {
	var emailSource, passwordSource string
	c.Email, emailSource = email.resolve(m.Email, diags)
	c.Password, passwordSource = password.resolve(m.Password, diags)
	for _, half := range []struct{ source, name, variable, other string }{
		{emailSource, email.name, email.variable(), passwordSource},
		{passwordSource, password.name, password.variable(), emailSource},
	} {
		if half.source != "" {
			continue
		}
		text := fmt.Sprintf("%s must be set, because %s is set. Set the attribute %s or the environment variable %s.", half.name, half.other, half.name, half.variable)
		if token.environment() != "" {
			text += fmt.Sprintf(" The provider ignores %s, because the provider block has a login.", token.variable())
		}
		diags.AddError(missing, text)
	}
	c.Source = emailSource + " and " + passwordSource
	return c
}
