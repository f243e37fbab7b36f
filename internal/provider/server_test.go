// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"reflect"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// contextKey is that of a value which is to be garbage in the end.
type contextKey struct{}

// Whatever the context of a call holds is garbage once the call is over, whichever
// call it is that Terraform makes for each object.
func TestServerForgetsCalls(t *testing.T) {
	t.Parallel()
	provider := NewServer(version.Current())
	server := reflect.ValueOf(provider)
	for _, calls := range []reflect.Type{reflect.TypeFor[tfprotov6.ResourceServer](), reflect.TypeFor[tfprotov6.DataSourceServer]()} {
		for i := range calls.NumMethod() {
			name := calls.Method(i).Name
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				method := server.MethodByName(name)
				req := reflect.New(method.Type().In(1).Elem()) // for no known type, which is an answer too
				var collected atomic.Bool
				callOnce(t, &collected, func(ctx context.Context) {
					if err := method.Call([]reflect.Value{reflect.ValueOf(ctx), req})[1]; !err.IsNil() {
						t.Error(err)
					}
				})
				defer runtime.KeepAlive(provider) // or all would be garbage
				for range 1000 {
					if runtime.GC(); collected.Load() {
						return
					}
					time.Sleep(time.Millisecond) // cleanups have a goroutine of their own
				}
				t.Error("the context of the call is still held")
			})
		}
	}
}

// callOnce makes a call with a context that has something to hold, and notes when
// that has been collected.
func callOnce(t *testing.T, collected *atomic.Bool, call func(context.Context)) {
	t.Helper()
	held := new([1 << 10]byte)
	runtime.AddCleanup(held, func(done *atomic.Bool) { done.Store(true) }, collected)
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), contextKey{}, held))
	defer cancel() // as gRPC does
	call(ctx)
}

// While a call is under way its context is the caller's, and after that one that has
// ended.
func TestLoan(t *testing.T) {
	t.Parallel()
	deadline := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(context.WithValue(t.Context(), contextKey{}, "held"), deadline)
	defer cancel()
	var kept context.Context
	_, _ = lend(ctx, 0, func(lent context.Context, _ int) (int, error) {
		kept = lent
		got, ok := lent.Deadline()
		if !ok || !got.Equal(deadline) || lent.Value(contextKey{}) != "held" || lent.Err() != nil || lent.Done() != ctx.Done() {
			t.Errorf("it is %v", lent)
		}
		cancel()
		if lent.Err() == nil {
			t.Error("it does not end with the caller's")
		}
		return 0, nil
	})
	if _, ok := kept.Deadline(); ok || kept.Value(contextKey{}) != nil || kept.Err() == nil {
		t.Error("it is still held")
	}
	<-kept.Done()
}
