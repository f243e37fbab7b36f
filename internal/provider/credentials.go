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

// conflict returns an error if the provider block has both a token and a login, or nil.
func (m model) conflict() diag.Diagnostic {
	var other string
	switch {
	case !isSet(m.Token):
		return nil
	case isSet(m.Email):
		other = email.name
	case isSet(m.Password):
		other = password.name
	default:
		return nil
	}
	return diag.NewErrorDiagnostic(conflicting, fmt.Sprintf("The attributes token and %s are both set. Remove one of them. %s", other, credentialsHint))
}

// isSet reports whether a value is neither null nor unknown.
func isSet(value attr.Value) bool { return !value.IsNull() && !value.IsUnknown() }

// credentials returns a token or a login. If the provider block has one of these
// attributes, the block decides which. The environment then only adds the other half of a
// login.
func (m model) credentials(diags *diag.Diagnostics) opentact.Credentials {
	if conflict := m.conflict(); conflict != nil {
		diags.Append(conflict)
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
func (m model) login(diags *diag.Diagnostics) opentact.Credentials {
	address, addressSource := email.resolve(m.Email, diags)
	secret, secretSource := password.resolve(m.Password, diags)
	if addressSource == "" {
		diags.Append(missingHalf(email, secretSource))
	}
	if secretSource == "" {
		diags.Append(missingHalf(password, addressSource))
	}
	return opentact.Credentials{Email: address, Password: secret, Source: addressSource + " and " + secretSource}
}

// missingHalf returns the error about the half of a login that nothing sets. otherSource is the source of
// the other half.
func missingHalf(half setting[string], otherSource string) diag.Diagnostic {
	text := fmt.Sprintf("%[1]s must be set, because %[2]s is set. Set the attribute %[1]s or the environment variable %[3]s.", half.name, otherSource, half.variable())
	if token.environment() != "" {
		text += fmt.Sprintf(" The provider ignores %s, because the provider block has a login.", token.variable())
	}
	return diag.NewErrorDiagnostic(missing, text)
}
