// SPDX-License-Identifier: MPL-2.0

package create_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/create"
)

// Terraform creates ten profiles at a time, and the API loses the first response of each.
func TestCreator_EveryFirstResponseLost_EachCreateGetsItsProfile(t *testing.T) {
	t.Parallel()
	const total, parallelism = 30, 10
	names := []string{"a", "b", "c"}
	for name, test := range map[string]struct {
		lose        []string
		newestFirst bool
		wantResends int
	}{
		"after the API acted":                {[]string{"acted: lost"}, false, 0},
		"after the API acted, newest first":  {[]string{"acted: lost"}, true, 0},
		"after a gateway failed":             {[]string{"acted: 502"}, false, 0},
		"after a timeout":                    {[]string{"acted: timeout"}, false, 0},
		"before the API acted":               {[]string{"lost"}, false, 1},
		"before and after the API acted":     {[]string{"lost", "acted: lost"}, false, 1},
		"without a name and before it acted": {[]string{"503", "acted: response without a name"}, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &model{lists: []string{"ok"}, newestFirst: test.newestFirst, perPage: 7}
				for i := range 5 {
					m.store(names[i%len(names)], 1, before, false)
				}
				c := m.creator(2)
				got := make([]create.Result, total)
				var working errgroup.Group
				working.SetLimit(parallelism)
				for i := range total {
					working.Go(func() (err error) {
						one := creation{Name: names[i%len(names)], Weight: 1, Posts: test.lose, Delay: time.Duration(i) * 10 * time.Millisecond}
						sent := fieldsOf(fmt.Sprintf(`{"name":%q,"weight":1}`, one.Name))
						got[i], err = c.Create(t.Context(), create.Request{Name: one.Name, Sent: sent, Post: m.post(i, one)})
						return err
					})
				}
				if err := working.Wait(); err != nil {
					t.Fatal(err)
				}
				creators := make(map[string]int)
				for _, p := range m.all() {
					creators[p.uuid] = p.creator
				}
				if len(creators) != total+5 {
					t.Errorf("the API has %d profiles, want %d", len(creators), total+5)
				}
				for i, result := range got {
					if creators[result.Fields.UUID()] != i || result.Ambiguous == nil || result.Resends != test.wantResends || result.Duplicates != nil {
						t.Errorf("create %d got the profile of create %d: %+v", i, creators[result.Fields.UUID()], result)
					}
				}
			})
		})
	}
}
