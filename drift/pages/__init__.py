"""What pages show, worked out from rows and dataclasses: pure view models, without Django or a store."""
