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

// contextKey is the key of a value that the garbage collector must be able to free.
type contextKey struct{}

// TestServer_ReleasesCallContexts checks that no reference to the values of a context
// remains after a call. It makes each call that Terraform makes for each object.
func TestServer_ReleasesCallContexts(t *testing.T) {
	t.Parallel()
	provider := NewServer(version.Current())
	server := reflect.ValueOf(provider)
	for _, calls := range []reflect.Type{reflect.TypeFor[tfprotov6.ResourceServer](), reflect.TypeFor[tfprotov6.DataSourceServer]()} {
		for i := range calls.NumMethod() {
			name := calls.Method(i).Name
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				method := server.MethodByName(name)
				req := reflect.New(method.Type().In(1).Elem()) // without a known type, so the response is an error
				var collected atomic.Bool
				callOnce(t, &collected, func(ctx context.Context) {
					if err := method.Call([]reflect.Value{reflect.ValueOf(ctx), req})[1]; !err.IsNil() {
						t.Error(err)
					}
				})
				defer runtime.KeepAlive(provider) // otherwise everything could be collected
				for range 1000 {
					if runtime.GC(); collected.Load() {
						return
					}
					time.Sleep(time.Millisecond) // cleanups run in another goroutine
				}
				t.Error("the context of the call is still held")
			})
		}
	}
}

// callOnce makes a call whose context has a value. It sets collected when the value has
// been collected.
func callOnce(t *testing.T, collected *atomic.Bool, call func(context.Context)) {
	t.Helper()
	held := new([1 << 10]byte)
	runtime.AddCleanup(held, func(done *atomic.Bool) { done.Store(true) }, collected)
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), contextKey{}, held))
	defer cancel() // as gRPC does
	call(ctx)
}

// During a call, the context has the values, the deadline and the cancellation of the
// caller's context. After the call, it has ended and holds no value. Its Done channel never
// changes.
func TestReleasableContext(t *testing.T) {
	t.Parallel()
	deadline := time.Now().Add(time.Hour)
	parent, cancel := context.WithDeadline(context.WithValue(t.Context(), contextKey{}, "held"), deadline)
	defer cancel()
	child, release := withRelease(parent)
	done := child.Done()
	if got, ok := child.Deadline(); !ok || !got.Equal(deadline) || child.Value(contextKey{}) != "held" || child.Err() != nil {
		t.Errorf("during the call, the context has %v, %v", got, child.Value(contextKey{}))
	}
	grandchild, cancelGrandchild := context.WithCancel(child)
	defer cancelGrandchild()
	release()
	<-done
	<-grandchild.Done()
	if child.Value(contextKey{}) != nil || child.Err() == nil || child.Done() != done {
		t.Errorf("after the call, the context has %v, %v", child.Value(contextKey{}), child.Err())
	}

	interrupted, releaseInterrupted := withRelease(parent)
	defer releaseInterrupted()
	cancel()
	<-interrupted.Done()
	if interrupted.Value(contextKey{}) != "held" || interrupted.Err() == nil {
		t.Error("an interrupted call must keep its values until it ends")
	}
}
