# Both resources and all four data sources in one configuration.
#
# This example does not set the attributes for call recording, because laws
# regulate it. The page of opentact_outbound_voice_profile shows them.

terraform {
  required_version = ">= 1.5"

  required_providers {
    opentact = {
      source = "opentact/opentact"
    }
  }
}

# The provider reads OPENTACT_BASE_URL and OPENTACT_TOKEN from the environment.
provider "opentact" {}

variable "channel_limit" {
  description = "The maximum number of outbound calls at the same time."
  type        = number
  default     = 10
}

resource "opentact_messaging_profile" "support" {
  name          = "Support desk"
  callback_url  = "https://sms.example.com/inbound"
  callback_url2 = "https://sms-fallback.example.com/inbound"

  number_pool_enable = true
  long_code_weight   = 7
  toll_free_weight   = 2
  skip_unhealthy_tns = true
  sticky_sender      = false
}

resource "opentact_outbound_voice_profile" "call_center" {
  name        = "Call center"
  tech_prefix = 204080
  max_rate    = 0.05

  # Set both limits. They limit the cost of calls that attackers make.
  channel_limit     = var.channel_limit
  daily_spend_limit = 250
}

data "opentact_messaging_profile" "by_id" {
  id = opentact_messaging_profile.support.id
}

data "opentact_outbound_voice_profile" "by_name" {
  name = opentact_outbound_voice_profile.call_center.name

  # The name is known before the profile exists. Without depends_on, Terraform
  # would search for the profile before it creates it.
  depends_on = [opentact_outbound_voice_profile.call_center]
}

data "opentact_messaging_profiles" "all" {
  depends_on = [opentact_messaging_profile.support]
}

data "opentact_outbound_voice_profiles" "call_centers" {
  name_regex = "^Call "

  depends_on = [opentact_outbound_voice_profile.call_center]
}

output "messaging_profile_id" {
  value = opentact_messaging_profile.support.id
}

output "long_code_weight" {
  value = data.opentact_messaging_profile.by_id.long_code_weight
}

output "channel_limit" {
  value = data.opentact_outbound_voice_profile.by_name.channel_limit
}

output "messaging_profiles" {
  value = data.opentact_messaging_profiles.all.profiles[*].name
}

output "call_centers" {
  value = { for p in data.opentact_outbound_voice_profiles.call_centers.profiles : p.id => p.name }
}
