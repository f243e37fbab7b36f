// SPDX-License-Identifier: MPL-2.0

package listcache_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
)

// Ten profiles that are not found at once need one list, also if it fails.
func TestCache_Probe_RemembersLastReading(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		list func(int) (*pager.List, error)
		want error
	}{
		"a list":                {nil, nil},
		"an empty list":         {showing(), nil},
		"a list of no profiles": {showing(`1`), nil},
		"not found":             {failing(&apierror.APIError{Status: http.StatusNotFound}), &apierror.APIError{Status: http.StatusNotFound}},
		"rejected":              {failing(&apierror.APIError{Status: http.StatusForbidden}), &apierror.APIError{Status: http.StatusForbidden}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{wait: time.Second, list: test.list}
				c := f.cache()
				probe := func(int) {
					if err := c.Probe(t.Context()); apierror.StatusOf(err) != apierror.StatusOf(test.want) || (err == nil) != (test.want == nil) {
						t.Errorf("got %v, want %v", err, test.want)
					}
				}
				together(10, probe)
				probe(10)
				f.wantReadings(t, "ten at once and one soon after", 1)
				time.Sleep(listcache.MaxAge)
				write(c, 1) // a write does not change whether the collection exists
				probe(11)
				f.wantReadings(t, "after 30 seconds", 0)
				time.Sleep(time.Nanosecond)
				together(10, probe)
				f.wantReadings(t, "and a moment", 1)
			})
		})
	}
}

func TestCache_Probe_UsesListOfReads(t *testing.T) {
	t.Parallel()
	f := &fake{list: failing(&apierror.APIError{Status: http.StatusNotFound})}
	c := f.warmCache(t)
	find(t, c, false, 1)
	if err := c.Probe(t.Context()); apierror.StatusOf(err) != http.StatusNotFound {
		t.Errorf("got %v", err)
	}
	f.wantReadings(t, "the read and the probe", 1)
}

// A failure is remembered for probes only. List tries again.
func TestCache_Probe_FailureIsReplacedByNextList(t *testing.T) {
	t.Parallel()
	f := &fake{list: func(n int) (*pager.List, error) {
		if n == 1 {
			return nil, errors.New("no")
		}
		return listOf()
	}}
	c := f.cache()
	for range 2 {
		if err := c.Probe(t.Context()); err == nil {
			t.Error("the failure was not remembered")
		}
	}
	if _, err := c.List(t.Context()); err != nil {
		t.Error(err)
	}
	if err := c.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	f.wantReadings(t, "all", 2)
}

// A probe that gives up has not seen the collection, and is not remembered.
func TestCache_Probe_CallerGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: 10 * time.Second}
		c := f.cache()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Probe(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := c.Probe(t.Context()); err != nil {
			t.Error(err)
		}
		f.wantReadings(t, "both", 1)
	})
}
