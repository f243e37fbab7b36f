// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/provider"
	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// bareProvider has one resource with the schema of a messaging profile and no API. Its cost is
// the cost of the framework.
type bareProvider struct{ frameworkprovider.Provider }

func (p bareProvider) Resources(ctx context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return bareResource{p.Provider.Resources(ctx)[0]()} }}
}

func (bareProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

// bareResource stores each plan as the state. Its field hides the optional interfaces of the
// profile resource, such as ModifyPlan.
type bareResource struct{ profile resource.Resource }

func (r bareResource) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	r.profile.Metadata(ctx, req, resp)
}

func (r bareResource) Schema(ctx context.Context, req resource.SchemaRequest, resp *resource.SchemaResponse) {
	r.profile.Schema(ctx, req, resp)
}

func (bareResource) Create(_ context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.State.Raw = req.Plan.Raw
}

func (bareResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (bareResource) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}

func (bareResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

func newBare() tfprotov6.ProviderServer {
	return providerserver.NewProtocol6(bareProvider{provider.New(version.Current())()})()
}

// The benchmarks of the bare provider send the same requests as those of the provider, but
// without an identity, which the bare resource does not have.

func BenchmarkBareRead(b *testing.B) {
	p := newProfiles(b, 1)
	req := p.ReadRequest(b, resourceType, p.states[0])
	req.CurrentIdentity = nil
	benchmarkRead(b, newBare(), []*tfprotov6.ReadResourceRequest{req})
}

func BenchmarkBarePlan(b *testing.B) {
	p := newProfiles(b, 1)
	req, _ := update(b, p.Protocol, p.states[0])
	req.PriorIdentity = nil
	benchmarkPlan(b, newBare(), req)
}

func BenchmarkBareApply(b *testing.B) {
	p := newProfiles(b, 1)
	_, req := update(b, p.Protocol, p.states[0])
	req.PlannedIdentity = nil
	req.PlannedState = req.PriorState // contains no unknown value
	benchmarkApply(b, newBare(), req)
}
