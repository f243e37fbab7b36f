data "opentact_outbound_voice_profiles" "all" {}

data "opentact_outbound_voice_profiles" "production" {
  name_regex = "^prod-"
}

# The sum counts a profile without a limit as 0.
output "production_spend_limit" {
  value = sum(concat([0], [
    for p in data.opentact_outbound_voice_profiles.production.profiles : coalesce(p.daily_spend_limit, 0)
  ]))
}
