// SPDX-License-Identifier: MPL-2.0

package chaos_test

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// workspace is one in which Terraform works against an emulator.
type workspace struct {
	*acctest.Workspace
	env *acctest.Env
}

// apply applies a generation of the configuration. What it prints goes to out.
func (w *workspace) apply(ctx context.Context, generation int, out io.Writer) error {
	w.SetStdout(out)
	defer w.SetStdout(io.Discard)
	return w.Apply(ctx, tfexec.Var(fmt.Sprint("generation=", generation)), tfexec.Parallelism(parallelism))
}

// changes tells whether a plan of a generation has any.
func (w *workspace) changes(ctx context.Context, generation int) (bool, error) {
	return w.Plan(ctx, tfexec.Var(fmt.Sprint("generation=", generation)), tfexec.Parallelism(parallelism))
}

// state returns the UUIDs in Terraform's state, and whether each is tainted.
func (w *workspace) state(ctx context.Context) (map[string]bool, error) {
	shown, err := w.Show(ctx)
	if err != nil {
		return nil, err
	}
	uuids := make(map[string]bool)
	if shown.Values == nil {
		return uuids, nil
	}
	for _, resource := range shown.Values.RootModule.Resources {
		uuid, _ := resource.AttributeValues["id"].(string)
		if _, twice := uuids[uuid]; twice || uuid == "" {
			return nil, fmt.Errorf("two resources are %q", uuid)
		}
		uuids[uuid] = resource.Tainted
	}
	return uuids, nil
}

// stored returns the UUIDs of the profiles that the API holds.
func (w *workspace) stored() map[string]bool {
	uuids := make(map[string]bool)
	for _, kind := range []emulator.Kind{emulator.MessagingProfile, emulator.OutboundVoiceProfile} {
		for _, profile := range w.env.Profiles(kind) {
			uuids[fmt.Sprint(profile["uuid"])] = true
		}
	}
	return uuids
}

// notice is a writer that tells when a text has passed.
type notice struct {
	text string
	seen chan struct{}
	done bool
}

func newNotice(text string) *notice { return &notice{text: text, seen: make(chan struct{})} }

// Write is given whole lines.
func (n *notice) Write(p []byte) (int, error) {
	if !n.done && strings.Contains(string(p), n.text) {
		n.done = true
		close(n.seen)
	}
	return len(p), nil
}
