// SPDX-License-Identifier: MPL-2.0

//go:build unix

package acctest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// TestSelectTerraform_Order changes the environment, so it is not parallel.
func TestSelectTerraform_Order(t *testing.T) {
	dir := t.TempDir()
	program := func(name, version string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte("#!/bin/sh\n[ \"$CHECKPOINT_DISABLE\" = 1 ] && echo '"+version+"'\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return file
	}
	configured, terraform, tofu := program("other", "OpenTofu v1.12.0"), program("terraform", "Terraform v1.11.4"), program("tofu", "OpenTofu v1.12.0")
	const ownHost = "registry.opentofu.org"
	check := func(name, path, host, wantPath, wantHost string) {
		t.Helper()
		t.Setenv("TF_ACC_TERRAFORM_PATH", path)
		t.Setenv("TF_ACC_PROVIDER_HOST", host)
		if err := acctest.SelectTerraform(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if path, host := os.Getenv("TF_ACC_TERRAFORM_PATH"), os.Getenv("TF_ACC_PROVIDER_HOST"); path != wantPath || host != wantHost {
			t.Errorf("%s: %s with the host %q, want %s with %q", name, path, host, wantPath, wantHost)
		}
	}
	t.Setenv("PATH", dir)
	t.Setenv("CHECKPOINT_DISABLE", "")
	t.Setenv("TF_ACC", "")
	check("without TF_ACC", "", "", "", "")
	t.Setenv("TF_ACC", "1")
	check("configured", configured, "", configured, ownHost)
	check("configured host", configured, "registry.example.com", configured, "registry.example.com")
	check("both on the PATH", "", "", terraform, "")
	if err := os.Remove(terraform); err != nil {
		t.Fatal(err)
	}
	check("tofu on the PATH", "", "", tofu, ownHost)

	t.Setenv("PATH", t.TempDir())
	t.Setenv("TF_ACC_TERRAFORM_PATH", "")
	if err := acctest.SelectTerraform(); err == nil || !strings.Contains(err.Error(), "run make testacc") {
		t.Errorf("nothing on the PATH: %v", err)
	}
	t.Setenv("TF_ACC_TERRAFORM_PATH", filepath.Join(dir, "missing"))
	if err := acctest.SelectTerraform(); err == nil || !strings.Contains(err.Error(), "missing version: ") {
		t.Errorf("a program that does not exist: %v", err)
	}
	if status := acctest.Main(nil); status != 1 { // it selects Terraform before it runs tests
		t.Errorf("Main returns %d", status)
	}
}
