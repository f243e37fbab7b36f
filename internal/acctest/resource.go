// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// State is what Terraform stores about a resource between calls. If the resource
// does not exist, Value is null.
type State struct {
	Value   tftypes.Value
	Private []byte
	// Identity is nil in Terraform before 1.12.
	Identity *tfprotov6.ResourceIdentityData
	// Deferred is the reason why the provider deferred a plan or a read, or nil.
	Deferred *tfprotov6.Deferred
}

// Values returns the attributes, or nil if the resource does not exist.
func (s State) Values() Values { return goValues(s.Value) }

// ValidateResource validates a resource's configuration.
func (p *Protocol) ValidateResource(t testing.TB, typeName string, config Values) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := p.Server.ValidateResourceConfig(p.context(t), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: typeName, Config: dynamic(t, object(t, p.resource(t, typeName).ValueType(), config)),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: !p.noWriteOnly},
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// Plan plans the change from a state to a configuration. A nil configuration
// plans a destroy.
func (p *Protocol) Plan(t testing.TB, typeName string, prior State, config Values) (State, []*tfprotov6.Diagnostic) {
	t.Helper()
	schema := p.resource(t, typeName)
	resp, err := p.Server.PlanResourceChange(p.context(t), p.PlanRequest(t, typeName, prior, config))
	if err != nil {
		t.Fatal(err)
	}
	planned := State{Value: decode(t, schema, resp.PlannedState), Private: resp.PlannedPrivate, Identity: resp.PlannedIdentity, Deferred: resp.Deferred}
	return planned, resp.Diagnostics
}

// PlanRequest returns the request that Plan sends.
func (p *Protocol) PlanRequest(t testing.TB, typeName string, prior State, config Values) *tfprotov6.PlanResourceChangeRequest {
	t.Helper()
	schema := p.resource(t, typeName)
	configured, proposed := proposal(t, schema, prior.Value, config)
	return &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: dynamic(t, p.orNull(schema, prior)), PriorPrivate: prior.Private,
		PriorIdentity: prior.Identity, Config: dynamic(t, configured), ProposedNewState: dynamic(t, proposed),
		ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{DeferralAllowed: p.deferral},
	}
}

// Apply applies a plan.
func (p *Protocol) Apply(t testing.TB, typeName string, prior, planned State, config Values) (State, []*tfprotov6.Diagnostic) {
	t.Helper()
	schema := p.resource(t, typeName)
	resp, err := p.Server.ApplyResourceChange(p.context(t), p.ApplyRequest(t, typeName, prior, planned, config))
	if err != nil {
		t.Fatal(err)
	}
	return State{Value: decode(t, schema, resp.NewState), Private: resp.Private, Identity: resp.NewIdentity}, resp.Diagnostics
}

// ApplyRequest returns the request that Apply sends.
func (p *Protocol) ApplyRequest(t testing.TB, typeName string, prior, planned State, config Values) *tfprotov6.ApplyResourceChangeRequest {
	t.Helper()
	schema := p.resource(t, typeName)
	configured, _ := proposal(t, schema, prior.Value, config)
	return &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: dynamic(t, p.orNull(schema, prior)), PlannedPrivate: planned.Private,
		PlannedIdentity: planned.Identity, Config: dynamic(t, configured), PlannedState: dynamic(t, planned.Value),
	}
}

// Converge plans and applies, and expects both to succeed. Only the plan may return warnings.
func (p *Protocol) Converge(t testing.TB, typeName string, prior State, config Values) State {
	t.Helper()
	planned, diags := p.Plan(t, typeName, prior, config)
	NoErrors(t, diags)
	state, diags := p.Apply(t, typeName, prior, planned, config)
	NoDiagnostics(t, diags)
	CheckConsistent(t, planned, state)
	return state
}

// Read refreshes a state.
func (p *Protocol) Read(t testing.TB, typeName string, state State) (State, []*tfprotov6.Diagnostic) {
	t.Helper()
	schema := p.resource(t, typeName)
	resp, err := p.Server.ReadResource(p.context(t), p.ReadRequest(t, typeName, state))
	if err != nil {
		t.Fatal(err)
	}
	read := State{Value: decode(t, schema, resp.NewState), Private: resp.Private, Identity: resp.NewIdentity, Deferred: resp.Deferred}
	return read, resp.Diagnostics
}

// ReadRequest returns the request that Read sends.
func (p *Protocol) ReadRequest(t testing.TB, typeName string, state State) *tfprotov6.ReadResourceRequest {
	t.Helper()
	return &tfprotov6.ReadResourceRequest{
		TypeName: typeName, CurrentState: dynamic(t, state.Value), Private: state.Private, CurrentIdentity: state.Identity,
		ClientCapabilities: &tfprotov6.ReadResourceClientCapabilities{DeferralAllowed: p.deferral},
	}
}

