// SPDX-License-Identifier: MPL-2.0

// Terraform-provider-opentact manages profiles of the OpenTact telecom API. It
// is started by Terraform, not by people.
package main

import (
	"flag"
	"fmt"
	"log"

	"github.com/opentact/terraform-provider-opentact/internal/provider"
)

// The release build sets these.
var (
	version = "dev"
	commit  = "unknown"
)

func main() {
	debug := flag.Bool("debug", false, "serve under a debugger such as delve")
	showVersion := flag.Bool("version", false, "print version and commit, and exit")
	flag.Parse()
	if *showVersion {
		fmt.Printf("terraform-provider-opentact %s (%s)\n", version, commit)
		return
	}
	if err := provider.Serve(version, *debug); err != nil {
		log.Fatal(err)
	}
}
