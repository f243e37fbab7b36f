// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// However many requests are made, there are about as many connections as requests at
// a time, also after answers that are errors. A few more are opened while others are
// on their way back.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	const parallelism = 40
	for name, answer := range map[string]reply{
		"a profile": ok(profileA), "a refusal": refusal(404, "no"), "a page": {status: 403, body: "<html>"}, "a failure": refusal(500, "oops"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &api{script: []reply{answer}}
			var opened atomic.Int64
			a.Server = httptest.NewUnstartedServer(a)
			a.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					opened.Add(1)
				}
			}
			a.Start()
			t.Cleanup(a.Close)
			profiles := opentact.CollectionOf(a.client(t), &messaging)
			for range 10 {
				var working sync.WaitGroup
				for range parallelism {
					working.Go(func() { _, _ = profiles.Get(t.Context(), at(uuidA, messagingFields{})) })
				}
				working.Wait()
			}
			if n := opened.Load(); n > 2*parallelism {
				t.Errorf("%d connections for %d requests at a time", n, parallelism)
			}
		})
	}
}
