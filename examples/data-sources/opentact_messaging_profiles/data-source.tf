data "opentact_messaging_profiles" "all" {}

data "opentact_messaging_profiles" "production" {
  name_regex = "^prod-"
}

# Names are not unique, so the keys of this map are UUIDs.
output "production_names" {
  value = { for p in data.opentact_messaging_profiles.production.profiles : p.id => p.name }
}
