// SPDX-License-Identifier: MPL-2.0

// Terraform-provider-opentact manages profiles of the OpenTact telecom API. Terraform
// starts this program.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/opentact/terraform-provider-opentact/internal/provider"
	"github.com/opentact/terraform-provider-opentact/internal/version"
)

func main() {
	debug := flag.Bool("debug", false, "serve under a debugger such as delve")
	build := version.Current()
	showVersion := flag.Bool("version", false, "print version and commit, and exit")
	flag.Parse()
	if *showVersion {
		fmt.Println("terraform-provider-opentact", build)
		return
	}
	if err := provider.Serve(build, *debug); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
