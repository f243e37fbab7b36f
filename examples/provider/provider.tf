terraform {
  required_providers {
    opentact = {
      source  = "opentact/opentact"
      version = "~> 0.1"
    }
  }
}

# The token is best left to the environment variable OPENTACT_TOKEN.
provider "opentact" {}
