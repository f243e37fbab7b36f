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
