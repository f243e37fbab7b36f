# By the exact name. It is an error if none or several have it.
data "opentact_messaging_profile" "support" {
  name = "Support desk"
}

# By the UUID.
data "opentact_messaging_profile" "by_id" {
  id = "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"
}

output "support_webhook" {
  value = data.opentact_messaging_profile.support.callback_url
}
