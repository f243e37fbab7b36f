// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opentact/terraform-provider-opentact/internal/provider"
)

// Protocol drives a provider over the plugin protocol as Terraform does.
type Protocol struct {
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
	// ctx is what calls are made with, the test's own where it is nil.
	ctx context.Context
}

// WithContext returns a driver of the same provider that makes its calls with a
// context, which Terraform ends when it is interrupted.
func (p *Protocol) WithContext(ctx context.Context) *Protocol {
	with := *p
	with.ctx = ctx
	return &with
}

func (p *Protocol) context(t testing.TB) context.Context {
	if p.ctx != nil {
		return p.ctx
	}
	return t.Context()
}

// State is what Terraform keeps of a resource between calls. A state whose
// Value is null is that of a resource that does not exist.
type State struct {
	Value   tftypes.Value
	Private []byte
}

// Values returns the state's attributes, nil if there is no resource.
func (s State) Values() Values { return goValues(s.Value) }

// Protocol returns a provider that is configured for the emulator, and waits for
// nothing. More of its configuration may be given.
func (e *Env) Protocol(t testing.TB, more ...Values) *Protocol {
	t.Helper()
	p := NewProtocol(t)
	config := Values{"base_url": e.URL, "token": e.Token, "retry_max_wait": "1ms"}
	for _, values := range more {
		maps.Copy(config, values)
	}
	NoDiagnostics(t, p.Configure(t, config))
	return p
}

// NewProtocol returns a provider that is not configured.
func NewProtocol(t testing.TB) *Protocol {
	t.Helper()
	server, err := providerserver.NewProtocol6WithError(provider.New("test")())()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	NoDiagnostics(t, schemas.Diagnostics)
	return &Protocol{server: server, schemas: schemas}
}

// Stop tells the provider to end what it does, as Terraform does when it is
// interrupted. It may be called beside another call.
func (p *Protocol) Stop(ctx context.Context) error {
	stopped, err := p.server.StopProvider(ctx, &tfprotov6.StopProviderRequest{})
	if err == nil && stopped.Error != "" {
		err = errors.New(stopped.Error)
	}
	return err
}

