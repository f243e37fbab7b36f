// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// ListResult is a profile that a list resource found.
type ListResult struct {
	DisplayName string
	// Identity and Resource are nil if the provider did not send them.
	Identity, Resource Values
}

// List validates and reads a list resource. It stops after maxResults results.
// It returns the diagnostics of all results together.
func (p *Protocol) List(t testing.TB, typeName string, config Values, includeResource bool, limit int64, maxResults int) ([]ListResult, []*tfprotov6.Diagnostic) {
	t.Helper()
	schema, ok := p.schemas.ListResourceSchemas[typeName]
	if !ok {
		t.Fatalf("no list resource %s", typeName)
	}
	server, ok := p.Server.(tfprotov6.ProviderServerWithListResource) //nolint:staticcheck // deprecated, but the only interface with these methods
	if !ok {
		t.Fatal("the provider has no list resources")
	}
	value := dynamic(t, object(t, schema.ValueType(), config))
	validated, err := server.ValidateListResourceConfig(p.context(t), &tfprotov6.ValidateListResourceConfigRequest{TypeName: typeName, Config: value})
	if err != nil {
		t.Fatal(err)
	}
	if len(validated.Diagnostics) > 0 {
		return nil, validated.Diagnostics
	}
	stream, err := server.ListResource(p.context(t), &tfprotov6.ListResourceRequest{TypeName: typeName, Config: value, IncludeResource: includeResource, Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	var all []ListResult
	var diags []*tfprotov6.Diagnostic
	for result := range stream.Results {
		diags = append(diags, result.Diagnostics...)
		one := ListResult{DisplayName: result.DisplayName, Identity: p.Identity(t, typeName, result.Identity)}
		if result.Resource != nil {
			one.Resource = goValues(decode(t, p.resource(t, typeName), result.Resource))
		}
		if all = append(all, one); len(all) == maxResults {
			break
		}
	}
	return all, diags
}