// Import imports by id. As in Terraform, the caller must read the returned state next.
func (p *Protocol) Import(t testing.TB, typeName, id string) (State, []*tfprotov6.Diagnostic) {
	t.Helper()
	return p.importState(t, &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: id})
}

// ImportByIdentity imports by identity, as an import block with an identity does.
func (p *Protocol) ImportByIdentity(t testing.TB, typeName string, identity Values) (State, []*tfprotov6.Diagnostic) {
	t.Helper()
	value := dynamic(t, object(t, p.identityType(t, typeName), identity))
	return p.importState(t, &tfprotov6.ImportResourceStateRequest{TypeName: typeName, Identity: &tfprotov6.ResourceIdentityData{IdentityData: value}})
}

func (p *Protocol) importState(t testing.TB, req *tfprotov6.ImportResourceStateRequest) (State, []*tfprotov6.Diagnostic) {
	t.Helper()
	resp, err := p.Server.ImportResourceState(p.context(t), req)
	if err != nil {
		t.Fatal(err)
	}
	if len(resp.ImportedResources) != 1 {
		return State{}, resp.Diagnostics
	}
	imported := resp.ImportedResources[0]
	schema := p.resource(t, req.TypeName)
	return State{Value: decode(t, schema, imported.State), Private: imported.Private, Identity: imported.Identity}, resp.Diagnostics
}

// Identity returns the attributes of an identity, or nil for a resource without an identity.
func (p *Protocol) Identity(t testing.TB, typeName string, identity *tfprotov6.ResourceIdentityData) Values {
	t.Helper()
	if identity == nil {
		return nil
	}
	value, err := identity.IdentityData.Unmarshal(p.identityType(t, typeName))
	if err != nil {
		t.Fatal(err)
	}
	return goValues(value)
}

// Null returns the null value of a resource type.
func (p *Protocol) Null(t testing.TB, typeName string) tftypes.Value {
	t.Helper()
	return tftypes.NewValue(p.resource(t, typeName).ValueType(), nil)
}

// Object returns the value of a resource with the given attributes.
func (p *Protocol) Object(t testing.TB, typeName string, values Values) tftypes.Value {
	t.Helper()
	return object(t, p.resource(t, typeName).ValueType(), values)
}

func (p *Protocol) identityType(t testing.TB, typeName string) tftypes.Type {
	t.Helper()
	schema, ok := p.identities.IdentitySchemas[typeName]
	if !ok {
		t.Fatalf("no identity of %s", typeName)
	}
	return schema.ValueType()
}

func (p *Protocol) resource(t testing.TB, typeName string) *tfprotov6.Schema {
	t.Helper()
	schema, ok := p.schemas.ResourceSchemas[typeName]
	if !ok {
		t.Fatalf("no resource %s", typeName)
	}
	return schema
}

// orNull returns the value of a state, or a null object for the zero State.
func (p *Protocol) orNull(schema *tfprotov6.Schema, state State) tftypes.Value {
	if state.Value.Type() == nil {
		return tftypes.NewValue(schema.ValueType(), nil)
	}
	return state.Value
}

// proposal returns the configuration and the state that Terraform proposes for it:
// the configured values, and the prior values of all other attributes.
func proposal(t testing.TB, schema *tfprotov6.Schema, prior tftypes.Value, config Values) (configured, proposed tftypes.Value) {
	t.Helper()
	if config == nil {
		null := tftypes.NewValue(schema.ValueType(), nil)
		return null, null
	}
	configured = object(t, schema.ValueType(), config)
	var before, after map[string]tftypes.Value
	if err := configured.As(&after); err != nil {
		t.Fatal(err)
	}
	if prior.Type() == nil || prior.IsNull() {
		return configured, configured
	}
	if err := prior.As(&before); err != nil {
		t.Fatal(err)
	}
	after = maps.Clone(after) // configured uses the same map
	for name, value := range after {
		if value.IsNull() {
			after[name] = before[name]
		}
	}
	return configured, tftypes.NewValue(schema.ValueType(), after)
}

// CheckConsistent makes the same check as Terraform after an apply: each known
// planned value is in the state, and no value is unknown.
func CheckConsistent(t testing.TB, planned, state State) {
	t.Helper()
	got := state.Values()
	for name, want := range planned.Values() {
		if want != Unknown && got[name] != want || got[name] == Unknown {
			t.Errorf("%s is %v after apply, planned %v", name, got[name], want)
		}
	}
}
