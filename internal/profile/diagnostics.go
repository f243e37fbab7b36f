// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// operation is what failed, as diagnostics name it.
type operation struct {
	verb string
	// kind is the kind's name, in the plural for a list.
	kind string
	// name is the profile's, or the id where that is all that is known.
	name string
}

// The verbs of operations.
const (
	verbCreate = "create"
	verbRead   = "read"
	verbUpdate = "update"
	verbDelete = "delete"
	verbFind   = "find" // a data source's read
	verbList   = "list"
)

func (o operation) summary() string {
	summary := fmt.Sprintf("Could not %s %s", o.verb, o.kind)
	if o.name != "" {
		summary += fmt.Sprintf(" %q", opentact.Clean(o.name))
	}
	return summary
}

// report turns an error of a resource's operation into diagnostics: one for
// each attribute that the API found fault with, else one for all. A nil error
// is none. Resets are the attributes that the operation was to unset.
func (r *profileResource[F]) report(diags *diag.Diagnostics, verb string, fields F, err error, unset ...string) {
	if err == nil {
		return
	}
	op := operation{verb: verb, kind: r.kind.Spec.Name, name: fields.ProfileName()}
	if ambiguous, ok := errors.AsType[*opentact.AmbiguousCreateError](err); ok {
		diags.AddError(op.summary(), r.ambiguousCreate(ambiguous))
		return
	}
	messages := r.attributeErrors(err)
	if len(messages) == 0 {
		diags.AddError(op.summary(), strings.TrimSpace(sentence(err.Error())+"\n\n"+remediation(op, err)+remediationForUnset(unset, err)))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(messages)) {
		text := messages[name] + "\n\n" + remediation(op, err)
		if slices.Contains(unset, name) {
			text += remediationForUnset([]string{name}, err)
		}
		diags.Append(NewAttributeError(path.Root(name), slices.Contains(r.kind.Spec.Sensitive, name), op.summary(), text))
	}
}

// report turns any error of the client into one diagnostic: what happened, and
// what to do next.
func report(diags *diag.Diagnostics, op operation, err error) {
	diags.AddError(op.summary(), strings.TrimSpace(sentence(err.Error())+"\n\n"+remediation(op, err)))
}

// attributeErrors returns what an error says about single attributes.
func (r *profileResource[F]) attributeErrors(err error) map[string]string {
	messages := make(map[string]string)
	if apiErr, ok := errors.AsType[*opentact.APIError](err); ok {
		for name, message := range apiErr.Fields {
			field := r.kind.Spec.FieldName(name)
			messages[field] = fmt.Sprintf("Attribute %s: the API says %q.\n\n%s", field, message, sentence(err.Error()))
		}
	}
	if mismatch, ok := errors.AsType[*opentact.MismatchError](err); ok {
		for _, field := range mismatch.Fields {
			messages[field.Field] = fmt.Sprintf("Attribute %s, in the answer to %s %s.", field, mismatch.Operation, mismatch.UUID)
		}
	}
	attributes := r.kind.attributes()
	maps.DeleteFunc(messages, func(field, _ string) bool { _, known := attributes[field]; return !known })
	return messages
}

// NewAttributeError is an error about an attribute, which the text names. Terraform prints the
// lines of the configuration that an error points at, and what people write there
// ends in the logs of pipelines: at what may hold a secret it does not point, but at
// the block as a whole.
func NewAttributeError(at path.Path, secret bool, summary, text string) diag.Diagnostic {
	if secret {
		return diag.NewErrorDiagnostic(summary, text)
	}
	return diag.NewAttributeErrorDiagnostic(at, summary, text)
}

// sentence makes one of an error's text.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:] + "."
}
