// SPDX-License-Identifier: MPL-2.0

package create

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestLocks_LastUserLeaves_RemovesLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l locks
		lock := func(wait time.Duration) (func(), error) {
			ctx, cancel := context.WithTimeout(t.Context(), wait)
			defer cancel()
			return l.lock(ctx, "a")
		}
		first, err := lock(time.Second)
		if err != nil {
			t.Fatal(err)
		}
		second := make(chan func())
		go func() {
			unlock, err := lock(time.Minute)
			if err != nil {
				t.Error(err)
			}
			second <- unlock
		}()
		synctest.Wait()
		if _, err := lock(time.Second); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the lock was not held by the first user: %v", err)
		}
		first()
		unlock := <-second
		if _, err := lock(time.Second); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the lock was not held by the second user: %v", err)
		}
		unlock()
		if len(l.held) != 0 {
			t.Errorf("%d locks remain without a user", len(l.held))
		}
	})
}

func TestNameKey(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ a, b string }{
		"case":                 {"Support", "sUPPORT"},
		"case outside ASCII":   {"ΟΔΟΣ", "οδος"},
		"white space":          {"Support  desk\t1", " Support desk 1\n"},
		"no-break space":       {"Support\u00a0desk", "Support desk"},
		"invisible characters": {"Sup\u200bport \ufeff desk\u0000", "Support desk"},
		"normal form":          {"caf\u00e9", "cafe\u0301"},
		"normal form and case": {"CAF\u00c9", "cafe\u0301"},
	} {
		if nameKey(test.a) != nameKey(test.b) {
			t.Errorf("%s: %q and %q have different keys", name, test.a, test.b)
		}
	}
	for name, test := range map[string]struct{ a, b string }{
		"letters":     {"a", "b"},
		"white space": {"ab", "a b"},
		"accent":      {"cafe", "caf\u00e9"},
	} {
		if nameKey(test.a) == nameKey(test.b) {
			t.Errorf("%s: %q and %q have one key", name, test.a, test.b)
		}
	}
}
