// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// maxSuggestions is the maximum number of names that closestNames returns.
const maxSuggestions = 3

// closestNames returns the names that a user may have meant by name, the closest first.
// Upper and lower case, white space and invisible characters don't count as a difference.
// Otherwise, one character in four may be different.
func closestNames(name string, names []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	wanted := normalizeName(name)
	maxDistance := min((len(wanted)+3)/4, len(wanted)-1)
	var candidates []candidate
	for _, other := range names {
		normal := normalizeName(other)
		if len(normal) == 0 {
			continue
		}
		if max(len(normal)-len(wanted), len(wanted)-len(normal)) > maxDistance { // editDistance would be at least this
			continue
		}
		if distance := editDistance(wanted, normal); distance <= maxDistance {
			candidates = append(candidates, candidate{other, distance})
		}
	}
	slices.SortFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	candidates = slices.Compact(candidates)
	var closest []string
	for _, candidate := range candidates[:min(len(candidates), maxSuggestions)] {
		closest = append(closest, candidate.name)
	}
	return closest
}

// normalizeName returns a name in lower case, without white space and invisible characters.
func normalizeName(name string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name))
}

// editDistance returns the number of characters to insert, delete or replace to turn a into
// b (Levenshtein distance).
func editDistance(a, b []rune) int {
	row := make([]int, len(b)+1) // the distances of the prefixes of b to a prefix of a
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			replaced := diagonal
			if x != y {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
