# This configuration prints an import block for each profile of the account. The labels
# come from the names of the profiles: "Prod Alerts!" becomes prod_alerts.

terraform {
  required_providers {
    opentact = {
      source = "opentact/opentact"
    }
  }
}

provider "opentact" {}

data "opentact_messaging_profiles" "all" {}

data "opentact_outbound_voice_profiles" "all" {}

locals {
  profiles = concat(
    [for p in data.opentact_messaging_profiles.all.profiles : { type = "opentact_messaging_profile", id = p.id, name = p.name }],
    [for p in data.opentact_outbound_voice_profiles.all.profiles : { type = "opentact_outbound_voice_profile", id = p.id, name = p.name }],
  )

  # The letters and digits of each name in lower case, with underscores between the words.
  # The inner replace removes emoji, symbols that Unicode counts as letters or marks, and all
  # characters after U+FFFF.
  words = [
    for p in local.profiles : join("_", regexall(
      "(?:\\p{L}[\\p{Mn}\\p{Mc}]*|\\p{Nd})+",
      replace(lower(p.name), "/[\\x{2100}-\\x{214f}\\x{2e2f}\\x{fe00}-\\x{fe0f}\\x{10000}-\\x{10ffff}]/", " "),
    ))
  ]

  # A label must begin with a letter.
  labels = [for words in local.words : can(regex("^\\p{L}", words)) ? words : trimsuffix("profile_${words}", "_")]

  # The UUIDs of the profiles with the same type and label.
  ids = { for i, p in local.profiles : "${p.type}.${local.labels[i]}" => p.id... }

  # If several profiles have the same label, each label ends with the first eight digits of
  # the UUID. If these are equal too, it ends with the whole UUID.
  digits = {
    for address, ids in local.ids : address =>
    length(ids) == 1 ? 0 : length(toset([for id in ids : substr(id, 0, 8)])) == length(ids) ? 8 : 36
  }
  imports = merge([
    for address, ids in local.ids : {
      for id in ids : trimsuffix("${address}__${replace(substr(id, 0, local.digits[address]), "-", "_")}", "__") => id
    }
  ]...)
}

output "import_blocks" {
  description = "One import block for each profile, sorted by address."
  value = join("\n", [
    for address, id in local.imports : <<-EOT
      import {
        to = ${address}
        id = "${id}"
      }
    EOT
  ])
}
