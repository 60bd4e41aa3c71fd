"""Where the weights come from that Tacit ships: one module for each model, each run by one command."""
