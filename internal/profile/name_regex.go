// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"cmp"
	"context"
	"regexp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// attrNameRegex is the filter of everything that lists profiles.
const attrNameRegex = "name_regex"

const nameRegexDescription = "A regular expression in [RE2 syntax](https://github.com/google/re2/wiki/Syntax) that a name has to match, " +
	"anywhere unless it is anchored by `^` and `$`. All names match if it is omitted."

// regexRule is that of name_regex.
var regexRule = StringRule{
	Rule:  "must be a regular expression in RE2 syntax",
	Check: func(text string) error { _, err := regexp.Compile(text); return err },
}

// matching returns the profiles whose names match, sorted by name and then by
// UUID.
func (k *Kind[F]) matching(ctx context.Context, profiles *opentact.Collection[F], nameRegex types.String, diags *diag.Diagnostics) []opentact.Profile[F] {
	// The validator has compiled it before, unless it was not known then.
	pattern, err := regexp.Compile(nameRegex.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root(attrNameRegex), "Invalid Attribute Value", err.Error())
		return nil
	}
	all, err := profiles.List(ctx)
	if err != nil {
		report(diags, operation{verb: verbList, kind: k.Spec.Name + "s"}, err)
		return nil
	}
	var matching []opentact.Profile[F]
	for _, listed := range all {
		// An item without a name is only selected if every item is.
		name := listed.Fields.ProfileName()
		if !pattern.MatchString(name) || name == "" && pattern.String() != "" {
			continue
		}
		if listed.Err != nil {
			report(diags, operation{verb: verbList, kind: k.Spec.Name + "s"}, listed.Err)
			return nil
		}
		matching = append(matching, listed.Profile)
	}
	slices.SortFunc(matching, func(a, b opentact.Profile[F]) int {
		return cmp.Or(cmp.Compare(a.Fields.ProfileName(), b.Fields.ProfileName()), cmp.Compare(a.UUID, b.UUID))
	})
	return matching
}