// Configure validates and configures the provider.
func (p *Protocol) Configure(t testing.TB, config Values) []*tfprotov6.Diagnostic {
	t.Helper()
	value := dynamic(t, object(t, p.schemas.Provider, config))
	validated, err := p.server.ValidateProviderConfig(p.context(t), &tfprotov6.ValidateProviderConfigRequest{Config: value})
	if err != nil {
		t.Fatal(err)
	}
	if len(validated.Diagnostics) > 0 {
		return validated.Diagnostics
	}
	configured, err := p.server.ConfigureProvider(p.context(t), &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.11.4", Config: value})
	if err != nil {
		t.Fatal(err)
	}
	return configured.Diagnostics
}

// ValidateResource validates a resource's configuration.
func (p *Protocol) ValidateResource(t testing.TB, typeName string, config Values) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := p.server.ValidateResourceConfig(p.context(t), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: typeName, Config: dynamic(t, object(t, p.resource(t, typeName), config)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// Plan plans the way from a state to a configuration. A nil configuration
// plans to delete.
func (p *Protocol) Plan(t testing.TB, typeName string, prior State, config Values) (State, []*tfprotov6.Diagnostic) {
	t.Helper()
	schema := p.resource(t, typeName)
	configured, proposed := proposal(t, schema, prior.Value, config)
	resp, err := p.server.PlanResourceChange(p.context(t), &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: dynamic(t, p.orNull(schema, prior)), PriorPrivate: prior.Private,
		Config: dynamic(t, configured), ProposedNewState: dynamic(t, proposed),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.state(t, schema, resp.PlannedState, resp.PlannedPrivate), resp.Diagnostics
}

// Apply carries a plan out.
func (p *Protocol) Apply(t testing.TB, typeName string, prior, planned State, config Values) (State, []*tfprotov6.Diagnostic) {
	t.Helper()
	schema := p.resource(t, typeName)
	configured, _ := proposal(t, schema, prior.Value, config)
	resp, err := p.server.ApplyResourceChange(p.context(t), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: dynamic(t, p.orNull(schema, prior)), PlannedPrivate: planned.Private,
		Config: dynamic(t, configured), PlannedState: dynamic(t, planned.Value),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.state(t, schema, resp.NewState, resp.Private), resp.Diagnostics
}

// Converge plans and applies, and expects both to succeed.
func (p *Protocol) Converge(t testing.TB, typeName string, prior State, config Values) State {
	t.Helper()
	planned, diags := p.Plan(t, typeName, prior, config)
	NoDiagnostics(t, diags)
	state, diags := p.Apply(t, typeName, prior, planned, config)
	NoDiagnostics(t, diags)
	checkConsistent(t, planned, state)
	return state
}

// Read refreshes a state.
func (p *Protocol) Read(t testing.TB, typeName string, state State) (State, []*tfprotov6.Diagnostic) {
	t.Helper()
	schema := p.resource(t, typeName)
	resp, err := p.server.ReadResource(p.context(t), &tfprotov6.ReadResourceRequest{
		TypeName: typeName, CurrentState: dynamic(t, state.Value), Private: state.Private,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.state(t, schema, resp.NewState, resp.Private), resp.Diagnostics
}

// Import imports by id. The state it returns is to be read next, as Terraform
// does.
func (p *Protocol) Import(t testing.TB, typeName, id string) (State, []*tfprotov6.Diagnostic) {
	t.Helper()
	resp, err := p.server.ImportResourceState(p.context(t), &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: id})
	if err != nil {
		t.Fatal(err)
	}
	if len(resp.ImportedResources) != 1 {
		return State{}, resp.Diagnostics
	}
	imported := resp.ImportedResources[0]
	return p.state(t, p.resource(t, typeName), imported.State, imported.Private), resp.Diagnostics
}

// ReadDataSource validates and reads a data source.
func (p *Protocol) ReadDataSource(t testing.TB, typeName string, config Values) (Values, []*tfprotov6.Diagnostic) {
	t.Helper()
	schema, ok := p.schemas.DataSourceSchemas[typeName]
	if !ok {
		t.Fatalf("no data source %s", typeName)
	}
	value := dynamic(t, object(t, schema, config))
	validated, err := p.server.ValidateDataResourceConfig(p.context(t), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: typeName, Config: value})
	if err != nil {
		t.Fatal(err)
	}
	if len(validated.Diagnostics) > 0 {
		return nil, validated.Diagnostics
	}
	resp, err := p.server.ReadDataSource(p.context(t), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: value})
	if err != nil {
		t.Fatal(err)
	}
	if resp.State == nil {
		return nil, resp.Diagnostics
	}
	return p.state(t, schema, resp.State, nil).Values(), resp.Diagnostics
}

// Null returns the value of a resource that does not exist.
func (p *Protocol) Null(t testing.TB, typeName string) tftypes.Value {
	t.Helper()
	return tftypes.NewValue(p.resource(t, typeName).ValueType(), nil)
}

func (p *Protocol) resource(t testing.TB, typeName string) *tfprotov6.Schema {
	t.Helper()
	schema, ok := p.schemas.ResourceSchemas[typeName]
	if !ok {
		t.Fatalf("no resource %s", typeName)
	}
	return schema
}

// orNull returns the state's value, or a null object for the zero State.
func (p *Protocol) orNull(schema *tfprotov6.Schema, state State) tftypes.Value {
	if state.Value.Type() == nil {
		return tftypes.NewValue(schema.ValueType(), nil)
	}
	return state.Value
}

func (p *Protocol) state(t testing.TB, schema *tfprotov6.Schema, value *tfprotov6.DynamicValue, private []byte) State {
	t.Helper()
	if value == nil {
		return State{Value: tftypes.NewValue(schema.ValueType(), nil), Private: private}
	}
	decoded, err := value.Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	return State{Value: decoded, Private: private}
}

// proposal returns a configuration, and the new state that Terraform proposes
// for it: what is configured, and for the rest what there was before.
func proposal(t testing.TB, schema *tfprotov6.Schema, prior tftypes.Value, config Values) (configured, proposed tftypes.Value) {
	t.Helper()
	if config == nil {
		null := tftypes.NewValue(schema.ValueType(), nil)
		return null, null
	}
	configured = object(t, schema, config)
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
	after = maps.Clone(after) // or the configuration would change with it
	for name, value := range after {
		if value.IsNull() {
			after[name] = before[name]
		}
	}
	return configured, tftypes.NewValue(schema.ValueType(), after)
}

// checkConsistent makes the check that Terraform makes after an apply: what was
// planned as known has come true, and nothing is unknown.
func checkConsistent(t testing.TB, planned, state State) {
	t.Helper()
	got := state.Values()
	for name, want := range planned.Values() {
		if want != Unknown && got[name] != want || got[name] == Unknown {
			t.Errorf("%s was planned as %v and is %v", name, want, got[name])
		}
	}
}

func dynamic(t testing.TB, value tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		t.Fatal(err)
	}
	return &encoded
}
