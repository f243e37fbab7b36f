// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

const (
	missing     = "Missing Provider Configuration"
	conflicting = "Conflicting Provider Configuration"

	keyHint   = "an API key (attribute api_key or environment variable OPENTACT_API_KEY)"
	loginHint = "an e-mail address and a password (attributes email and password, or environment variables OPENTACT_EMAIL and OPENTACT_PASSWORD)"
	tokenHint = "a token (attribute token or environment variable OPENTACT_TOKEN)" //nolint:gosec // no token
	waysHint  = "Set exactly one of these: " + keyHint + ", " + loginHint + ", or " + tokenHint + "."
)

// credential is a setting that authenticates the provider, alone or with the other half of a login.
type credential struct {
	setting[string]
	// configured is the value of the attribute.
	configured types.String
	// target gets the value.
	target *string
}

// way is a way to authenticate. It needs all of its credentials.
type way []credential

// ways returns all ways to authenticate. Their targets are the fields of target.
func (m model) ways(target *opentact.Credentials) []way {
	return []way{
		{{apiKey, m.APIKey, &target.APIKey}},
		{{email, m.Email, &target.Email}, {password, m.Password, &target.Password}},
		{{token, m.Token, &target.Token}},
	}
}

// place is a place that may contain credentials.
type place struct {
	// noun names the settings of the place in messages.
	noun string
	// nameOf returns the name that a credential has in this place, or "" if the place does not contain it.
	nameOf func(credential) string
}

var (
	inBlock = place{"attributes", func(c credential) string {
		if isSet(c.configured) {
			return c.name
		}
		return ""
	}}
	inEnvironment = place{"environment variables", func(c credential) string {
		if c.environment() != "" {
			return c.variable()
		}
		return ""
	}}
)

// isSet reports whether a value is neither null nor unknown.
func isSet(value attr.Value) bool { return !value.IsNull() && !value.IsUnknown() }

// choose returns the way that has credentials in the place, or nil. If several ways have credentials there, choose
// returns one of them and an error.
func (p place) choose(ways []way) (chosen way, conflict diag.Diagnostic) {
	var names []string
	several := false
	for _, w := range ways {
		var set []string
		for _, c := range w {
			if name := p.nameOf(c); name != "" {
				set = append(set, name)
			}
		}
		if len(set) > 0 {
			several = chosen != nil
			chosen, names = w, append(names, set...)
		}
	}
	if !several {
		return chosen, nil
	}
	last := len(names) - 1
	return chosen, diag.NewErrorDiagnostic(conflicting, fmt.Sprintf("The %s %s and %s are set, but the provider authenticates in only one way. %s",
		p.noun, strings.Join(names[:last], ", "), names[last], waysHint))
}

// conflict returns an error if the provider block has credentials of several ways, or nil.
func (m model) conflict() diag.Diagnostic {
	_, conflict := inBlock.choose(m.ways(new(opentact.Credentials)))
	return conflict
}

// credentials returns the credentials of one way to authenticate. If the provider block has a credential, the block
// decides which way. The environment then only adds the other half of a login.
func (m model) credentials(diags *diag.Diagnostics) (credentials opentact.Credentials) {
	ways := m.ways(&credentials)
	chosen, conflict := inBlock.choose(ways)
	if chosen == nil {
		chosen, conflict = inEnvironment.choose(ways)
	}
	switch {
	case conflict != nil:
		diags.Append(conflict)
	case chosen == nil:
		diags.AddError(missing, "No credentials are set. An empty environment variable counts as not set. "+waysHint)
	default:
		credentials.Source = chosen.resolve(diags)
	}
	return credentials
}

// resolve stores the credentials in their targets and returns where they come from: the provider block or the
// environment. It reports each missing half of a login.
func (w way) resolve(diags *diag.Diagnostics) string {
	var sources []string
	var unset []credential
	for _, c := range w {
		value, source := c.resolve(c.configured, diags)
		if source == "" {
			unset = append(unset, c)
			continue
		}
		*c.target, sources = value, append(sources, source)
	}
	source := strings.Join(sources, " and ")
	for _, c := range unset {
		diags.Append(missingHalf(c, source))
	}
	return source
}

// missingHalf returns the error about the half of a login that nothing sets. otherSource is the source of
// the other half.
func missingHalf(half credential, otherSource string) diag.Diagnostic {
	text := fmt.Sprintf("%[1]s must be set, because %[2]s is set. Set the attribute %[1]s or the environment variable %[3]s. "+
		"Or remove %[2]s, and set %[4]s or %[5]s instead.", half.name, otherSource, half.variable(), keyHint, tokenHint)
	var ignored []string
	for _, other := range []setting[string]{apiKey, token} {
		if other.environment() != "" {
			ignored = append(ignored, other.variable())
		}
	}
	if len(ignored) > 0 {
		text += fmt.Sprintf(" The provider ignores %s, because the provider block has a login.", strings.Join(ignored, " and "))
	}
	return diag.NewErrorDiagnostic(missing, text)
}
