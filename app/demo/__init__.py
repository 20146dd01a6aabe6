"""A committee that exists nowhere, to try the service with."""
