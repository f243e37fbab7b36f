data "opentact_messaging_profiles" "all" {}

data "opentact_messaging_profiles" "production" {
  name_regex = "^prod-"
}

output "production_webhooks" {
  value = { for p in data.opentact_messaging_profiles.production.profiles : p.name => p.callback_url }
}
