// SPDX-License-Identifier: MPL-2.0

// Providerschema prints the provider's schema in the format of `terraform providers
// schema -json`. It does not need Terraform. The key of the provider is its name without
// the address. The output is checked in as internal/provider/schema.json, so a review
// shows each change of an attribute. The docs are generated from it, so they do not depend
// on a version of Terraform.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/provider"
	"github.com/opentact/terraform-provider-opentact/internal/version"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "providerschema:", err)
		os.Exit(1)
	}
}

// run writes the schema of the provider for protocol 6.
func run(ctx context.Context, out io.Writer) error {
	server := provider.NewServer(version.Current())
	served, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return err
	}
	identified, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return err
	}
	for _, diagnostic := range slices.Concat(served.Diagnostics, identified.Diagnostics) {
		return fmt.Errorf("%s: %s", diagnostic.Summary, diagnostic.Detail)
	}
	schemas, err := convert(served, identified)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(schemas)
}
