// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// hosts maps Host headers to whether they are local.
var hosts = map[string]bool{
	"localhost": true, "localhost:8480": true, "LOCALHOST": true, "127.0.0.1": true, "127.0.0.1:0": true, "127.0.0.2": true,
	"127.255.255.254:80": true, "::1": true, "[::1]": true, "[::1]:80": true, "::ffff:127.0.0.1": true, "[::ffff:127.0.0.1]:80": true,
	"": false, ":8480": false, "localhost.": false, "localhost.evil.example": false, "localhost.evil.example:8480": false, "evil.localhost": false,
	"127.1": false, "127.0.0.1.": false, "127.0.0.1.evil.example": false, "0177.0.0.1": false, "2130706433": false, "0.0.0.0": false, "[::]:80": false,
	"128.0.0.1": false, "192.0.2.1:8480": false, "::ffff:192.0.2.1": false, "[::1]evil.example": false, "localhost:80:80": false, "user@localhost": false,
	"localhost@evil.example": false, "localhost/": false, "localhost\t": false, "[localhost]": false,
}

func TestIsLocalHost(t *testing.T) {
	t.Parallel()
	for host, want := range hosts {
		if got := emulator.IsLocalHost(host); got != want {
			t.Errorf("%q: %t, want %t", host, got, want)
		}
	}
}
