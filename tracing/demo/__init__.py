"""The demo: sample dialogues, replayed through the SDK as an app would send them, over a week that ends now."""
