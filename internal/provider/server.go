// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"io"
	"log"
	"os"
	"runtime/debug"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// address is the address of the provider in the Terraform Registry.
const address = "registry.terraform.io/opentact/opentact"

// GCPercent is the garbage collection target (GOGC) of the provider's process. Most
// memory of a call is garbage when the call ends. Compared with Go's default of 100, a
// refresh is 10% faster and needs 10 MB more.
const GCPercent = 300

// Serve serves the provider until Terraform ends the connection. If underDebugger is true,
// the process is started by a debugger instead of Terraform.
func Serve(build version.Build, underDebugger bool) error {
	var options []tf6server.ServeOpt
	if underDebugger {
		options = append(options, tf6server.WithManagedDebug())
	} else { // the environment is Terraform's
		for name, level := range logLevels(os.Getenv) {
			_ = os.Setenv(name, level) // the names are valid
		}
	}
	// If a server sends data after the end of a response, Go's HTTP client logs that data.
	// It may contain secrets, and Terraform would write it to its own log.
	log.SetOutput(io.Discard)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(GCPercent)
	}
	return tf6server.Serve(address, func() tfprotov6.ProviderServer { return NewServer(build) }, options...)
}

// NewServer returns the server of the provider for protocol 6.
func NewServer(build version.Build) tfprotov6.ProviderServer {
	framework := providerserver.NewProtocol6(New(build)())()
	if all, ok := framework.(frameworkServer); ok { // true since v1.16 of the framework
		return &server{all}
	}
	return framework
}

// frameworkServer is the interface of the framework's server that this provider uses.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
}
