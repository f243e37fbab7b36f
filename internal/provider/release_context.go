// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// This file limits the memory use of the framework. The framework keeps the cancel
// function of every call until the process ends, so that StopProvider can cancel calls.
// See registerContext in internal/proto6server/serve.go of
// hashicorp/terraform-plugin-framework v1.19.0. No upstream issue is known. The cancel
// function keeps the context of the call. The context keeps about 30 KB of values that
// Terraform's libraries put into it. A refresh of 1,000 profiles then needs twice the
// memory.
//
// Remove this file when the framework drops the cancel function at the end of a call.
// TestServer_ReleasesCallContexts then passes without this file.

// server wraps the framework's server. For the calls that Terraform makes for each
// object, it passes a context whose values are released at the end of the call.
type server struct{ frameworkServer }

func (s *server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	resp, err := callAndRelease(ctx, req, s.frameworkServer.ValidateResourceConfig)
	if err == nil {
		explainWriteOnly(resp.Diagnostics)
	}
	return resp, err
}

func (s *server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return callAndRelease(ctx, req, s.frameworkServer.UpgradeResourceState)
}

func (s *server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return callAndRelease(ctx, req, s.frameworkServer.ReadResource)
}

func (s *server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return callAndRelease(ctx, req, s.frameworkServer.PlanResourceChange)
}

func (s *server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return callAndRelease(ctx, req, s.frameworkServer.ApplyResourceChange)
}

func (s *server) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return callAndRelease(ctx, req, s.frameworkServer.ImportResourceState)
}

func (s *server) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return callAndRelease(ctx, req, s.frameworkServer.MoveResourceState)
}

func (s *server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return callAndRelease(ctx, req, s.frameworkServer.UpgradeResourceIdentity)
}

func (s *server) GenerateResourceConfig(ctx context.Context, req *tfprotov6.GenerateResourceConfigRequest) (*tfprotov6.GenerateResourceConfigResponse, error) {
	return callAndRelease(ctx, req, s.frameworkServer.GenerateResourceConfig)
}

func (s *server) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return callAndRelease(ctx, req, s.frameworkServer.ValidateDataResourceConfig)
}

func (s *server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return callAndRelease(ctx, req, s.frameworkServer.ReadDataSource)
}

// callAndRelease makes a call with a context whose values are released at the end of the
// call.
func callAndRelease[Req, Resp any](ctx context.Context, req Req, call func(context.Context, Req) (Resp, error)) (Resp, error) {
	releasable, release := withRelease(ctx)
	defer release()
	return call(releasable, req)
}

// releasableContext is a context that ends with its parent, or when its values are
// released. Until then, it returns the values of the parent.
type releasableContext struct {
	context.Context // holds no values
	values          atomic.Pointer[context.Context]
}

// withRelease returns a child of parent, and a function that ends the child and releases
// the values of parent.
func withRelease(parent context.Context) (child context.Context, release context.CancelFunc) {
	own, cancel := context.WithCancel(context.Background())
	if deadline, ok := parent.Deadline(); ok {
		own, cancel = context.WithDeadline(context.Background(), deadline)
	}
	stop := context.AfterFunc(parent, cancel)
	if parent.Err() != nil { // AfterFunc runs cancel in a goroutine, which may be too late
		cancel()
	}
	r := &releasableContext{Context: own}
	r.values.Store(&parent)
	return r, func() {
		stop()
		cancel()
		r.values.Store(nil)
	}
}

// Value returns a value of the parent. The child comes first, because the context package
// stores an internal value in it.
func (r *releasableContext) Value(key any) any {
	if value := r.Context.Value(key); value != nil {
		return value
	}
	if parent := r.values.Load(); parent != nil {
		return (*parent).Value(key)
	}
	return nil
}
