// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// ValidateDataSource validates a data source's configuration.
func (p *Protocol) ValidateDataSource(t testing.TB, typeName string, config Values) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := p.Server.ValidateDataResourceConfig(p.context(t), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: typeName, Config: dynamic(t, object(t, p.dataSource(t, typeName).ValueType(), config)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// ReadDataSource validates and reads a data source.
func (p *Protocol) ReadDataSource(t testing.TB, typeName string, config Values) (Values, []*tfprotov6.Diagnostic) {
	t.Helper()
	if diags := p.ValidateDataSource(t, typeName, config); len(diags) > 0 {
		return nil, diags
	}
	schema := p.dataSource(t, typeName)
	resp, err := p.Server.ReadDataSource(p.context(t), &tfprotov6.ReadDataSourceRequest{
		TypeName: typeName, Config: dynamic(t, object(t, schema.ValueType(), config)),
		ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: p.deferral},
	})
	if err != nil {
		t.Fatal(err)
	}
	return goValues(decode(t, schema, resp.State)), resp.Diagnostics
}

func (p *Protocol) dataSource(t testing.TB, typeName string) *tfprotov6.Schema {
	t.Helper()
	schema, ok := p.schemas.DataSourceSchemas[typeName]
	if !ok {
		t.Fatalf("no data source %s", typeName)
	}
	return schema
}
