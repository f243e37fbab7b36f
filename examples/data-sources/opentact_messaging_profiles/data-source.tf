data "opentact_messaging_profiles" "all" {}

data "opentact_messaging_profiles" "production" {
  name_regex = "^prod-"
}

# Several profiles may have one name, so they are told apart by their ids.
output "production_webhooks" {
  value = { for p in data.opentact_messaging_profiles.production.profiles : p.id => p.callback_url }
}
