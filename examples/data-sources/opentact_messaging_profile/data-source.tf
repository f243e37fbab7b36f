# Find a profile by its exact name. The data source fails if no profile or
# several profiles have this name.
data "opentact_messaging_profile" "support" {
  name = "Support desk"
}

# Find a profile by its UUID.
data "opentact_messaging_profile" "by_id" {
  id = "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"
}

# The URLs of webhooks are sensitive, because they may contain credentials.
output "support_webhook" {
  value     = data.opentact_messaging_profile.support.callback_url
  sensitive = true
}
