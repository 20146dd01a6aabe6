"""Plumbing without domain: what every layer above may lean on."""
