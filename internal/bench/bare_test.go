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

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/provider"
	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// bareProvider has one resource, with the schema of a messaging profile and nothing
// behind it: what the framework takes for it, no provider can go below.
type bareProvider struct{ frameworkprovider.Provider }

func (p bareProvider) Resources(ctx context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return bareResource{p.Provider.Resources(ctx)[0]()} }}
}

func (bareProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

// bareResource believes that whatever is planned has come true.
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

// newBare serves it.
func newBare() tfprotov6.ProviderServer {
	return providerserver.NewProtocol6(bareProvider{provider.New(version.Current())()})()
}

// BenchmarkBareRead, BenchmarkBarePlan and BenchmarkBareApply make the requests that
// the benchmarks of the provider make, without an identity.
func BenchmarkBareRead(b *testing.B) {
	p, server := newProfiles(b, 1), newBare()
	req := p.ReadRequest(b, resourceType, p.states[0])
	req.CurrentIdentity = nil
	b.ReportAllocs()
	for b.Loop() {
		if resp, err := server.ReadResource(b.Context(), req); err != nil || len(resp.Diagnostics) > 0 {
			b.Fatal(err, acctest.Describe(resp.Diagnostics))
		}
	}
}

func BenchmarkBarePlan(b *testing.B) {
	p, server := newProfiles(b, 1), newBare()
	req, _ := change(b, p.Protocol, p.states[0])
	req.PriorIdentity = nil
	b.ReportAllocs()
	for b.Loop() {
		if resp, err := server.PlanResourceChange(b.Context(), req); err != nil || len(resp.Diagnostics) > 0 {
			b.Fatal(err, acctest.Describe(resp.Diagnostics))
		}
	}
}

func BenchmarkBareApply(b *testing.B) {
	p, server := newProfiles(b, 1), newBare()
	_, req := change(b, p.Protocol, p.states[0])
	req.PlannedIdentity = nil
	req.PlannedState = req.PriorState // all of it is known
	b.ReportAllocs()
	for b.Loop() {
		if resp, err := server.ApplyResourceChange(b.Context(), req); err != nil || len(resp.Diagnostics) > 0 {
			b.Fatal(err, acctest.Describe(resp.Diagnostics))
		}
	}
}
