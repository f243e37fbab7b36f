// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"io"
	"log"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// address is the provider's in the Terraform Registry.
const address = "registry.terraform.io/opentact/opentact"

// GCPercent is how much the heap of the provider's program may grow before garbage
// is collected. Calls leave garbage behind, and next to nothing that lasts: more than
// Go's 100 makes a refresh a tenth faster, for 10 MB.
const GCPercent = 300

// Serve serves the provider to the Terraform that has started this process. A
// debugger starts it without Terraform.
func Serve(build version.Build, underDebugger bool) error {
	var options []tf6server.ServeOpt
	if underDebugger {
		options = append(options, tf6server.WithManagedDebug())
	} else { // Terraform has passed its environment on
		for name, level := range logLevels(os.Getenv) {
			_ = os.Setenv(name, level) // the names are good ones
		}
	}
	// Go's HTTP client writes there what follows an answer that has ended, whatever it
	// is, and Terraform would write it into its log.
	log.SetOutput(io.Discard)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(GCPercent)
	}
	return tf6server.Serve(address, func() tfprotov6.ProviderServer { return NewServer(build) }, options...)
}

// NewServer returns the provider as Terraform calls it.
func NewServer(build version.Build) tfprotov6.ProviderServer {
	framework := providerserver.NewProtocol6(New(build)())()
	if all, ok := framework.(frameworkServer); ok { // it has had list resources since v1.16
		return &server{all}
	}
	return framework
}

// frameworkServer is what the framework's server can do for this provider.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
}

// server calls the framework's server with contexts that can be taken back.
//
// The framework keeps a function to cancel every call until the process ends
// (registerContext in v1.19.0), and that keeps the call's context with all that
// Terraform's libraries have put there: about 30 KB. So calls that are made once
// or more for each object get a context on loan.
type server struct{ frameworkServer }

func (s *server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return lend(ctx, req, s.frameworkServer.ValidateResourceConfig)
}

func (s *server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return lend(ctx, req, s.frameworkServer.UpgradeResourceState)
}

func (s *server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return lend(ctx, req, s.frameworkServer.ReadResource)
}

func (s *server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return lend(ctx, req, s.frameworkServer.PlanResourceChange)
}

func (s *server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return lend(ctx, req, s.frameworkServer.ApplyResourceChange)
}

func (s *server) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return lend(ctx, req, s.frameworkServer.ImportResourceState)
}

func (s *server) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return lend(ctx, req, s.frameworkServer.MoveResourceState)
}

func (s *server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return lend(ctx, req, s.frameworkServer.UpgradeResourceIdentity)
}

func (s *server) GenerateResourceConfig(ctx context.Context, req *tfprotov6.GenerateResourceConfigRequest) (*tfprotov6.GenerateResourceConfigResponse, error) {
	return lend(ctx, req, s.frameworkServer.GenerateResourceConfig)
}

func (s *server) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return lend(ctx, req, s.frameworkServer.ValidateDataResourceConfig)
}

func (s *server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return lend(ctx, req, s.frameworkServer.ReadDataSource)
}

// lend makes a call with a context that it loses at its end.
func lend[Req, Resp any](ctx context.Context, req Req, call func(context.Context, Req) (Resp, error)) (Resp, error) {
	var l loan
	l.of.Store(&ctx)
	defer l.of.Store(&takenBack)
	return call(&l, req)
}

// loan is another context for as long as it is lent, and then one that has ended.
type loan struct {
	of atomic.Pointer[context.Context]
}

var takenBack = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

func (l *loan) Deadline() (time.Time, bool) { return (*l.of.Load()).Deadline() }
func (l *loan) Done() <-chan struct{}       { return (*l.of.Load()).Done() }
func (l *loan) Err() error                  { return (*l.of.Load()).Err() }
func (l *loan) Value(key any) any           { return (*l.of.Load()).Value(key) }
