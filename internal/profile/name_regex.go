// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// attrNameRegex is the attribute that selects profiles by name.
const attrNameRegex = "name_regex"

const nameRegexDescription = "A regular expression in [RE2 syntax](https://github.com/google/re2/wiki/Syntax) that selects profiles by name. " +
	"It may match any part of a name, unless `^` and `$` anchor it. Without it, all profiles are selected."

// regexRule is the rule of name_regex.
var regexRule = StringRule{
	Rule: "must be a regular expression in RE2 syntax",
	Check: func(text string) error {
		_, err := regexp.Compile(text)
		if syntaxErr, ok := errors.AsType[*syntax.Error](err); ok {
			return fmt.Errorf("got %.60q: %s", text, syntaxErr.Code)
		}
		return err
	},
}

// matching returns the profiles whose names match name_regex, sorted by name and then by UUID. A
// malformed profile is an error if its name matches. Unless the pattern is empty, matching
// leaves out a profile without a name and adds a warning. config is the configuration of a data
// source or a list resource.
func (k *Kind[F]) matching(ctx context.Context, profiles *opentact.Collection[F], config tfsdk.Config, diags *diag.Diagnostics) []opentact.Profile[F] {
	var nameRegex types.String
	diags.Append(config.GetAttribute(ctx, path.Root(attrNameRegex), &nameRegex)...)
	if diags.HasError() {
		return nil
	}
	pattern, err := regexp.Compile(nameRegex.ValueString())
	if err != nil { // Terraform may have validated an unknown value
		regexRule.validate(path.Root(attrNameRegex), nameRegex.ValueString(), diags)
		return nil
	}
	all, err := profiles.List(ctx)
	if err != nil {
		addError(diags, operation{verb: verbList, kind: k.Spec.Name + "s"}, err)
		return nil
	}
	var matching []opentact.Profile[F]
	for _, listed := range all {
		switch {
		case isUnnamed(listed) && pattern.String() != "": // the warning below names it
		case !pattern.MatchString(listed.Fields.ProfileName()):
		case listed.Err != nil:
			addError(diags, operation{verb: verbList, kind: k.Spec.Name + "s"}, listed.Err)
			return nil
		default:
			matching = append(matching, listed.Profile)
		}
	}
	if unnamed := unnamedOf(all); len(unnamed) > 0 {
		diags.AddWarning(fmt.Sprintf("Not all %ss are listed", k.Spec.Name),
			fmt.Sprintf("The API's data shows no name for these profiles, so the list leaves them out. They may match %s: %s.\n\n%s", attrNameRegex, opentact.Enumerate(unnamed), correctData))
	}
	slices.SortFunc(matching, func(a, b opentact.Profile[F]) int {
		return cmp.Or(cmp.Compare(a.Fields.ProfileName(), b.Fields.ProfileName()), cmp.Compare(a.UUID, b.UUID))
	})
	return matching
}

// isUnnamed reports whether a list shows a malformed item without a name. It may be a
// profile with any name.
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
