// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/provider"
	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// Protocol calls a provider over the plugin protocol, as Terraform does.
type Protocol struct {
	// Server is the provider. Benchmarks call it directly.
	Server tfprotov6.ProviderServer

	schemas    *tfprotov6.GetProviderSchemaResponse
	identities *tfprotov6.GetResourceIdentitySchemasResponse
	// deferral tells the provider that it may defer actions.
	deferral bool
	// noWriteOnly tells the provider that Terraform doesn't support write-only attributes.
	noWriteOnly bool
	// ctx is the context of all calls. If it is nil, they use the context of the test.
	ctx context.Context
}

// WithContext returns a Protocol for the same provider whose calls use ctx.
// Terraform ends this context when it is interrupted.
func (p *Protocol) WithContext(ctx context.Context) *Protocol {
	with := *p
	with.ctx = ctx
	return &with
}

// WithDeferral returns a Protocol for the same provider that allows deferred actions.
func (p *Protocol) WithDeferral() *Protocol {
	with := *p
	with.deferral = true
	return &with
}

// WithoutWriteOnly returns a Protocol for the same provider. Like Terraform before 1.11, it doesn't support write-only
// attributes.
func (p *Protocol) WithoutWriteOnly() *Protocol {
	with := *p
	with.noWriteOnly = true
	return &with
}

func (p *Protocol) context(t testing.TB) context.Context {
	if p.ctx != nil {
		return p.ctx
	}
	return t.Context()
}

// Protocol returns a provider that is configured for the emulator and retries
// without waiting. More values override its configuration.
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

// NewProtocol returns a provider that is not configured yet.
func NewProtocol(t testing.TB) *Protocol {
	t.Helper()
	server := provider.NewServer(version.Current())
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	NoDiagnostics(t, schemas.Diagnostics)
	identities, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	NoDiagnostics(t, identities.Diagnostics)
	return &Protocol{Server: server, schemas: schemas, identities: identities}
}

// Stop asks the provider to stop, as Terraform does when it is interrupted. It may be called during another
// call.
func (p *Protocol) Stop(ctx context.Context) error {
	stopped, err := p.Server.StopProvider(ctx, &tfprotov6.StopProviderRequest{})
	if err == nil && stopped.Error != "" {
		err = errors.New(stopped.Error)
	}
	return err
}

// ValidateProvider validates the configuration of the provider.
func (p *Protocol) ValidateProvider(t testing.TB, config Values) []*tfprotov6.Diagnostic {
	t.Helper()
	value := dynamic(t, object(t, p.schemas.Provider.ValueType(), config))
	resp, err := p.Server.ValidateProviderConfig(p.context(t), &tfprotov6.ValidateProviderConfigRequest{Config: value})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// Configure validates and configures the provider.
func (p *Protocol) Configure(t testing.TB, config Values) []*tfprotov6.Diagnostic {
	t.Helper()
	if diags := p.ValidateProvider(t, config); len(diags) > 0 {
		return diags
	}
	resp, err := p.Server.ConfigureProvider(p.context(t), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.11.4", Config: dynamic(t, object(t, p.schemas.Provider.ValueType(), config)),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: p.deferral},
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}
