// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Variables of terraform-plugin-testing.
const (
	terraformPath = "TF_ACC_TERRAFORM_PATH"
	providerHost  = "TF_ACC_PROVIDER_HOST"
)

// openTofuHost is the host of the registry in which OpenTofu looks for providers.
const openTofuHost = "registry.opentofu.org"

// SelectTerraform makes all tests of a package use the same Terraform or OpenTofu: that of TF_ACC_TERRAFORM_PATH,
// terraform on the PATH, or tofu on the PATH, in this order. Otherwise, terraform-plugin-testing would install the latest
// Terraform. SelectTerraform sets TF_ACC_TERRAFORM_PATH to the program. For OpenTofu, it also sets TF_ACC_PROVIDER_HOST,
// unless that is set. It returns an error if it finds no program, or if the program doesn't print its version. Without
// TF_ACC, it does nothing, because no test needs Terraform. Call it before the first test.
func SelectTerraform() error {
	if os.Getenv("TF_ACC") == "" {
		return nil
	}
	path := os.Getenv(terraformPath)
	for _, name := range []string{"terraform", "tofu"} {
		if path == "" {
			path, _ = exec.LookPath(name)
		}
	}
	if path == "" {
		return errors.New("neither Terraform nor OpenTofu is on the PATH: set TF_ACC_TERRAFORM_PATH, or run make testacc, which installs Terraform")
	}
	command := exec.CommandContext(context.Background(), path, "version") //nolint:gosec // the developer chooses the program
	command.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1")
	output, err := command.Output()
	if err != nil {
		return fmt.Errorf("%s version: %w", path, err)
	}
	if strings.HasPrefix(string(output), "OpenTofu ") && os.Getenv(providerHost) == "" {
		if err := os.Setenv(providerHost, openTofuHost); err != nil {
			return err
		}
	}
	return os.Setenv(terraformPath, path)
}
