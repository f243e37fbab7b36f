// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }
