"""Measures this machine: what the service costs beside the least that the same work can cost."""
