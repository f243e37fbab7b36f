// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

const docs = "../../docs"

// pages returns the text of every page, by its path below docs/ without the ending.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(docs, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			all[strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(path), docs+"/"), ".md")] = content(t, path)
		}
		return err
	})
	if err != nil || len(all) < 15 {
		t.Fatalf("%d pages: %v", len(all), err)
	}
	return all
}

var (
	// message matches a heading, and the beginning of a bullet or of a table row, that consists of quotes.
	message = regexp.MustCompile("(?m)^(?:###|-|\\|) ?((?:`[^`]+`,? ?)+)(?:$|:|\\|)")
	quoted  = regexp.MustCompile("`([^`]+)`")
	verbs   = regexp.MustCompile(`verb[A-Z]\w+ += "(\w+)"`)
)

// TestPages_Configurations checks the syntax and the format of Terraform code in pages. The pages
// contain the examples of resources, data sources and list resources.
func TestPages_Configurations(t *testing.T) {
	t.Parallel()
	for page, text := range pages(t) {
		for _, found := range blocks(text, "terraform") {
			if _, diags := hclwrite.ParseConfig([]byte(found), page, hcl.InitialPos); diags.HasErrors() {
				t.Errorf("%s: %s\n%s", page, diags, found)
			}
			if formatted := string(hclwrite.Format([]byte(found))); formatted != found {
				t.Errorf("%s: this is not formatted:\n%s", page, found)
			}
		}
	}
}

// TestPages_Messages checks that each message that the guides on troubleshooting and authentication
// quote is in the code of the provider, except messages of Terraform. An ellipsis stands for any text. The
// provider prints errors with a capital letter at the beginning.
func TestPages_Messages(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	for _, dir := range []string{"messagingprofile", "opentact", "opentact/internal/*", "outboundvoiceprofile", "profile", "provider"} {
		files, err := filepath.Glob("../" + dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				source.WriteString(content(t, file))
			}
		}
	}
	for _, verb := range verbs.FindAllStringSubmatch(source.String(), -1) {
		source.WriteString("Could not " + verb[1] + "\n") // as operation.summary says
	}
	ofTerraform := []string{
		"Inconsistent dependency lock file", "no version is selected", "doesn't match the updated version constraints", "requires explicit configuration",
		"Provider configuration not present", "Unsupported argument", "Missing Attribute Configuration", "Invalid Attribute Combination",
		"Provider produced inconsistent result after apply", "Cannot import non-existent remote object", "Resource already managed by Terraform",
		"does not exist in the configuration", "Exactly one of", "Invalid use of ephemeral value", "No value for required variable", "Ignoring variable when applying a saved plan", "Can't change variable when applying a saved plan",
		"Provider produced inconsistent final plan", "Output refers to sensitive values",
	}
	seen := 0
	all := pages(t)
	for _, line := range message.FindAllStringSubmatch(all["guides/troubleshooting"]+all["guides/authentication"], -1) {
		for _, quote := range quoted.FindAllStringSubmatch(line[1], -1) {
			for part := range strings.SplitSeq(quote[1], "…") {
				if part = strings.TrimSpace(part); part == "" {
					continue
				}
				seen++
				isOurs := strings.Contains(source.String(), part) || strings.Contains(source.String(), strings.ToLower(part[:1])+part[1:])
				if !isOurs && !strings.Contains(strings.Join(ofTerraform, "\n"), part) {
					t.Errorf("no message contains %q", part)
				}
			}
		}
	}
	if seen < 80 {
		t.Errorf("only %d quotes", seen)
	}
}
