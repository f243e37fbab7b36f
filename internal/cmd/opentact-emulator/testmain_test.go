// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// runMain is the environment variable that makes the test binary run main.
const runMain = "TEST_RUN_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(runMain) != "" {
		main()
	}
	os.Exit(acctest.Main(m))
}
