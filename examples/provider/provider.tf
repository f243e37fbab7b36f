terraform {
  required_providers {
    opentact = {
      source  = "opentact/opentact"
      version = "~> 0.1.0"
    }
  }
}

# Set the credentials in the environment: OPENTACT_EMAIL and OPENTACT_PASSWORD,
# or OPENTACT_API_KEY, or OPENTACT_TOKEN.
provider "opentact" {}
