// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"cmp"
	"context"
	"fmt"
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
		switch {
		case isUnnamed(listed) && pattern.String() != "": // the warning names it
		case !pattern.MatchString(listed.Fields.ProfileName()):
		case listed.Err != nil:
			report(diags, operation{verb: verbList, kind: k.Spec.Name + "s"}, listed.Err)
			return nil
		default:
			matching = append(matching, listed.Profile)
		}
	}
	if unnamed := unnamedOf(all); len(unnamed) > 0 {
		diags.AddWarning(fmt.Sprintf("Not all %ss are listed", k.Spec.Name),
			fmt.Sprintf("The API shows no name of these, so they are left out. They may match %s: %s.", attrNameRegex, opentact.Enumerate(unnamed)))
	}
	slices.SortFunc(matching, func(a, b opentact.Profile[F]) int {
		return cmp.Or(cmp.Compare(a.Fields.ProfileName(), b.Fields.ProfileName()), cmp.Compare(a.UUID, b.UUID))
	})
	return matching
}

// isUnnamed reports whether a listed item may be a profile of any name, because the API's
// data of it shows none.
func isUnnamed[F opentact.Fields](listed opentact.Listed[F]) bool {
	return listed.Err != nil && listed.Fields.ProfileName() == ""
}

// unnamedOf describes the unnamed items of a list.
func unnamedOf[F opentact.Fields](all []opentact.Listed[F]) (descriptions []string) {
	for _, listed := range all {
		if isUnnamed(listed) {
			descriptions = append(descriptions, listed.Err.Error())
		}
	}
	return descriptions
}
