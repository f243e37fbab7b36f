// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"fmt"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// otherKindError means that an id belongs to a profile of another kind.
type otherKindError struct {
	uuid string
	// want is the kind that was asked for. got is the kind of the profile.
	want, got kindNames
}

// kindNames are the names of a kind.
type kindNames struct {
	// text is the name in running text, such as "messaging profile".
	text string
	// terraform is the name of the resource and the data source.
	terraform string
}

func (e *otherKindError) Error() string {
	return fmt.Sprintf("the account has no %s with the id %s, but this is the id of another kind of profile: %s", e.want.text, e.uuid, e.got.text)
}

func (e *otherKindError) nextStep() string {
	return fmt.Sprintf("Use %s instead of %s.", e.got.terraform, e.want.terraform)
}

// explainNotFound returns an *otherKindError if err means that no profile of this kind has
// the UUID, but a profile of another kind has it. Otherwise it returns err. It sends one GET
// for each other kind.
func (k *Kind[F]) explainNotFound(ctx context.Context, data *ProviderData, uuid string, err error) error {
	if !opentact.IsNotFound(err) {
		return err
	}
	for _, other := range data.Kinds {
		if other.names() != k.names() && other.exists(ctx, data.Client, uuid) {
			return &otherKindError{uuid: uuid, want: k.names(), got: other.names()}
		}
	}
	return err
}

func (k *Kind[F]) names() kindNames {
	return kindNames{text: k.Spec.Name, terraform: "opentact_" + k.TypeName}
}

// exists reports whether the API has a profile of this kind with the UUID.
func (k *Kind[F]) exists(ctx context.Context, client *opentact.Client, uuid string) bool {
	return opentact.CollectionOf(client, k.Spec).Exists(ctx, uuid)
}
