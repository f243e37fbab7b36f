list "opentact_messaging_profile" "production" {
  provider         = opentact
  include_resource = true # adds all attributes to the output of "terraform query -json"
  limit            = 1000

  # Without this block, the query finds all profiles.
  config {
    name_regex = "^prod-"
  }
}
