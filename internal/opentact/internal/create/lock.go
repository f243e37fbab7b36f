// SPDX-License-Identifier: MPL-2.0

package create

import (
	"context"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

// locks is a set of mutexes, one for each key, that can be waited for with a context.
// The zero value is ready to use.
type locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	// turn holds one value while the lock is held.
	turn chan struct{}
	// users counts who holds the lock or waits for it.
	users int
}

// lock waits for the lock of a key, at most until ctx ends. A free lock is taken also if
// ctx has ended, so that an error always means that another one holds it.
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

// leave forgets a lock that is not used any more.
func (l *locks) leave(key string, k *lock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k.users--; k.users == 0 {
		delete(l.held, key)
	}
}

// nameKey returns a name without what an API may change about it: its normal form,
// case, and white space at its ends or in a row.
func nameKey(name string) string {
	return strings.ToLower(strings.ToUpper(strings.Join(strings.Fields(norm.NFC.String(name)), " ")))
}
