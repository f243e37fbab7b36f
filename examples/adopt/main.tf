# This configuration prints an import block for each profile of the account. With
# Terraform 1.14 or later, use terraform query instead.

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
  messaging_ids      = data.opentact_messaging_profiles.all.profiles[*].id
  outbound_voice_ids = data.opentact_outbound_voice_profiles.all.profiles[*].id
}

output "import_blocks" {
  description = "One import block for each profile. The profiles are sorted by name and numbered."
  value = join("\n", concat(
    [for i, id in local.messaging_ids : <<-EOT
      import {
        to = opentact_messaging_profile.profile_${i}
        id = "${id}"
      }
    EOT
    ],
    [for i, id in local.outbound_voice_ids : <<-EOT
      import {
        to = opentact_outbound_voice_profile.profile_${i}
        id = "${id}"
      }
    EOT
    ],
  ))
}
