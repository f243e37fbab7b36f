// SPDX-License-Identifier: MPL-2.0

package create

import (
	"context"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// locks is a set of locks, one for each key. Callers wait for a lock with a context. The
// zero value is ready to use.
type locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	// turn holds one value while the lock is held.
	turn chan struct{}
	// users counts the callers that hold the lock or wait for it.
	users int
}

// lock acquires the lock of a key. It waits at most until ctx ends. It acquires a free
// lock even if ctx has ended, so an error always means that another caller holds the
// lock.
func (l *locks) lock(ctx context.Context, key string) (unlock func(), err error) {
	l.mu.Lock()
	if l.held == nil {
		l.held = make(map[string]*lock)
	}
	k := l.held[key]
	if k == nil {
		k = &lock{turn: make(chan struct{}, 1)}
		l.held[key] = k
	}
	k.users++
	l.mu.Unlock()
	unlock = func() { <-k.turn; l.leave(key, k) }
	select {
	case k.turn <- struct{}{}:
		return unlock, nil
	default:
	}
	select {
	case k.turn <- struct{}{}:
		return unlock, nil
	case <-ctx.Done():
		l.leave(key, k)
		return nil, ctx.Err()
	}
}

// leave ends one use of a lock, and removes the lock after its last use.
func (l *locks) leave(key string, k *lock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k.users--; k.users == 0 {
		delete(l.held, key)
	}
}

// nameKey returns the key of a name lock. It is the same for all changes that an API may
// make to a name: its Unicode form, its case, its white space and its invisible
// characters.
func nameKey(name string) string {
	visible := strings.Map(func(r rune) rune {
		if redact.IsInvisible(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, name)
	return strings.ToLower(strings.ToUpper(strings.Join(strings.Fields(norm.NFC.String(visible)), " ")))
}
