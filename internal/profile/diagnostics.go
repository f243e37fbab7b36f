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

// operation describes a failed operation for a diagnostic.
type operation struct {
	verb string
	// kind is the name of the kind, in the plural for a list.
	kind string
	// name is the name of the profile, its id if there is no name, or "" for a list.
	name string
}

// The verbs of operations.
const (
	verbCreate = "create"
	verbRead   = "read"
	verbImport = "import" // the first read of an imported profile
	verbUpdate = "update"
	verbDelete = "delete"
	verbFind   = "find" // the read of a data source
	verbList   = "list"
)

func (o operation) summary() string { return fmt.Sprintf("Could not %s %s", o.verb, o.subject()) }

// subject returns the kind, and the name if there is one.
func (o operation) subject() string {
	if o.name == "" {
		return o.kind
	}
	return fmt.Sprintf("%s %q", o.kind, opentact.Clean(o.name))
}

// operation returns an operation on the profile with these fields.
func (r *profileResource[F]) operation(verb string, fields F) operation {
	return operation{verb: verb, kind: r.kind.Spec.Name, name: fields.ProfileName()}
}

// report adds a diagnostic for each attribute that the error names, or one diagnostic if it names none.
// It adds nothing if err is nil. unset are the attributes that the operation unsets.
func (r *profileResource[F]) report(diags *diag.Diagnostics, op operation, err error, unset ...string) {
	if err == nil {
		return
	}
	if ambiguous, ok := errors.AsType[*opentact.AmbiguousCreateError](err); ok {
		diags.AddError(op.summary(), r.ambiguousCreate(ambiguous))
		return
	}
	summary := op.summary()
	if isType[*opentact.MismatchError](err) { // the API carried out the request
		summary = "Could not set all attributes of " + op.subject()
	}
	attributeErrors := r.attributeErrors(err)
	if len(attributeErrors) == 0 {
		diags.AddError(summary, detail(err.Error(), remediation(op, err), remediationForUnset(unset, err)))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(attributeErrors)) {
		forUnset := ""
		if slices.Contains(unset, name) {
			forUnset = remediationForUnset([]string{name}, err)
		}
		text := attributeErrors[name] + "\n\n" + joinSentences(remediation(op, err), forUnset)
		diags.Append(NewAttributeError(path.Root(name), r.kind.isSensitive(name), summary, text))
	}
}

// addError adds the diagnostic of a failed operation of a data source or a list resource.
func addError(diags *diag.Diagnostics, op operation, err error) {
	diags.AddError(op.summary(), detail(err.Error(), remediation(op, err)))
}

// detail returns the detail of a diagnostic: the cause, then the effect and the next step.
func detail(cause string, remediation ...string) string {
	return strings.TrimSpace(sentence(cause) + "\n\n" + joinSentences(remediation...))
}

// joinSentences joins the texts that are not empty with spaces.
func joinSentences(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), " ")
}

// attributeErrors returns what an error says about single attributes.
func (r *profileResource[F]) attributeErrors(err error) map[string]string {
	texts := make(map[string]string)
	if apiErr, ok := errors.AsType[*opentact.APIError](err); ok {
		for name, message := range apiErr.Fields {
			field := r.kind.Spec.FieldName(name)
			text := fmt.Sprintf("The API reports an error in %s without a message.", field)
			if message != "" {
				text = fmt.Sprintf("The API reports an error in %s: %q.", field, message)
			}
			texts[field] = text + "\n\n" + sentence(err.Error())
		}
	}
	if mismatch, ok := errors.AsType[*opentact.MismatchError](err); ok {
		for _, field := range mismatch.Fields {
			single := *mismatch
			single.Fields = []opentact.Mismatch{field}
			texts[field.Field] = sentence(single.Error())
		}
	}
	attributes := r.kind.attributes()
	maps.DeleteFunc(texts, func(field, _ string) bool { _, known := attributes[field]; return !known })
	return texts
}

// NewAttributeError returns an error about an attribute. The text names the attribute.
// Terraform prints the line of the configuration that an error points at. So the error
// points at the attribute only if the attribute is not sensitive, and otherwise at the block.
func NewAttributeError(at path.Path, sensitive bool, summary, text string) diag.Diagnostic {
	if sensitive {
		return diag.NewErrorDiagnostic(summary, text)
	}
	return diag.NewAttributeErrorDiagnostic(at, summary, text)
}

// sentence makes a sentence of the text of an error.
func sentence(text string) string { return capitalize(text) + "." }

// capitalize returns text with an upper-case first letter.
func capitalize(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
